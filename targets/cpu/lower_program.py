"""A whole Program → the text of one C file: tables, context, init, step and the descriptor STRATC_PROGRAM.

The text depends on the Program and its manifest alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, constant, fixed_length, length_expr, member, plan
from .lower_expr import Scope
from .lower_machine import CORE, OUTPUT, call, cancel, lower_machine, max_frames, max_records, optional, state_label
from .lower_signals import lower_signals, signal_value
from .names import artifact_name, base_name, program_prefix
from .printer import comment, print_unit
from .skeleton import render
from .tables import tables

HEADER = """\
{title}
Made by stratc {compiler} from {source}, semantics {semantics}. Change the strategy and build again, not this file.

One call of step is one instant. First it latches what came in, then it computes every value of the dataflow, then it tests the
machine. Next-states are stored at the end of the function by which everything they need is computed: a memory's value is copied
out before that and nothing else reads the cell, so it is as if all were stored at the end of the instant."""


def generate(program: p.Program, manifest: str) -> str:
    """The C of a program. manifest: its YAML, which the binary prints and whose hash names the program."""
    layout = plan(program, program_prefix(artifact_name(program.source_name)))
    items: list[c.Item] = [
        *tables(program, layout.names.prefix, manifest),
        layout.context,
        *lower_signals(layout),
        *lower_machine(layout),
        _warm_up(layout),
        _init(layout),
        _step(layout),
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
    if constant(layout.program.warm_up):
        body.append(c.ExpressionStatement(c.Cast("void", c.Name("params"))))
    body.append(c.Return(_warm_up_value(layout.program.warm_up, _given(layout.program))))
    parameters = (c.Declaration("const stratc_value *", "params"),)
    return c.Function("int64_t", f"{layout.names.prefix}_warm_up", parameters, tuple(body))


def _init(layout: Layout) -> c.Function:
    program, given = layout.program, _given(layout.program)
    body: list[c.Statement] = [
        c.Declaration(f"{layout.context.name} *", "c", c.Name("context")),
        call("memset", CONTEXT, c.Literal(0), c.Name("sizeof *c")),
        *(c.Assign(_account(name), c.Name("capital")) for name in ("capital", "equity")),
        *(c.Assign(c.Field(member("core"), n), c.Literal(v)) for n, v in (("flat", 1), ("timer_id", -1))),
        c.Assign(
            c.Field(member("core"), "state"), c.Name(state_label(program.machine.states[program.machine.initial]))
        ),
        call("stratc_disarm_all", member("deadlines"), c.Literal(program.machine.timer_count)),
    ]
    for name, param, value in zip(layout.params, program.params, given, strict=True):
        body.append(c.Assign(member(name), c.Binary("!=", value, c.Literal(0)) if param.kind is p.Kind.BOOL else value))
    if not program.params:
        body.append(c.ExpressionStatement(c.Cast("void", c.Name("params"))))
    body += [c.Assign(member(name), _warm_up_value(start, given)) for start, name in layout.starts.items()]
    body += [c.Assign(member(name), c.Name("INT64_MIN")) for name in layout.cooldowns.values()]
    body += _lengths(layout)
    body += _bounds(layout)
    parameters = (
        c.Declaration("void *", "context"),
        c.Declaration("const stratc_value *", "params"),
        c.Declaration("int64_t", "capital"),
    )
    return c.Function("void", f"{layout.names.prefix}_init", parameters, tuple(body))


def _account(name: str) -> c.Expr:
    return c.Field(c.Field(member("core"), "account"), name)


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


def _bounds(layout: Layout) -> list[c.Statement]:
    """The tightest bound on the position counts; the rule that sets it is named in a denial."""
    bound = c.Field(member("core"), "position_bound")
    body: list[c.Statement] = [
        c.Assign(bound, c.Literal(-1)),
        c.Assign(member("position_rule"), c.Literal(-1)),
    ]
    for rule, declared in enumerate(layout.program.bounds):
        limit = Scope(layout, body, "bound").lower(declared.limit)
        name = layout.names.claim(f"bound_{rule}")
        pair = c.Initializer(optional(limit).elements, "stratc_optional")
        lots = c.Call("stratc_bound_lots", (pair, layout.instrument))
        body.append(c.Declaration("const int64_t", name, lots))
        take = (c.Assign(bound, c.Name(name)), c.Assign(member("position_rule"), c.Literal(rule)))
        tighter = c.Binary("||", c.Binary("<", bound, c.Literal(0)), c.Binary("<", c.Name(name), bound))
        body += take if rule == 0 else [c.If(tighter, take)]
    return body


# ---- step and what a host may ask


def _is(name: str, value: str) -> c.Expr:
    return c.Binary("==", c.Arrow(c.Name("input"), name), c.Name(value))


def _step(layout: Layout) -> c.Function:
    program, prefix = layout.program, layout.names.prefix
    slots, timers = c.Literal(program.slot_count), c.Literal(program.machine.timer_count)
    report = call(
        "stratc_latch_report", CORE, layout.instrument, member("slots"), slots, templates_of(layout),
        c.Literal(len(program.templates)), c.Arrow(c.Name("input"), "report"),
    )  # fmt: skip
    timer = call("stratc_latch_timer", CORE, member("deadlines"), timers, c.Name("input"))
    output = (c.Name("output"),)
    tick = call(f"{prefix}_tick", CONTEXT, c.Arrow(c.Name("input"), "bars"), *(output if layout.logged else ()))
    fault = c.Field(member("core"), "fault")
    stop: tuple[c.Statement, ...] = (
        c.Assign(member("running"), c.Literal(False)),
        call("stratc_disarm_all", member("deadlines"), timers),
        cancel(layout, -1, c.Literal(0)),
    )
    start = c.Binary("&&", _is("verb", "STRATC_START"), c.Unary("!", member("running")))
    control = (
        c.If(start, (call(f"{prefix}_start", CONTEXT, *output),)),
        c.If(_is("verb", "STRATC_STOP"), stop),
    )
    body: tuple[c.Statement, ...] = (
        c.Declaration(f"{layout.context.name} *", "c", c.Name("context")),
        call("stratc_begin", CORE, c.Name("input"), *output),
        c.If(_is("kind", "STRATC_REPORT"), (report,)),
        c.If(_is("kind", "STRATC_TIMER"), (timer,)),
        *_latch_fills(layout),
        c.If(
            c.Binary("&&", _is("kind", "STRATC_BARS"), c.Binary(">", c.Arrow(c.Name("input"), "verb"), c.Literal(0))),
            (tick,),
        ),
        c.If(c.Binary("!=", fault, c.Name("STRATC_FAULT_NONE")), (c.Return(fault),)),
        c.If(_is("kind", "STRATC_CONTROL"), control),
        c.If(member("running"), (call(f"{prefix}_machine", CONTEXT, *output),)),
        c.Return(fault),
    )
    parameters = (c.Declaration("void *", "context"), c.Declaration("const stratc_input *", "input"), OUTPUT)
    return c.Function("uint32_t", f"{prefix}_step", parameters, body, "one instant")


def templates_of(layout: Layout) -> c.Expr:
    return c.Name(f"{layout.names.prefix}_templates" if layout.program.templates else "NULL")


def _latch_fills(layout: Layout) -> Iterable[c.Statement]:
    """What a template filled, as of the start of the instant: a submit in this instant must not change it."""
    for (name, template), kept in layout.fills.items():
        of = c.Unary("&", c.Index(c.Name(f"{layout.names.prefix}_templates"), c.Literal(template)))
        yield c.Assign(member(kept), c.Call(f"stratc_{name}", (member("slots"), of, layout.instrument)))


def _signal_values(layout: Layout) -> c.Function:
    body: list[c.Statement] = [c.Declaration(f"const {layout.context.name} *", "c", c.Name("context"))]
    for index, signal in enumerate(layout.program.signals):
        value, at = signal_value(layout, signal), c.Literal(index)
        assert value.ok is not None
        body += [
            c.Assign(c.Index(c.Name("ok"), at), value.ok),
            c.Assign(c.Index(c.Name("values"), at), c.Ternary(c.Index(c.Name("ok"), at), value.value, c.Literal(0.0))),
        ]
    if not layout.program.signals:
        body = [c.ExpressionStatement(c.Cast("void", c.Name(n))) for n in ("context", "values", "ok")]
    parameters = (
        c.Declaration("const void *", "context"),
        c.Declaration("double *", "values"),
        c.Declaration("uint8_t *", "ok"),
    )
    return c.Function("void", f"{layout.names.prefix}_signal_values", parameters, tuple(body))


def _next_deadline(layout: Layout) -> c.Function:
    earliest = c.Call(
        "stratc_earliest", (member("deadlines"), c.Literal(layout.program.machine.timer_count), c.Name("timer_id"))
    )
    body = (c.Declaration(f"const {layout.context.name} *", "c", c.Name("context")), c.Return(earliest))
    parameters = (c.Declaration("const void *", "context"), c.Declaration("int32_t *", "timer_id"))
    return c.Function("int64_t", f"{layout.names.prefix}_next_deadline", parameters, body)


def _descriptor(layout: Layout, manifest: str) -> c.Declaration:
    program, prefix = layout.program, layout.names.prefix
    digest = hashlib.sha256(manifest.encode()).digest()
    fields: list[tuple[str, c.Expr]] = [
        ("name", c.Text(program.name)),
        ("title", c.Text(program.title)),
        ("compiler", c.Text(program.compiler)),
        ("semantics", c.Literal(program.semantics)),
        ("hash", c.Initializer(tuple((None, c.Literal(byte)) for byte in digest))),
        ("manifest", c.Name(f"{prefix}_manifest")),
        ("context_size", c.Name(f"sizeof({layout.context.name})")),
        ("max_frames", c.Literal(max_frames(program))),
        ("max_records", c.Literal(max_records(program))),
        ("capital_scale", c.Initializer(((None, c.Literal(1)), (None, c.Literal(program.instrument.money_decimals))))),
        ("capital", c.Literal(program.capital)),
    ]
    counts = {
        "instrument": 1, "feed": 1, "param": len(program.params), "signal": len(program.signals),
        "state": len(program.machine.states), "template": len(program.templates), "rule": len(program.bounds),
        "note": len(program.notes),
    }  # fmt: skip
    for name, count in counts.items():
        fields.append((f"{name}s", c.Name(f"{prefix}_{name}s" if count else "NULL")))
        fields.append((f"{name}_count", c.Literal(count)))
    fields += [
        ("slot_count", c.Literal(program.slot_count)),
        ("timer_count", c.Literal(program.machine.timer_count)),
        *((f, c.Name(f"{prefix}_{f}")) for f in ("warm_up", "init", "step", "signal_values", "next_deadline")),
    ]
    return c.Declaration("const stratc_program", "STRATC_PROGRAM", c.Initializer(tuple(fields), tall=True))
