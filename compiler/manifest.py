"""The manifest: everything that says what an artifact is, as YAML that people read and that rebuilds the artifact.

It holds the strategy's own text; the library is pinned by the content hash of each node it uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import walk
from .hashes import text_hash
from .program import (
    NO_GATE,
    Bound,
    Cross,
    Delay,
    Equation,
    Expr,
    Gate,
    Instrument,
    Kind,
    Let,
    Memory,
    Program,
    Restart,
    Sample,
    Scale,
    Standing,
    Template,
    WarmUp,
    Window,
)

FORMAT = 1
_FEE = Scale(1, 8)  # fees are parts of 10^8


class ManifestError(Exception):
    """The text is no manifest of this version; the message says where and why."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CompilerEntry(Model):
    version: str
    semantics: int


class SourceEntry(Model):
    name: str
    sha256: str
    text: str


class InstrumentEntry(Model):
    name: str
    kind: str
    venue: str
    base: str
    quote: str
    tick: str
    data_tick: str
    lot: str
    min_qty: str
    min_notional: str
    max_qty: str
    maker_fee: str  # share of the notional
    taker_fee: str
    allow: str
    fee_in: Literal["quote", "base"]  # of a buy; a sell's is always in the quote
    calendar: Literal["every day", "sessions"]
    sessions: SessionsEntry | ExchangeEntry | None


class SessionsEntry(Model):
    """The file stands beside the strategy; sha256: of its sessions as UTC nanoseconds."""

    file: str
    count: int
    sha256: str


class ExchangeEntry(Model):
    """library: the version of exchange_calendars; first, last: trading days by their open, in UTC; sha256: of one day a line,
    its opens and closes as UTC nanoseconds."""

    exchange: str
    library: str
    days: int
    first: str
    last: str
    sha256: str


class AccountEntry(Model):
    leverage: str
    mark: Literal["close"]
    money_step: str  # in which amounts are counted, in the quote currency


class FeedEntry(Model):
    id: str
    schema_: str = Field(alias="schema")
    version: int
    instrument: str
    every_ns: int
    resample_of: str | None
    type: str | None  # of an `extern signal`; python: who makes it
    python: str | None


class ParamEntry(Model):
    name: str
    type: str
    value: float | int | bool | str
    low: float | int | None
    high: float | int | None
    step: float | int | None
    members: list[str]  # of an enumeration, one of which is the value


class SignalEntry(Model):
    name: str
    type: str
    warm_up: str
    logged: bool


EquationKind = Literal["let", "memory", "delay", "window", "cross", "sample", "restart"]


class EquationEntry(Model):
    """One vertex of the signal DAG; now: read in the same instant, later: read when it is committed."""

    name: str
    kind: EquationKind
    clock: str
    unit: str
    now: list[str]
    later: list[str]


class OrderEntry(Model):
    name: str
    side: str
    kind: str
    tif: str
    reduce_only: bool
    post_only: bool
    max_open: int
    oco: str | None
    bracket: list[str]
    instrument: str
    urgency: str
    route: str | None


class RiskEntry(Model):
    """kind: what is bounded, or `guard`, `assume`; actions: `reject` or `clamp`, or what a standing rule does."""

    text: str
    line: int
    kind: str
    actions: list[str]
    instrument: str | None  # None: of the account


class GateEntry(Model):
    """Constants of an instrument's gate in the order kernel; None: no limit but the size of the field."""

    instrument: str
    max_qty: str
    max_notional: str | None
    collar: str | None
    max_open: int
    max_position: str | None
    pace_ns: int | None  # of a message; burst_ns: how much may be saved up
    burst_ns: int | None


class NodeEntry(Model):
    name: str
    sha256: str


class Manifest(Model):
    manifest: int
    strategy: str
    title: str
    compiler: CompilerEntry
    capital: str
    account: AccountEntry
    instruments: list[InstrumentEntry]
    feeds: list[FeedEntry]
    params: list[ParamEntry]
    signals: list[SignalEntry]
    warm_up: str
    state_bytes: int
    dag: list[EquationEntry]
    orders: list[OrderEntry]
    routes: list[str]  # the first has the number 1 in the frames
    risk: list[RiskEntry]
    gates: list[GateEntry]
    states: list[str]
    on_stop: list[str]
    on_adopt: list[str]  # where a position may be taken over, as written; none: it is refused
    notes: list[str]
    nodes: list[NodeEntry]
    source: SourceEntry


