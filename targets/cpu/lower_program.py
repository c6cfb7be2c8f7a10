"""A whole Program → the text of one C file: tables, context, init, step and the descriptor STRATC_PROGRAM.

The text depends on the Program and its manifest alone.
"""

from __future__ import annotations

import hashlib

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, fixed_length, length_expr, member, plan
from .lower_expr import Scope
from .lower_instant import lower_instant
from .lower_machine import lower_machine, state_label
from .lower_orders import CORE, NEVER, call, core, lower_orders
from .lower_risk import lower_limits, lower_standing, lower_wakes
from .lower_signals import lower_signals, signal_value
from .names import artifact_name, base_name, program_prefix
from .output_limits import largest_output
from .printer import comment, print_unit
from .reads import constant, walk
from .skeleton import render
from .tables import tables

HEADER = """\
{title}
Made by stratc {compiler} from {source}, semantics {semantics}. Change the strategy and build again, not this file.

One call of step is one instant. First it latches what came in, then it computes every value of the dataflow, looks at the
standing rules and tests the machine. Next-states are stored at the end of the function by which everything they need is
computed: a memory's value is copied out before that and nothing else reads the cell, so it is as if all were stored at the end
of the instant."""


def generate(program: p.Program, manifest: str) -> str:
    """The C of a program. manifest: its YAML, which the binary prints and whose hash names the program."""
    layout = plan(program, program_prefix(artifact_name(program.source_name)))
    items: list[c.Item] = [
        *tables(program, layout.names.prefix, manifest),
        layout.context,
        c.Enumeration(tuple(state_label(s) for s in program.machine.states)),
        c.Enumeration(layout.timers.labels),
        *lower_signals(layout),
        *lower_wakes(layout),
        *lower_orders(layout),
        *lower_machine(layout),
        *lower_standing(layout),
        *lower_instant(layout),
        _warm_up(layout),
        _init(layout),
        _copy(layout),
        _signal_values(layout),
        _next_deadline(layout),
        _descriptor(layout, manifest),
    ]
    header = HEADER.format(
        title=f"{program.name}: {program.title}" if program.title else program.name,
        compiler=program.compiler, source=base_name(program.source_name), semantics=program.semantics,
    )  # fmt: skip
    body = print_unit(c.TranslationUnit(tuple(items))).rstrip("\n")
    return render("program.c.j2", header="\n".join(comment(header)), body=body)


# ---- init


def _warm_up_value(warm_up: p.WarmUp, param: list[c.Expr]) -> c.Expr:
    forms = [_linear(form, param) for form in warm_up.forms]
    result = forms[0]
    for form in forms[1:]:
        result = c.Call("stratc_max_int", (result, form))
    return result


def _linear(form: p.Linear, param: list[c.Expr]) -> c.Expr:
    result: c.Expr = c.Literal(form.constant)
    for index, coefficient in form.terms:
        term = param[index] if coefficient == 1 else c.Call("stratc_mul", (c.Literal(coefficient), param[index]))
        result = c.Call("stratc_add", (result, term))
    return result


def _given(program: p.Program) -> list[c.Expr]:
    """The parameters as the host gives them."""
    return [
        c.Field(c.Index(c.Name("params"), c.Literal(i)), "f" if param.kind is p.Kind.NUMBER else "i")
        for i, param in enumerate(program.params)
    ]


def _warm_up(layout: Layout) -> c.Function:
    body: list[c.Statement] = []
    warm_up = layout.program.warm_bars
    if constant(warm_up):
        body.append(c.ExpressionStatement(c.Cast("void", c.Name("params"))))
    body.append(c.Return(_warm_up_value(warm_up, _given(layout.program))))
    parameters = (c.Declaration("const stratc_value *", "params"),)
    return c.Function("int64_t", f"{layout.names.prefix}_warm_up", parameters, tuple(body))


