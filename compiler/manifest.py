"""The manifest: everything that says what an artifact is, as YAML that people read and that rebuilds the artifact.

It holds the strategy's own text; the library is pinned by the content hash of each node it uses.
"""

from __future__ import annotations

from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import walk
from .program import Delay, Equation, Expr, Kind, Let, Memory, Program, Scale, WarmUp, Window

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
    calendar: Literal["every day", "sessions"]


class FeedEntry(Model):
    id: str
    schema_: str = Field(alias="schema")
    version: int
    instrument: str
    every_ns: int


class ParamEntry(Model):
    name: str
    type: str
    value: float | int | bool
    low: float | int | None
    high: float | int | None
    step: float | int | None


class SignalEntry(Model):
    name: str
    type: str
    warm_up: str
    logged: bool


class EquationEntry(Model):
    """One vertex of the signal DAG; now: read in the same instant, later: read when it is committed."""

    name: str
    kind: Literal["let", "memory", "delay", "window"]
    unit: str
    now: list[str]
    later: list[str]


class OrderEntry(Model):
    name: str
    side: str
    kind: str
    tif: str
    reduce_only: bool
    max_open: int


class RiskEntry(Model):
    text: str
    line: int


class NodeEntry(Model):
    name: str
    sha256: str


class Manifest(Model):
    manifest: int
    strategy: str
    title: str
    compiler: CompilerEntry
    capital: str
    instruments: list[InstrumentEntry]
    feeds: list[FeedEntry]
    params: list[ParamEntry]
    signals: list[SignalEntry]
    warm_up: str
    state_bytes: int
    dag: list[EquationEntry]
    orders: list[OrderEntry]
    risk: list[RiskEntry]
    states: list[str]
    notes: list[str]
    nodes: list[NodeEntry]
    source: SourceEntry


def describe(program: Program) -> Manifest:
    """The manifest of a program."""
    instrument = program.instrument
    return Manifest(
        manifest=FORMAT,
        strategy=program.name,
        title=program.title,
        compiler=CompilerEntry(version=program.compiler, semantics=program.semantics),
        capital=f"{decimal_text(program.capital, Scale(1, instrument.money_decimals))} {instrument.quote}",
        instruments=[_instrument(program)],
        feeds=[
            FeedEntry(
                id=program.feed.name,
                schema=program.feed.schema,
                version=program.feed.version,
                instrument=instrument.name,
                every_ns=program.feed.every,
            )
        ],
        params=[
            ParamEntry(name=p.name, type=p.unit, value=p.value, low=p.low, high=p.high, step=p.step)
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
        orders=[
            OrderEntry(name=t.name, side=t.side, kind=t.kind, tif=t.tif, reduce_only=t.reduce_only, max_open=t.max_open)
            for t in program.templates
        ],
        risk=[RiskEntry(text=b.text, line=b.place.line) for b in program.bounds],
        states=[s.name for s in program.machine.states],
        notes=list(program.notes),
        nodes=[NodeEntry(name=n.name, sha256=n.hash) for n in program.nodes],
        source=SourceEntry(name=program.source_name, sha256=program.source_hash, text=program.source_text),
    )


def _instrument(program: Program) -> InstrumentEntry:
    i = program.instrument
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
        calendar="every day" if i.all_days else "sessions",
    )


def _equation(equation: Equation, program: Program) -> EquationEntry:
    kinds: dict[type, Literal["let", "memory", "delay", "window"]] = {
        Let: "let",
        Memory: "memory",
        Delay: "delay",
        Window: "window",
    }
    return EquationEntry(
        name=equation.name,
        kind=kinds[type(equation)],
        unit=equation.unit if equation.kind is not Kind.BOOL else "bool",
        now=_names(walk.now(equation), program),
        later=_names(walk.later(equation), program),
    )


def _names(expressions: tuple[Expr, ...], program: Program) -> list[str]:
    return sorted({program.equations[i].name for e in expressions for i in walk.references(e)})


def warm_up_text(warm_up: WarmUp, program: Program) -> str:
    """`49`, `n - 1`, `max(n + 13, 2*m)`: ticks before the value is ready."""
    forms = []
    for form in warm_up.forms:
        terms = [f"{c}*{program.params[i].name}" if c != 1 else program.params[i].name for i, c in form.terms]
        text = " + ".join(terms)
        if not terms:
            text = str(form.constant)
        elif form.constant:
            text += f" {'+' if form.constant > 0 else '-'} {abs(form.constant)}"
        forms.append(text)
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