def describe(program: Program) -> Manifest:
    """The manifest of a program."""
    return Manifest(
        manifest=FORMAT,
        strategy=program.name,
        title=program.title,
        compiler=CompilerEntry(version=program.compiler, semantics=program.semantics),
        capital=f"{decimal_text(program.capital, program.money)} {program.quote}",
        account=AccountEntry(leverage=leverage_text(program), mark="close", money_step=decimal_text(1, program.money)),
        instruments=[_instrument(i) for i in program.instruments],
        feeds=[
            FeedEntry(
                id=feed.name,
                schema=feed.schema,
                version=feed.version,
                instrument=program.instruments[feed.instrument].name,
                every_ns=feed.every,
                resample_of=None if feed.source is None else program.feeds[feed.source].name,
                type=feed.type or None,
                python=feed.python or None,
            )
            for feed in program.feeds
        ],
        params=[
            ParamEntry(
                name=p.name, type=p.unit, value=p.text, low=p.low, high=p.high, step=p.step, members=list(p.members)
            )
            for p in program.params
        ],
        signals=[
            SignalEntry(
                name=s.name,
                type=s.type,
                warm_up=warm_up_text(program.equations[s.equation].warm_up, program),
                logged=s.logged,
            )
            for s in program.signals
        ],
        warm_up=warm_up_text(program.warm_up, program),
        state_bytes=program.state_bytes,
        dag=[_equation(e, program) for e in program.equations],
        orders=[_order(t, program) for t in program.templates],
        routes=list(program.routes),
        risk=[*(_bound(b, program) for b in program.bounds), *(_standing(s) for s in program.standing)],
        gates=[_gate(gate, i) for gate, i in zip(program.gates, program.instruments, strict=True)],
        states=[s.name for s in program.machine.states],
        on_stop=[c.verb.value for c in program.on_stop] or ["cancel_all"],
        on_adopt=[rule.text for rule in program.machine.adopts],
        notes=list(program.notes),
        nodes=[NodeEntry(name=n.name, sha256=n.hash) for n in program.nodes],
        source=SourceEntry(name=program.source_name, sha256=program.source_hash, text=program.source_text),
    )


def _instrument(i: Instrument) -> InstrumentEntry:
    return InstrumentEntry(
        name=i.name,
        kind=i.kind,
        venue=i.venue,
        base=i.base,
        quote=i.quote,
        tick=decimal_text(i.tick, i.price),
        data_tick=decimal_text(1, i.price),
        lot=decimal_text(1, i.lot),
        min_qty=decimal_text(i.min_qty, i.lot),
        min_notional=decimal_text(i.min_notional, Scale(1, i.money_decimals)),
        max_qty=decimal_text(i.max_qty, i.lot),
        maker_fee=decimal_text(i.maker_fee, _FEE),
        taker_fee=decimal_text(i.taker_fee, _FEE),
        allow=i.allow,
        fee_in="base" if i.fee_in_base else "quote",
        calendar="every day" if i.all_days else "sessions",
        sessions=_sessions(i),
    )


def _sessions(instrument: Instrument) -> SessionsEntry | ExchangeEntry | None:
    if not instrument.sessions:
        return None
    if instrument.library:
        return _exchange(instrument)
    text = "".join(f"{opens},{closes}\n" for opens, closes in instrument.sessions)
    return SessionsEntry(file=instrument.calendar, count=len(instrument.sessions), sha256=text_hash(text))


def _exchange(instrument: Instrument) -> ExchangeEntry:
    days = instrument.days or instrument.sessions
    inside = iter(instrument.sessions)
    lines = (",".join(f"{opens},{closes}" for opens, closes in _until(inside, end)) for _, end in days)
    return ExchangeEntry(
        exchange=instrument.calendar,
        library=instrument.library,
        days=len(days),
        first=_date(days[0][0]),
        last=_date(days[-1][0]),
        sha256=text_hash("".join(f"{line}\n" for line in lines)),
    )


