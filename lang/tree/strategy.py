"""A strategy and its members: market, signals, risk, orders, machine."""

from __future__ import annotations

from dataclasses import dataclass

from .declarations import Const, Define, NodeDecl
from .expressions import Argument, Expr, Ident, Node, Range, TypeRef


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`name(arguments)` where the grammar wants exactly a call."""

    name: Ident
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Instrument(Node):
    name: Ident
    call: Call


@dataclass(frozen=True, slots=True)
class Field(Node):
    name: Ident
    value: Expr
    watched: Expr | None = None  # `trigger = … on OTHER.close`


@dataclass(frozen=True, slots=True)
class Account(Node):
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Feed(Node):
    name: Ident
    call: Call


@dataclass(frozen=True, slots=True)
class Param(Node):
    name: Ident
    type: TypeRef
    default: Expr
    range: Range | None
    step: Expr | None


@dataclass(frozen=True, slots=True)
class Signal(Node):
    name: Ident
    type: TypeRef | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Extern(Node):
    name: Ident
    type: TypeRef
    call: Call


@dataclass(frozen=True, slots=True)
class Log(Node):
    names: tuple[Ident, ...]


@dataclass(frozen=True, slots=True)
class RegimeCase(Node):
    name: Ident
    condition: Expr | None  # None: `otherwise`
    duration: Expr | None  # `for 3bars`


@dataclass(frozen=True, slots=True)
class Regime(Node):
    name: Ident
    feed: Ident
    cases: tuple[RegimeCase, ...]


# ---- risk


@dataclass(frozen=True, slots=True)
class Action(Node):
    name: Ident
    arguments: tuple[Argument, ...] | None
    duration: Expr | None  # `halt for 1h`


@dataclass(frozen=True, slots=True)
class Bound(Node):
    measure: Expr
    limit: Expr
    over: Expr | None  # `over 1d`
    per: Ident | None  # `per day`
    actions: tuple[Action, ...]
    until: Expr | None = None  # what ends it, if not the end of the breach


@dataclass(frozen=True, slots=True)
class Guard(Node):
    condition: Expr
    actions: tuple[Action, ...]
    until: Expr | None = None


@dataclass(frozen=True, slots=True)
class Assume(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class Prove(Node):
    condition: Expr


RiskRule = Bound | Guard | Assume | Prove


@dataclass(frozen=True, slots=True)
class Risk(Node):
    rules: tuple[RiskRule, ...]


# ---- order templates


@dataclass(frozen=True, slots=True)
class Event(Node):
    """`filled(entry)`: an event, of one template or of any."""

    name: Ident
    subject: Ident | None


@dataclass(frozen=True, slots=True)
class OrderAfter(Node):
    delay: Expr
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class OrderOn(Node):
    event: Event
    condition: Expr | None
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Schedule(Node):
    call: Call


@dataclass(frozen=True, slots=True)
class Links(Node):
    """`oco a, b;` or `bracket a, b;`."""

    kind: str
    names: tuple[Ident, ...]


OrderItem = Field | OrderAfter | OrderOn | Schedule | Links


@dataclass(frozen=True, slots=True)
class Order(Node):
    name: Ident
    instrument: Ident | None
    items: tuple[OrderItem, ...]


# ---- machine


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What a transition does: `-> STATE do … cooldown D`; state None: stay."""

    state: Ident | None
    actions: tuple[Action, ...]
    cooldown: Expr | None


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Expr
    target: Target


@dataclass(frozen=True, slots=True)
class On(Node):
    event: Event
    condition: Expr | None
    target: Target


@dataclass(frozen=True, slots=True)
class After(Node):
    delay: Expr
    target: Target


@dataclass(frozen=True, slots=True)
class Cooldown(Node):
    duration: Expr


Transition = When | On | After | Cooldown


@dataclass(frozen=True, slots=True)
class State(Node):
    name: Ident
    initial: bool
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Machine(Node):
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class OnRun(Node):
    """`on stop …` and `on adopt …` of a strategy."""

    event: Event
    condition: Expr | None
    target: Target


StrategyMember = (
    Instrument | Account | Feed | Const | Param | Signal | Extern | Define | NodeDecl | Log | Regime | Risk
    | Order | Machine | OnRun
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strategy(Node):
    name: Ident
    title: str | None
    members: tuple[StrategyMember, ...]
