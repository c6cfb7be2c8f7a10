"""The constant tables of a program in C: what the runtime prints, checks and logs, and the manifest."""

from __future__ import annotations

from collections.abc import Sequence

from ...compiler import program as p
from . import cast as c
from .layout import rate_capacity
from .reads import commands
from .timers import timers

PARAM_KINDS = {
    p.Kind.INTEGER: "STRATC_PARAM_COUNT",
    p.Kind.NUMBER: "STRATC_PARAM_NUMBER",
    p.Kind.BOOL: "STRATC_PARAM_BOOL",
}
INSTRUMENT_NUMBERS = (
    "tick", "money_per_unit", "money_decimals", "min_qty", "min_notional", "max_qty", "maker_fee", "taker_fee",
)  # fmt: skip
ORDER_ROWS = (16, 64, 256)
CLAMPED = ("position", "gross", "net", "notional")  # which a smaller quantity makes smaller
Fields = list[tuple[str, c.Expr]]


def tables(program: p.Program, prefix: str, manifest: str) -> list[c.Declaration]:
    """Each as `PREFIX_instruments` and so on; an empty table is left out."""
    states = [(s.name, s.place) for s in program.machine.states]
    notes = [(text, note_place(program, index)) for index, text in enumerate(program.notes)]
    rules = [(b.text, b.place) for b in program.bounds] + [(r.text, r.place) for r in program.standing]
    rows: list[tuple[str, str, Sequence[Fields]]] = [
        ("stratc_instrument", "instruments", [_instrument(program.instrument, prefix)]),
        ("stratc_feed", "feeds", [_feed(program.feed)]),
        ("stratc_param", "params", [_param(x) for x in program.params]),
        ("stratc_signal", "signals", [_signal(program, s) for s in program.signals]),
        ("stratc_named", "states", [_named(name, place) for name, place in states]),
        ("stratc_template", "templates", [_template(t) for t in program.templates]),
        ("stratc_bound", "bounds", [_bound(b) for b in program.bounds]),
        ("stratc_rule", "rules", [_rule(text, place) for text, place in rules]),
        ("stratc_named", "notes", [_named(text, place) for text, place in notes]),
    ]
    found = [_table(type_, f"{prefix}_{name}", content) for type_, name, content in rows if content]
    return [
        *_sessions(program.instrument, prefix),
        *found,
        _plan(program, prefix),
        c.Declaration("static const char", f"{prefix}_manifest", c.Text(manifest), 0),
    ]


def _sessions(instrument: p.Instrument, prefix: str) -> list[c.Declaration]:
    if not instrument.sessions:
        return []
    edges = tuple((None, c.Literal(edge)) for session in instrument.sessions for edge in session)
    return [c.Declaration("static const int64_t", f"{prefix}_sessions", c.Initializer(edges, tall=True), 0)]


def order_rows(slot_count: int) -> int:
    """Rows of the order kernel: how many orders their ids can tell apart at one time."""
    return next(rows for rows in ORDER_ROWS if rows >= slot_count)


def _plan(program: p.Program, prefix: str) -> c.Declaration:
    numbers = {
        "template_count": len(program.templates),
        "bound_count": len(program.bounds),
        "slot_count": program.slot_count,
        "rows": order_rows(program.slot_count),
        "machine_timers": program.machine.timer_count,
        "timer_count": timers(program).count,
        "rate_capacity": rate_capacity(program),
    }
    fields: Fields = [
        ("instrument", c.Unary("&", c.Index(c.Name(f"{prefix}_instruments"), c.Literal(0)))),
        ("templates", c.Name(f"{prefix}_templates")),
        ("bounds", c.Name(f"{prefix}_bounds" if program.bounds else "NULL")),
        *((name, c.Literal(number)) for name, number in numbers.items()),
    ]
    return c.Declaration("static const stratc_plan", f"{prefix}_plan", c.Initializer(tuple(fields), tall=True))


def _table(type_: str, name: str, rows: Sequence[Fields]) -> c.Declaration:
    elements = tuple((None, c.Initializer(tuple(row))) for row in rows)
    return c.Declaration(f"static const {type_}", name, c.Initializer(elements, tall=True), 0)