def _init(layout: Layout) -> c.Function:
    program, given = layout.program, _given(layout.program)
    body: list[c.Statement] = [
        c.Declaration(f"{layout.context.name} *", "c", c.Name("context")),
        call("memset", CONTEXT, c.Literal(0), c.Name("sizeof *c")),
        *(c.Assign(_account(name), c.Name("capital")) for name in ("capital", "equity")),
        c.Assign(core("flat"), c.Literal(1)),
        c.Assign(core("state"), c.Name(state_label(program.machine.states[program.machine.initial]))),
        c.Assign(core("started_at"), NEVER),
        *(c.Assign(member(name), NEVER) for name in layout.ages.values()),
        c.Assign(core("day_equity"), c.Name("capital")),
        c.Assign(core("day_ends"), c.Name("INT64_MIN")),
        call("stratc_disarm", CORE, member("deadlines"), layout.timers.end, c.Literal(0), layout.timers.end),
    ]
    for name, param, value in zip(layout.params, program.params, given, strict=True):
        body.append(c.Assign(member(name), c.Binary("!=", value, c.Literal(0)) if param.kind is p.Kind.BOOL else value))
    if not program.params:
        body.append(c.ExpressionStatement(c.Cast("void", c.Name("params"))))
    body += [c.Assign(member(name), _warm_up_value(start, given)) for start, name in layout.starts.items()]
    body += [c.Assign(member(name), c.Name("INT64_MIN")) for name in layout.cooldowns.values()]
    body += _settled(layout)
    body += _lengths(layout)
    body += lower_limits(layout)
    parameters = (
        c.Declaration("void *", "context"),
        c.Declaration("const stratc_value *", "params"),
        c.Declaration("int64_t", "capital"),
    )
    return c.Function("void", f"{layout.names.prefix}_init", parameters, tuple(body))


def _copy(layout: Layout) -> c.Function:
    """What an instant without a tick may change: all before the rings, and of the rings that such instants use what is in use."""
    name = layout.context.name
    size = f"offsetof({name}, {layout.first_ring})" if layout.first_ring else "sizeof *c"
    body: list[c.Statement] = [
        c.Declaration(f"{name} *", "c", c.Name("to")),
        c.Declaration(f"const {name} *", "other", c.Name("from")),
        call("memcpy", CONTEXT, c.Name("other"), c.Name(size)),
    ]
    for ring in layout.rings:
        count = c.Field(member(ring.control), "count")
        item = c.Name(f"sizeof *c->{ring.name}")
        ours, theirs = member(ring.name), c.Arrow(c.Name("other"), ring.name)
        body.append(call("stratc_copy_ring", ours, theirs, item, ring.first, count, c.Literal(ring.capacity)))
    parameters = (c.Declaration("void *", "to"), c.Declaration("const void *", "from"))
    return c.Function("void", f"{layout.names.prefix}_copy", parameters, tuple(body))


def _account(name: str) -> c.Expr:
    return c.Field(c.Field(member("core"), "account"), name)


def _settled(layout: Layout) -> list[c.Statement]:
    """What only parameters move is computed once. One may be a part of another, which reads it: the smaller first."""
    body: list[c.Statement] = []
    for expr, (name, ok) in sorted(layout.settled.items(), key=lambda item: sum(1 for _ in walk(item[0]))):
        value = Scope(layout, body, name).evaluated(expr)
        body.append(c.Assign(member(name), value.value))
        if ok:
            body.append(c.Assign(member(ok), value.ok or c.Literal(True)))
    return body


def _lengths(layout: Layout) -> list[c.Statement]:
    """Depths and lengths that parameters move; held inside their rings whatever the host gives."""
    body: list[c.Statement] = []
    for index, cells in layout.cells.items():
        equation = layout.program.equations[index]
        if isinstance(equation, p.Delay | p.Window) and fixed_length(equation) is None:
            value = Scope(layout, body, layout.values[index]).lower(length_expr(equation)).value
            bounded = c.Call("stratc_clamp_int", (value, c.Literal(1), c.Literal(equation.capacity)))
            body.append(c.Assign(member(cells.length), bounded))
    return body


