"""What every checking function needs: where to report, which names are visible, where equations go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice

from ...lang import tree
from ...lang.diagnostics import FixIt
from ..constant_conditions import Condition
from ..program import Allow, Constant, Default, Expr, Kind, Na, Operation, ParamRef, Place, Select
from ..reporter import Reporter
from ..types import NUMBER, Base, Stage, Type, show
from ..units import RATIO, Unit, asset
from ..walk import subexpressions
from .draft import Draft
from .proofs import Proofs
from .values import Entry, NodeEntry, Scope, Value


@dataclass(frozen=True, slots=True)
class Market:
    """What the strategy's instrument gives to expressions: its assets and grids."""

    name: str
    quote: str
    base: str
    tick: Decimal
    lot: Decimal
    allow: Allow = "LONG"
    calendar: str = "ALWAYS"

    @property
    def price(self) -> Type:
        return Type(Base.NUMBER, asset(self.quote) / asset(self.base))

    @property
    def size(self) -> Type:
        return Type(Base.NUMBER, asset(self.base))

    @property
    def notional(self) -> Type:
        return Type(Base.NUMBER, asset(self.quote))


@dataclass(frozen=True, slots=True)
class SignalNode:
    """What the class of an `extern signal` says of itself. problem: why it can't be used, else empty."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()  # name, type
    problem: str = ""


Describe = Callable[[str, str], SignalNode]  # of module and class


@dataclass(slots=True)
class Shared:
    """One per program: the draft, the market and what was used (for the dead-code pass)."""

    draft: Draft = field(default_factory=Draft)
    markets: tuple[Market, ...] = ()  # in the order of the instruments
    param_extents: dict[int, tuple[int, int]] = field(default_factory=dict)  # count params with `in`
    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)  # of params of any number type
    templates: dict[str, int] = field(default_factory=dict)
    traded: list[int] = field(default_factory=list)  # the instrument of each template
    nodes_used: list[NodeEntry] = field(default_factory=list)  # one per instance
    notes: list[str] = field(default_factory=list)  # the texts of `notify`
    routes: list[str] = field(default_factory=list)  # that orders name
    conditions: list[Condition] = field(default_factory=list)  # that change during the run
    entries_used: set[int] = field(default_factory=set)  # id() of every scope entry that some expression reads
    sound: dict[int, bool] = field(default_factory=dict)  # id() of a node's declaration → is its body without errors
    checking: list[NodeEntry] = field(default_factory=list)  # nodes whose bodies are being checked, outermost first
    signal_values: dict[str, Value] = field(default_factory=dict)
    in_progress: list[str] = field(default_factory=list)  # signals being inferred
    recursive: set[str] = field(default_factory=set)  # of them, those met again
    proofs: Proofs = field(default_factory=Proofs)
    describe: Describe | None = None  # what is known of a Python node; None: nobody looks
    root: Context | None = None  # the strategy's own context, where signals are elaborated


@dataclass(frozen=True, slots=True)
class Context:
    """where: `signal`, `machine`, `order`, `declaration` or `node`: some words are legal only in some places.

    generics: what the generic names of the enclosing node stand for. bases_of: the implicit base of `price<Q>` for a generic Q.
    """

    shared: Shared
    reporter: Reporter
    scope: Scope
    where: str
    generics: dict[str, Unit] = field(default_factory=dict)
    bases_of: dict[str, Unit] = field(default_factory=dict)
    inputs: tuple[Expr, ...] = ()
    conditional: bool = False  # inside a branch of `if`
    held: bool = False  # what is evaluated between ticks too: in machine, risk and orders
    active: tuple[str, ...] = ()  # nodes being instantiated, outermost first
    name: str = ""  # of the thing being defined: prefix of helper equations
    instrument: int | None = None  # that of the order being defined

    @property
    def market(self) -> Market | None:
        """What needs no name here: the instrument of the order, or the only one there is."""
        markets = self.shared.markets
        if self.instrument is not None:
            return markets[self.instrument]
        return markets[0] if len(markets) == 1 else None

    @property
    def draft(self) -> Draft:
        return self.shared.draft

    @property
    def bases(self) -> frozenset[str]:
        return frozenset(market.base for market in self.shared.markets)

    def show(self, type_: Type) -> str:
        return show(type_, self.bases)

    def look_up(self, name: str) -> Entry | None:
        """What a name means here; notes that it was used."""
        entry = self.scope.find(name)
        self.shared.entries_used.add(id(entry))
        return entry

    def inside(self, **changes: object) -> Context:
        return replace(self, **changes)  # type: ignore[arg-type]

    def report(
        self,
        code: str,
        span: tree.Span,
        title: str,
        label: str = "",
        *,
        also: Iterable[tuple[tree.Span, str]] = (),
        notes: Iterable[str] = (),
        help: str | None = None,
        fixes: Iterable[FixIt] = (),
        about: str | None = None,
    ) -> None:
        self.reporter.report(code, span, title, label, also=also, notes=notes, help=help, fixes=fixes, about=about)

    def decides(self, value: Value) -> None:
        """Something depends on this condition: a later pass asks whether it is always the same."""
        if value.stage > Stage.PARAM and not (value.poisoned or self.shared.checking or self.reporter.in_library):
            self.shared.conditions.append(Condition(value.expr, value.span))

    def shared_root(self) -> Context:
        assert self.shared.root is not None
        return self.shared.root

    def place(self, span: tree.Span) -> Place:
        return self.reporter.place(span)


def needs_no_equation(value: Value) -> bool:
    """Cheap to repeat; a small expression of parameters is too, and as an expression it keeps its range."""
    if not isinstance(value.expr, Operation | Select | Default):
        return True
    return value.stage <= Stage.PARAM and len(list(islice(subexpressions(value.expr), 33))) < 33


def to_number(value: Value) -> Value:
    """A count as a ratio: exact below 2^53."""
    if isinstance(value.expr, Constant):
        return replace(value, expr=Constant(Kind.NUMBER, float(value.expr.value)), type=NUMBER)
    expr = Operation(Kind.NUMBER, Kind.INTEGER, "to_number", (value.expr,), value.type.optional)
    return replace(value, expr=expr, type=NUMBER.maybe(value.type.optional))


def adapt(value: Value, type_: Type) -> Value | None:
    """`value` as a `type_` (optionality aside) if the language converts it silently.

    Literals take a ratio, bare 0 takes any unit, a count is a ratio, and a constant `40_000 USDT` is a price in USDT.
    """
    if value.type.agrees(type_):
        return value
    if value.literal and isinstance(value.expr, Constant):
        if type_.base is Base.NUMBER and (type_.unit == RATIO or value.is_zero):
            return replace(value, expr=Constant(Kind.NUMBER, float(value.expr.value)), type=type_.plain())
        if type_.base in (Base.DURATION, Base.COUNT) and value.is_zero:
            return replace(value, expr=Constant(Kind.INTEGER, 0), type=type_.plain())
        return None
    if value.type.base is Base.COUNT and type_.base is Base.NUMBER and type_.unit == RATIO:
        return to_number(value)
    price = type_.unit.as_price() if type_.base is Base.NUMBER and isinstance(value.expr, Constant) else None
    if price is not None and value.type.agrees(Type(Base.NUMBER, price[0])):
        return replace(value, type=type_.plain())
    return None


def fits(context: Context, value: Value, type_: Type, what: str) -> Value | None:
    """`value` where a `type_` is wanted, or None after a report. what: `` signal `fast` `` and the like."""
    if value.poisoned or type_.poisoned:
        return None
    if isinstance(value.expr, Na) and type_.optional:
        return replace(value, type=type_, expr=Na(type_.kind))
    found = adapt(value, type_)
    if found is None:
        context.report(
            "E0211",
            value.span,
            f"{what} is `{context.show(type_.plain())}`, but this is `{context.show(value.type)}`",
            f"this is `{context.show(value.type)}`",
            help=_missing_unit(context, value, type_) or _money_as_size(context, value, type_),
        )
        return None
    if found.type.optional and not type_.optional:
        report_optional(context, value, f"{what} is `{context.show(type_)}`, which is never missing")
        return None
    return found if type_.optional else replace(found, proved=False)


def _missing_unit(context: Context, value: Value, type_: Type) -> str | None:
    """How a bare number would be written as an amount."""
    price = type_.unit.as_price()
    unit = str(price[0] if price else type_.unit)
    if not value.literal or not unit.isidentifier():
        return None
    return f"give the number its unit: `{context.reporter.source.text[value.span.start : value.span.end]} {unit}`"


def _money_as_size(context: Context, value: Value, type_: Type) -> str | None:
    """A quantity is what is bought, not what is paid for it."""
    market = context.market
    if market is None or not (value.type.agrees(market.notional) and type_.agrees(market.size)):
        return None
    return f"divide money by a price, as in `100 {market.quote} / bars.close`"


def report_optional(context: Context, value: Value, why: str) -> None:
    context.report(
        "E0215",
        value.span,
        "this value may be missing (`na`)",
        f"this is `{context.show(value.type)}`",
        notes=(why,),
        help=f"say what holds then with `??`: `… ?? {_instead(value.type)}`",
    )


def _instead(type_: Type) -> str:
    """A value to write after `??`, for a message."""
    return "false" if type_.base is Base.BOOL else "0.0" if type_ == NUMBER.maybe() else "0"


def count_extent(shared: Shared, expr: Expr) -> tuple[int, int] | None:
    """Lowest and highest value of an integer expression over constants and params; None if a param has no declared range."""
    if isinstance(expr, Constant):
        return int(expr.value), int(expr.value)
    if isinstance(expr, ParamRef):
        return shared.param_extents.get(expr.index)
    if isinstance(expr, Select):
        return _hull(shared, expr.then, expr.other)
    if not isinstance(expr, Operation):
        return None
    sides = [count_extent(shared, operand) for operand in expr.operands]
    if any(side is None for side in sides):
        return None
    known = [side for side in sides if side is not None]
    if expr.operator == "neg":
        return -known[0][1], -known[0][0]
    (a, b), (c, d) = known[0], known[-1]
    ends = {
        "add": (a + c, b + d),
        "sub": (a - d, b - c),
        "mul": (min(a * c, a * d, b * c, b * d), max(a * c, a * d, b * c, b * d)),
        "min": (min(a, c), min(b, d)),
        "max": (max(a, c), max(b, d)),
    }
    return ends.get(expr.operator)


def _hull(shared: Shared, *exprs: Expr) -> tuple[int, int] | None:
    sides = [side for side in (count_extent(shared, e) for e in exprs) if side is not None]
    return (min(s[0] for s in sides), max(s[1] for s in sides)) if len(sides) == len(exprs) else None