def note_place(program: p.Program, index: int) -> p.Place:
    """Where a text is first notified."""
    return next((k.place for k in commands(program) if k.note == index), program.instrument.place)


def _instrument(i: p.Instrument, prefix: str) -> Fields:
    return [
        *((name, c.Text(getattr(i, name))) for name in ("name", "venue", "base", "quote")),
        ("price", _scale(i.price)),
        ("lot", _scale(i.lot)),
        *((name, c.Literal(getattr(i, name))) for name in INSTRUMENT_NUMBERS),
        ("trades_all_days", c.Literal(int(i.all_days))),
        ("fee_in_base", c.Literal(int(i.fee_in_base))),
        ("base_decimals", c.Literal(i.base_decimals)),
        ("lot_units", c.Literal(i.lot_units)),
        ("sessions", c.Name(f"{prefix}_sessions" if i.sessions else "NULL")),
        ("session_count", c.Literal(len(i.sessions))),
    ]


def _scale(scale: p.Scale) -> c.Expr:
    return c.Initializer(((None, c.Literal(scale.numerator)), (None, c.Literal(scale.decimals))))


def _feed(feed: p.Feed) -> Fields:
    return [
        ("name", c.Text(feed.name)),
        ("schema", c.Text(feed.schema)),
        ("schema_version", c.Literal(feed.version)),
        ("instrument", c.Literal(feed.instrument)),
        ("every", c.Literal(feed.every)),
    ]


def _param(param: p.Param) -> Fields:
    bounds: Fields = []
    if param.low is not None and param.high is not None:
        bounds += [("low", _value(param, param.low)), ("high", _value(param, param.high)), ("bounded", c.Literal(1))]
    if param.step is not None:
        bounds += [("step", _value(param, param.step)), ("stepped", c.Literal(1))]
    return [
        ("name", c.Text(param.name)),
        ("unit", c.Text(param.unit)),
        ("kind", c.Name("STRATC_PARAM_DURATION" if param.is_duration else PARAM_KINDS[param.kind])),
        ("value", _value(param, param.value)),
        *bounds,
        ("line", c.Literal(param.place.line)),
    ]


def _value(param: p.Param, value: float | int | bool) -> c.Expr:
    if param.kind is p.Kind.NUMBER:
        return c.Initializer((("f", c.Literal(float(value))),))
    return c.Initializer((("i", c.Literal(int(value))),))


def _signal(program: p.Program, signal: p.Signal) -> Fields:
    return [
        ("name", c.Text(signal.name)),
        ("type", c.Text(signal.type)),
        ("is_bool", c.Literal(int(program.equations[signal.equation].kind is p.Kind.BOOL))),
        ("logged", c.Literal(int(signal.logged))),
        ("line", c.Literal(signal.place.line)),
    ]


def _template(template: p.Template) -> Fields:
    return [
        ("name", c.Text(template.name)),
        ("side", c.Name(f"STRATC_SIDE_{template.side}")),
        ("kind", c.Name(f"STRATC_KIND_{template.kind}")),
        ("tif", c.Name(f"STRATC_TIF_{template.tif}")),
        ("reduce_only", c.Literal(int(template.reduce_only))),
        ("first_slot", c.Literal(template.first_slot)),
        ("max_open", c.Literal(template.max_open)),
        ("line", c.Literal(template.place.line)),
        ("post_only", c.Literal(int(template.post_only))),
        ("reserved", c.Literal(int(template.reserved))),
        ("sibling", c.Literal(-1 if template.sibling is None else template.sibling)),
        ("children", c.Initializer(tuple((None, c.Literal(child)) for child in (*template.children, -1, -1)[:2]))),
    ]


def _bound(bound: p.Bound) -> Fields:
    return [
        ("measure", c.Name(f"STRATC_MEASURE_{bound.measure.upper()}")),
        ("relative", c.Literal(int(bound.relative))),
        ("clamp", c.Literal(int(bound.clamp and bound.measure in CLAMPED))),
        ("window", c.Literal(bound.window)),
    ]


def _rule(text: str, place: p.Place) -> Fields:
    return [("text", c.Text(text)), ("line", c.Literal(place.line))]


def _named(name: str, place: p.Place) -> Fields:
    return [("name", c.Text(name)), ("line", c.Literal(place.line))]
