"""The constant tables of a program in C: what the runtime prints, checks and logs, and the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as fields_of

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
        ("stratc_instrument", "instruments", [_instrument(of, prefix, i) for i, of in enumerate(program.instruments)]),
        ("stratc_feed", "feeds", [_feed(f) for f in program.feeds]),
        ("stratc_param", "params", [_param(x) for x in program.params]),
        ("stratc_signal", "signals", [_signal(program, s) for s in program.signals]),
        ("stratc_named", "states", [_named(name, place) for name, place in states]),
        ("stratc_gate", "gates", [_gate(gate) for gate in program.gates]),
        ("stratc_template", "templates", [_template(t) for t in program.templates]),
        ("stratc_bound", "bounds", [_bound(b) for b in program.bounds]),
        ("stratc_rule", "rules", [_rule(text, place) for text, place in rules]),
        ("stratc_named", "notes", [_named(text, place) for text, place in notes]),
    ]
    found = [_table(type_, f"{prefix}_{name}", content) for type_, name, content in rows if content]
    return [
        *(table for i, of in enumerate(program.instruments) for table in _sessions(of, prefix, i)),
        *found,
        _plan(program, prefix),
        c.Declaration("static const char", f"{prefix}_manifest", c.Text(manifest), 0),
    ]


def _sessions(instrument: p.Instrument, prefix: str, index: int) -> list[c.Declaration]:
    tables = {"sessions": instrument.sessions, "days": instrument.days}
    return [_spans(_numbered(f"{prefix}_{name}", index), spans) for name, spans in tables.items() if spans]


def _numbered(name: str, index: int) -> str:
    return f"{name}_{index}" if index else name


def _spans(name: str, spans: Sequence[tuple[int, int]]) -> c.Declaration:
    rows = tuple((None, c.Initializer(tuple((None, c.Literal(edge)) for edge in span))) for span in spans)
    return c.Declaration("static const stratc_session", name, c.Initializer(rows, tall=True), 0)


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
        ("instruments", c.Name(f"{prefix}_instruments")),
        ("instrument_count", c.Literal(len(program.instruments))),
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
    return next((k.place for k in commands(program) if k.note == index), program.instruments[0].place)


def _instrument(i: p.Instrument, prefix: str, index: int) -> Fields:
    return [
        *((name, c.Text(getattr(i, name))) for name in ("name", "venue", "base", "quote")),
        ("price", _scale(i.price)),
        ("lot", _scale(i.lot)),
        *((name, c.Literal(getattr(i, name))) for name in INSTRUMENT_NUMBERS),
        ("trades_all_days", c.Literal(int(i.all_days))),
        ("fee_in_base", c.Literal(int(i.fee_in_base))),
        ("base_decimals", c.Literal(i.base_decimals)),
        ("lot_units", c.Literal(i.lot_units)),
        *_calendar(i, prefix, index),
        ("allowed", c.Literal({"LONG": 1, "SHORT": -1, "BOTH": 0}[i.allow])),
    ]


def _calendar(i: p.Instrument, prefix: str, index: int) -> Fields:
    fields: Fields = [
        ("sessions", c.Name(_numbered(f"{prefix}_sessions", index) if i.sessions else "NULL")),
        ("session_count", c.Literal(len(i.sessions))),
    ]
    if i.days:
        fields += [("days", c.Name(_numbered(f"{prefix}_days", index))), ("day_count", c.Literal(len(i.days)))]
    if i.library:
        fields.append(("exchange", c.Text(i.calendar)))
    return fields


def _scale(scale: p.Scale) -> c.Expr:
    return c.Initializer(((None, c.Literal(scale.numerator)), (None, c.Literal(scale.decimals))))


def _feed(feed: p.Feed) -> Fields:
    return [
        ("name", c.Text(feed.name)),
        ("schema", c.Text(feed.schema)),
        ("schema_version", c.Literal(feed.version)),
        ("instrument", c.Literal(feed.instrument)),
        ("every", c.Literal(feed.every)),
        ("source", c.Literal(-1 if feed.source is None else feed.source)),
        *([("type", c.Text(feed.type))] if feed.type else []),
    ]


def _param(param: p.Param) -> Fields:
    bounds: Fields = []
    if param.members:
        high = c.Initializer((("i", c.Literal(len(param.members) - 1)),))
        bounds = [("high", high), ("bounded", c.Literal(1)), ("members", c.Text(" ".join(param.members)))]
    if param.low is not None and param.high is not None:
        bounds += [("low", _value(param, param.low)), ("high", _value(param, param.high)), ("bounded", c.Literal(1))]
    if param.step is not None:
        bounds += [("step", _value(param, param.step)), ("stepped", c.Literal(1))]
    return [
        ("name", c.Text(param.name)),
        ("unit", c.Text(param.unit)),
        ("kind", c.Name(_param_kind(param))),
        ("value", _value(param, param.value)),
        *(field for field in bounds if field[0] != "members"),
        ("line", c.Literal(param.place.line)),
        *(field for field in bounds if field[0] == "members"),
    ]


def _param_kind(param: p.Param) -> str:
    if param.members:
        return "STRATC_PARAM_ENUM"
    return "STRATC_PARAM_DURATION" if param.is_duration else PARAM_KINDS[param.kind]


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
        ("instrument", c.Literal(template.instrument)),
        *([("urgency", c.Name(f"STRATC_URGENCY_{template.urgency}"))] if template.urgency != "PASSIVE" else []),
        *([("route", c.Literal(template.route))] if template.route else []),
        ("sibling", c.Literal(-1 if template.sibling is None else template.sibling)),
        ("children", c.Initializer(tuple((None, c.Literal(child)) for child in (*template.children, -1, -1)[:2]))),
    ]


def _bound(bound: p.Bound) -> Fields:
    return [
        ("measure", c.Name(f"STRATC_MEASURE_{bound.measure.upper()}")),
        ("relative", c.Literal(int(bound.relative))),
        ("clamp", c.Literal(int(bound.clamp and bound.measure in CLAMPED))),
        ("window", c.Literal(bound.window)),
        ("instrument", c.Literal(-1 if bound.instrument is None else bound.instrument)),
    ]


def _gate(gate: p.Gate) -> Fields:
    return [(f.name, c.Literal(getattr(gate, f.name))) for f in fields_of(gate)]


def _rule(text: str, place: p.Place) -> Fields:
    return [("text", c.Text(text)), ("line", c.Literal(place.line))]


def _named(name: str, place: p.Place) -> Fields:
    return [("name", c.Text(name)), ("line", c.Literal(place.line))]