def _until(sessions: Iterator[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    """Up to the session that closes at `end`, and this one."""
    for session in sessions:
        yield session
        if session[1] == end:
            return


def _date(ns: int) -> str:
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%d")


def _order(template: Template, program: Program) -> OrderEntry:
    names = [t.name for t in program.templates]
    return OrderEntry(
        name=template.name,
        side=template.side,
        kind=template.kind,
        tif=template.tif,
        reduce_only=template.reduce_only,
        post_only=template.post_only,
        max_open=template.max_open,
        oco=None if template.sibling is None else names[template.sibling],
        bracket=[names[child] for child in template.children],
        instrument=program.instruments[template.instrument].name,
        urgency=template.urgency.lower(),
        route=program.routes[template.route - 1] if template.route else None,
    )


def _bound(bound: Bound, program: Program) -> RiskEntry:
    actions = ["clamp" if bound.clamp else "reject"]
    of = None if bound.instrument is None else program.instruments[bound.instrument].name
    return RiskEntry(text=bound.text, line=bound.place.line, kind=bound.measure, actions=actions, instrument=of)


def _standing(rule: Standing) -> RiskEntry:
    actions = [c.verb.value for c in rule.actions]
    return RiskEntry(text=rule.text, line=rule.place.line, kind=rule.kind, actions=actions, instrument=None)


def _gate(gate: Gate, i: Instrument) -> GateEntry:
    money = Scale(1, i.money_decimals)
    limited = {
        name: getattr(gate, name) < getattr(NO_GATE, name) for name in ("max_notional", "collar", "max_position")
    }
    return GateEntry(
        instrument=i.name,
        max_qty=decimal_text(gate.max_qty, i.lot),
        max_notional=decimal_text(gate.max_notional * i.money_per_unit, money) if limited["max_notional"] else None,
        collar=decimal_text(gate.collar, i.price) if limited["collar"] else None,
        max_open=gate.max_open,
        max_position=decimal_text(gate.max_position, i.lot) if limited["max_position"] else None,
        pace_ns=gate.pace or None,
        burst_ns=gate.burst or None,
    )


def leverage_text(program: Program) -> str:
    """As declared; a program that can't add to its position has no rule about it."""
    texts = (b.text.removeprefix("leverage = ") for b in program.bounds if b.measure == "leverage")
    return next(texts, "1")


def _equation(equation: Equation, program: Program) -> EquationEntry:
    kinds: dict[type, EquationKind] = {
        Let: "let",
        Memory: "memory",
        Delay: "delay",
        Window: "window",
        Cross: "cross",
        Sample: "sample",
        Restart: "restart",
    }
    return EquationEntry(
        name=equation.name,
        kind=kinds[type(equation)],
        clock=program.clocks[equation.clock].name,
        unit=equation.unit if equation.kind is not Kind.BOOL else "bool",
        now=_names(walk.now(equation), program),
        later=_names(walk.later(equation), program),
    )


def _names(expressions: tuple[Expr, ...], program: Program) -> list[str]:
    return sorted({program.equations[i].name for e in expressions for i in walk.references(e)})


def warm_up_text(warm_up: WarmUp, program: Program) -> str:
    """`49`, `n - 1`, `max(n + 13, 2*m)`: ticks before the value is ready; `50 hour` where they are not of the first feed."""
    forms = []
    for form in warm_up.forms:
        terms = [f"{c}*{program.params[i].name}" if c != 1 else program.params[i].name for i, c in form.terms]
        text = " + ".join(terms)
        if not terms:
            text = str(form.constant)
        elif form.constant:
            text += f" {'+' if form.constant > 0 else '-'} {abs(form.constant)}"
        forms.append(text if form.clock == 0 else f"{text} {program.clocks[form.clock].name}")
    if not forms:
        return "0"
    return forms[0] if len(forms) == 1 else f"max({', '.join(forms)})"


def decimal_text(count: int, scale: Scale) -> str:
    """count * scale as exact decimal text without trailing zeros."""
    digits = abs(count * scale.numerator)
    whole, part = divmod(digits, 10**scale.decimals)
    fraction = str(part).rjust(scale.decimals, "0").rstrip("0") if scale.decimals else ""
    return ("-" if count < 0 else "") + str(whole) + (f".{fraction}" if fraction else "")


class _Dumper(yaml.SafeDumper):
    """Multi-line text as a block, so that the source in a manifest can be read."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def write(manifest: Manifest) -> str:
    """YAML, the same bytes for the same manifest."""
    data = manifest.model_dump(by_alias=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def read(text: str) -> Manifest:
    """Parses and validates; raises ManifestError."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ManifestError(f"not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict) or "manifest" not in data:
        raise ManifestError("not a manifest: the key `manifest` is missing")
    if data["manifest"] != FORMAT:
        raise ManifestError(f"manifest format {data['manifest']!r} is not supported, this compiler reads {FORMAT}")
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ManifestError(f"`{where}`: {first['msg'].lower()}") from error