# ---- what a host may ask


def _signal_values(layout: Layout) -> c.Function:
    body: list[c.Statement] = [c.Declaration(f"const {layout.context.name} *", "c", c.Name("context"))]
    for index, signal in enumerate(layout.program.signals):
        value, at = signal_value(layout, signal), c.Literal(index)
        assert value.ok is not None
        ok, number = c.Index(c.Name("ok"), at), _plain(layout, signal, value.value)
        body += [
            c.Assign(ok, value.ok),
            c.Assign(c.Index(c.Name("values"), at), c.Ternary(ok, number, c.Literal(0.0))),
        ]
    if not layout.program.signals:
        body = [c.ExpressionStatement(c.Cast("void", c.Name(n))) for n in ("context", "values", "ok")]
    parameters = (
        c.Declaration("const void *", "context"),
        c.Declaration("double *", "values"),
        c.Declaration("uint8_t *", "ok"),
    )
    return c.Function("void", f"{layout.names.prefix}_signal_values", parameters, tuple(body))


def _plain(layout: Layout, signal: p.Signal, value: c.Expr) -> c.Expr:
    """Of all NaN one."""
    is_number = layout.program.equations[signal.equation].kind is p.Kind.NUMBER
    return c.Call("stratc_canonical", (value,)) if is_number else value


def _next_deadline(layout: Layout) -> c.Function:
    body = (
        c.Declaration(f"const {layout.context.name} *", "c", c.Name("context")),
        c.Assign(c.Unary("*", c.Name("timer_id")), core("earliest_timer")),
        c.Return(core("earliest")),
    )
    parameters = (c.Declaration("const void *", "context"), c.Declaration("int32_t *", "timer_id"))
    return c.Function("int64_t", f"{layout.names.prefix}_next_deadline", parameters, body)


def _descriptor(layout: Layout, manifest: str) -> c.Declaration:
    program, prefix = layout.program, layout.names.prefix
    size = largest_output(program)
    digest = hashlib.sha256(manifest.encode()).digest()
    fields: list[tuple[str, c.Expr]] = [
        ("name", c.Text(program.name)),
        ("title", c.Text(program.title)),
        ("compiler", c.Text(program.compiler)),
        ("semantics", c.Literal(program.semantics)),
        ("hash", c.Initializer(tuple((None, c.Literal(byte)) for byte in digest))),
        ("manifest", c.Name(f"{prefix}_manifest")),
        ("context_size", c.Name(f"sizeof({layout.context.name})")),
        ("holdings", c.Name(f"offsetof({layout.context.name}, holdings)")),
        ("max_frames", c.Literal(size.frames)),
        ("max_records", c.Literal(size.records)),
        ("capital_scale", c.Initializer(((None, c.Literal(1)), (None, c.Literal(program.money.decimals))))),
        ("capital", c.Literal(program.capital)),
    ]
    counts = {
        "instrument": len(program.instruments), "feed": len(program.feeds), "param": len(program.params), "signal": len(program.signals),
        "state": len(program.machine.states), "template": len(program.templates), "rule": len(program.bounds) + len(program.standing),
        "note": len(program.notes),
    }  # fmt: skip
    for name, count in counts.items():
        fields.append((f"{name}s", c.Name(f"{prefix}_{name}s" if count else "NULL")))
        fields.append((f"{name}_count", c.Literal(count)))
    fields += [
        ("slot_count", c.Literal(program.slot_count)),
        ("timer_count", layout.timers.end),
        ("gates", c.Name(f"{prefix}_gates")),
        *((f, c.Name(f"{prefix}_{f}")) for f in ("warm_up", "init", "copy", "step", "signal_values", "next_deadline")),
    ]
    return c.Declaration("const stratc_program", "STRATC_PROGRAM", c.Initializer(tuple(fields), tall=True))
