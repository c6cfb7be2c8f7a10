"""A checked kernel → C: a header with its interface, and a source with one function for each event.

A function loads the registers whose old value is read, tests the rows in textual order, and writes in place, which is right because
a path writes a register once. What a row posts waits in a queue of the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...compiler.kernels import program as p
from ...compiler.kernels.walk import of_kind
from . import cast as c
from .lower_kernel_expr import Names, Scope, array_elements, constant, ends, width
from .printer import print_unit
from .skeleton import render

KERNEL, STEP, OUTPUTS = c.Name("kernel"), c.Name("step"), c.Arrow(c.Name("step"), "outputs")


def lower(program: p.KernelProgram, *, instrumented: bool = False) -> tuple[str, str]:
    """(header, source). instrumented: rows are counted and invariants evaluated after every row."""
    lowering = _Lowering(program, instrumented)
    return lowering.header(), lowering.source()


class _Lowering:
    def __init__(self, program: p.KernelProgram, instrumented: bool) -> None:
        self.program, self.instrumented = program, instrumented
        self.names = Names(program.name.lower())

    # ---- header

    def header(self) -> str:
        upper = self.program.name
        defines = [("NEVER", f"INT64_C({p.NEVER})"), ("MOST_OUTPUTS", str(max(1, self._most_outputs())))]
        defines += [(name, f"INT64_C({value})") for name, value in self.program.constants]
        if self.instrumented:
            defines.append(("ROW_COUNT", str(len(self.program.rows))))
        return render(
            "kernel.h.j2",
            name=upper,
            source=self.program.source_name,
            lower=self.names.prefix,
            upper=upper,
            defines="\n".join(f"#define {upper}_{name} {value}" for name, value in defines),
            types=print_unit(c.TranslationUnit((*self._enumerations(), *self._registers(), *self._messages()))),
        )

    def _enumerations(self) -> list[c.Item]:
        found: list[c.Item] = []
        for enum in self.program.enums:
            members = tuple(f"{self.program.name}_{enum.name.upper()}_{member}" for member in enum.members)
            found += [c.Comment(enum.name), c.Enumeration(members)]
        messages = (f"{self.program.name}_NO_MESSAGE", *(self.names.message(m.name) for m in self.program.messages))
        return [*found, c.Comment("messages"), c.Enumeration(messages)]

    def _registers(self) -> list[c.Item]:
        prefix = self.names.prefix
        rows: list[c.Item] = [
            c.Struct(f"{prefix}_{t.name}", tuple(map(_register, t.cells))) for t in self.program.tables
        ]
        clock = c.Declaration("int64_t", "now")
        bound = (c.Comment("no armed timer is earlier"), c.Declaration("int64_t", "next_due"))
        tables = tuple(c.Declaration(f"{prefix}_{t.name}", t.name, size=t.size) for t in self.program.tables)
        return [*rows, c.Comment("everything it remembers"), c.Struct(prefix, (clock, *bound, *tables))]

    def _messages(self) -> list[c.Item]:
        prefix = self.names.prefix
        empty = (c.Declaration("uint8_t", "nothing"),)
        found: list[c.Item] = [
            c.Struct(
                f"{prefix}_{m.name}_message", tuple(c.Declaration(width(f.type), f.name) for f in m.fields) or empty
            )
            for m in self.program.messages
        ]
        for kind in ("input", "output", "inner"):
            own = tuple(
                c.Declaration(f"{prefix}_{m.name}_message", m.name)
                for m in self.program.messages
                if m.direction == kind
            )
            time = (c.Declaration("int64_t", "time"),) if kind == "input" else ()
            found.append(
                c.Struct(f"{prefix}_{kind}", (c.Declaration("int32_t", "type"), *time, c.Union("as", (*empty, *own))))
            )
        return [*found, self._outputs()]

    def _outputs(self) -> c.Struct:
        members = [c.Declaration(f"{self.names.prefix}_output *", "items")]
        members += [c.Declaration("uint32_t", name) for name in ("count", "capacity", "fault")]
        if self.instrumented:
            members.append(c.Declaration("uint64_t", "broken"))
            members.append(c.Declaration("uint64_t", "row_hits", size=len(self.program.rows)))
        return c.Struct(f"{self.names.prefix}_outputs", tuple(members))

    def _most_outputs(self) -> int:
        """Every timer of every row fires, the message visits every row of the longest table, and all posts are handled."""
        rows = {t.name: t.size or 1 for t in self.program.tables}
        timers = sum(rows[t.name] * sum(x.timer for x in t.cells) for t in self.program.tables)
        visits = max((rows[m.each] for m in self.program.messages if m.each), default=1)
        most = max((_most_sends(e) for e in self.program.events), default=0)
        return most * (timers + visits + p.MOST_POSTS)

    # ---- source

    def source(self) -> str:
        prefix = self.names.prefix
        head = (
            f"{self.program.name}: every event, and what each of its rows does.\n"
            f"Made by stratc from {self.program.source_name}. Change that, not this file."
        )
        items: list[c.Item] = [c.Comment(head)]
        functions = [self._event(e) for e in self.program.events]
        called = {call.function for call in of_kind(functions, c.Call)}
        services = [f for f in (self._post(), self._emit(), self._arm()) if f.name in called]
        items += [*services, *functions, self._drain(), self._sweep(), self._each_input()]
        items += [self._init(), self._next_due(), self._in_range(), self._step()]
        helpers = "\n".join(text for name, text in _HELPERS.items() if name in called)
        used = [f'#include <string.h>\n\n#include "{prefix}.h"\n', helpers, self._step_type()]
        unit = print_unit(c.TranslationUnit(tuple(items)))
        comment, rest = unit.split("*/\n", 1)
        return f"{comment}*/\n" + "\n".join(used) + "\n" + rest

    def _step_type(self) -> str:
        prefix = self.names.prefix
        return (
            "typedef struct {\n"
            f"    {prefix} *kernel;\n    {prefix}_outputs *outputs;\n"
            f"    {prefix}_inner posts[{p.MOST_POSTS}]; /* first in, first out */\n"
            "    uint32_t posted, handled;\n"
            f"}} {prefix}_steps;\n"
        )

    def _function(self, name: str, body: Sequence[c.Statement], *more: c.Declaration, comment: str = "") -> c.Function:
        parameters = (c.Declaration(f"{self.names.prefix}_steps *", "step"), *more)
        return c.Function("void", f"{self.names.prefix}_{name}", parameters, tuple(body), comment)

    def _post(self) -> c.Function:
        posted = c.Arrow(STEP, "posted")
        full = c.If(
            c.Binary("==", posted, c.Literal(p.MOST_POSTS)),
            (c.Assign(c.Arrow(OUTPUTS, "fault"), c.Literal(1)), c.Return()),
        )
        store = c.Assign(c.Index(c.Arrow(STEP, "posts"), posted), c.Unary("*", c.Name("message")))
        grow = c.Assign(posted, c.Literal(1), "+=")
        message = c.Declaration(f"const {self.names.prefix}_inner *", "message")
        return self._function("post", (full, store, grow), message, comment="a message to the kernel itself")

    def _emit(self) -> c.Function:
        count = c.Arrow(OUTPUTS, "count")
        full = c.If(
            c.Binary("==", count, c.Arrow(OUTPUTS, "capacity")),
            (c.Assign(c.Arrow(OUTPUTS, "fault"), c.Literal(2)), c.Return()),
        )
        store = c.Assign(c.Index(c.Arrow(OUTPUTS, "items"), count), c.Unary("*", c.Name("message")))
        message = c.Declaration(f"const {self.names.prefix}_output *", "message")
        body = (full, store, c.Assign(count, c.Literal(1), "+="))
        return self._function("emit", body, message, comment="a message out of the kernel")

    def _arm(self) -> c.Function:
        due = c.Arrow(c.Arrow(STEP, "kernel"), "next_due")
        lower_ = c.If(c.Binary("<", c.Name("deadline"), due), (c.Assign(due, c.Name("deadline")),))
        return self._function(
            "due", (lower_,), c.Declaration("int64_t", "deadline"), comment="keeps next_due a lower bound"
        )

    # ---- one event

    def _event(self, event: p.Event) -> c.Function:
        prefix = self.names.prefix
        rows_read = tuple(replace(row, body=pruned(row.body)) for row in event.rows)
        event = replace(event, rows=rows_read, always=pruned(event.always))
        body: list[c.Statement] = [c.Declaration(f"{prefix} *const", "kernel", c.Arrow(STEP, "kernel"))]
        scope = Scope(self.names, self.program, event, with_invariants=self.instrumented)
        body += self._selected(event, scope) + self._loaded(event, scope)
        rows: tuple[c.Statement, ...] = ()
        for row in reversed(event.rows):
            taken = (c.Comment(f"{row.label}, line {row.line}"), *self._hit(row), *self._statements(row.body, scope))
            rows = taken if row.condition is None else (c.If(scope.truth(row.condition), taken, rows),)
        body += rows
        body += self._statements(event.always, scope)
        if self.instrumented:
            body += [self._invariant(number, scope) for number in event.invariants]
        body += [c.ExpressionStatement(c.Cast("void", c.Name(name))) for name in ("kernel", "m", "told")]
        message = f"const {prefix}_{event.name}_message *" if event.message else "const void *"
        parameters = (c.Declaration(message, "m"), c.Declaration("uint32_t", "told"))
        return self._function(
            f"on_{event.name}", body, *parameters, comment=f"{'on' if event.message else 'timer'} {event.name}"
        )

    def _selected(self, event: p.Event, scope: Scope) -> list[c.Statement]:
        """The rows this step sees. A key may read what is selected before it."""
        single = [t.name for t in self.program.tables if t.size is None]
        needed = {t.name for t in self.program.tables if scope.touches(t.name)}
        for select in reversed(event.selects):
            if select.table in needed:
                needed |= {read.table for read in of_kind(select.key, p.Read)}
        in_keys = {read.table for s in event.selects if s.table in needed for read in of_kind(s.key, p.Read)}
        made = [self._pointer(name, c.Arrow(KERNEL, name)) for name in single if name in in_keys]
        for select in (s for s in event.selects if s.table in needed):
            key: c.Expr = c.Name("told")
            if select.key is not None:
                key = c.Binary("&", scope.selecting(select.key), c.Literal(select.mask))
            made.append(self._pointer(select.table, c.Index(c.Arrow(KERNEL, select.table), key)))
        rest = [name for name in single if name in needed - in_keys]
        return [*made, *(self._pointer(name, c.Arrow(KERNEL, name)) for name in rest)]

    def _pointer(self, table: str, row: c.Expr) -> c.Statement:
        return c.Declaration(f"{self.names.prefix}_{table} *const", table, c.Unary("&", row))

    def _loaded(self, event: p.Event, scope: Scope) -> list[c.Statement]:
        """Old values, loaded before anything is written."""
        made: list[c.Statement] = []
        for table in self.program.tables:
            for cell in table.cells:
                if (table.name, cell.name) not in scope.old:
                    continue
                place = c.Arrow(c.Name(table.name), cell.name)
                if isinstance(cell.type, p.ArrayType):
                    copied = tuple((None, c.Index(place, c.Literal(i))) for i in range(cell.type.size))
                    made.append(
                        c.Declaration(
                            "const int64_t",
                            scope.old_name(table.name, cell.name),
                            c.Initializer(copied),
                            cell.type.size,
                        )
                    )
                else:
                    made.append(c.Declaration("const int64_t", scope.old_name(table.name, cell.name), place))
        return made

    def _hit(self, row: p.Row) -> tuple[c.Statement, ...]:
        if not self.instrumented:
            return ()
        return (c.Assign(c.Index(c.Arrow(OUTPUTS, "row_hits"), c.Literal(row.number)), c.Literal(1), "+="),)

    def _invariant(self, number: int, scope: Scope) -> c.Statement:
        broken = c.Unary("!", scope.truth(self.program.invariants[number].condition))
        bit = c.Binary("<<", c.Call("UINT64_C", (c.Literal(1),)), c.Literal(number))
        return c.If(broken, (c.Assign(c.Arrow(OUTPUTS, "broken"), bit, "|="),))

    # ---- statements

    def _statements(self, body: Sequence[p.Statement], scope: Scope) -> tuple[c.Statement, ...]:
        return tuple(made for statement in body for made in self._statement(statement, scope))

    def _statement(self, statement: p.Statement, scope: Scope) -> list[c.Statement]:
        match statement:
            case p.Let(local, value):
                return [c.Declaration("const int64_t", self.names.local(local.name), scope.value(value))]
            case p.Write():
                return self._write(statement, scope)
            case p.If(condition, then, other):
                return [c.If(scope.truth(condition), self._statements(then, scope), self._statements(other, scope))]
            case p.Send():
                return [self._send(statement, scope)]

    def _write(self, write: p.Write, scope: Scope) -> list[c.Statement]:
        place: c.Expr = c.Arrow(c.Name(write.table), write.cell)
        cell = self.program.table(write.table).cell(write.cell)
        if isinstance(cell.type, p.ArrayType) and write.index is None:
            values = array_elements(write.value, cell.type.size, scope)
            return [c.Assign(c.Index(place, c.Literal(i)), v) for i, v in enumerate(values)]
        if write.index is not None:
            place = c.Index(place, scope.value(write.index))
        assigned: list[c.Statement] = [c.Assign(place, scope.value(write.value))]
        if cell.timer and write.value != p.Const(p.NEVER, type=p.TIME):
            assigned.append(c.ExpressionStatement(c.Call(f"{self.names.prefix}_due", (STEP, place))))
        return assigned

    def _send(self, send: p.Send, scope: Scope) -> c.Statement:
        prefix, message = self.names.prefix, self.program.message(send.message)
        kind, function = ("inner", "post") if send.post else ("output", "emit")
        fields = tuple((f.name, scope.value(a)) for f, a in zip(message.fields, send.arguments, strict=True))
        elements: list[tuple[str | None, c.Expr]] = [("type", c.Name(self.names.message(message.name)))]
        if fields:
            elements.append((f"as.{message.name}", c.Initializer(fields)))
        literal = c.Initializer(tuple(elements), f"{prefix}_{kind}")
        return c.ExpressionStatement(c.Call(f"{prefix}_{function}", (STEP, c.Unary("&", literal))))

    # ---- the step

    def _call(self, event: p.Event, message: c.Expr, told: c.Expr) -> c.Statement:
        return c.ExpressionStatement(c.Call(f"{self.names.prefix}_on_{event.name}", (STEP, message, told)))

    def _drain(self) -> c.Function:
        prefix = self.names.prefix
        handled, message = c.Arrow(STEP, "handled"), c.Declaration(f"const {prefix}_inner *", "message")
        message = c.Declaration(message.type, "message", c.Unary("&", c.Index(c.Arrow(STEP, "posts"), c.Name("at"))))
        inner = [e for e in self.program.events if e.message and e.message.direction == "inner"]
        cases = tuple(
            c.Case(
                self.names.message(e.name),
                (
                    self._call(e, c.Unary("&", c.Field(c.Arrow(c.Name("message"), "as"), e.name)), c.Literal(0)),
                    c.Break(),
                ),
            )
            for e in inner
        )
        take: tuple[c.Statement, ...] = (
            c.If(c.Binary("==", handled, c.Arrow(STEP, "posted")), (c.Return(),)),
            c.Declaration("const uint32_t", "at", handled),
            c.Assign(handled, c.Literal(1), "+="),
            message,
            c.Switch(c.Arrow(c.Name("message"), "type"), cases, (c.Break(),)),
        )
        if not inner:
            return self._function("drain", (c.ExpressionStatement(c.Cast("void", STEP)),))
        return self._function(
            "drain", (c.For("uint32_t", "i", c.Literal(p.MOST_POSTS), take),), comment="everything that was posted"
        )

    def _sweep(self) -> c.Function:
        """Timers that are due: rows ascending, in a row as declared, each at most once."""
        due, now = c.Arrow(KERNEL, "next_due"), c.Arrow(KERNEL, "now")
        body: list[c.Statement] = [
            c.Declaration(f"{self.names.prefix} *const", "kernel", c.Arrow(STEP, "kernel")),
            c.If(c.Binary(">", due, now), (c.Return(),)),
        ]
        for table in self.program.tables:
            fire: list[c.Statement] = []
            for timer in (x for x in table.cells if x.timer):
                row: c.Expr = c.Arrow(KERNEL, table.name)
                deadline = c.Field(row if table.size is None else c.Index(row, c.Name("row")), timer.name)
                is_due = c.Binary("&&", c.Binary("<=", deadline, now), c.Binary("!=", deadline, self.names.never()))
                call = self._call(
                    self.program.event(timer.name), c.Name("NULL"), c.Name("row") if table.size else c.Literal(0)
                )
                fire.append(c.If(is_due, (call, c.ExpressionStatement(c.Call(f"{self.names.prefix}_drain", (STEP,))))))
            if fire:
                body += fire if table.size is None else [c.For("uint32_t", "row", c.Literal(table.size), tuple(fire))]
        body.append(c.Assign(due, c.Call(f"{self.names.prefix}_next_due", (KERNEL,))))
        return self._function(
            "sweep", body, comment="timers that are due: rows ascending, in a row as declared, each at most once"
        )

    def _each_input(self) -> c.Function:
        prefix = self.names.prefix
        sizes = {t.name: t.size or 1 for t in self.program.tables}
        cases: list[c.Case] = []
        for event in self.program.events:
            if event.message is None or event.message.direction != "input":
                continue
            argument = c.Unary("&", c.Field(c.Arrow(c.Name("input"), "as"), event.name))
            drain = c.ExpressionStatement(c.Call(f"{prefix}_drain", (STEP,)))
            body: tuple[c.Statement, ...] = (self._call(event, argument, c.Literal(0)), drain)
            if event.message.each:
                visit = (self._call(event, argument, c.Name("row")), drain)
                body = (c.For("uint32_t", "row", c.Literal(sizes[event.message.each]), visit),)
            cases.append(c.Case(self.names.message(event.name), (*body, c.Break())))
        switch = c.Switch(c.Arrow(c.Name("input"), "type"), tuple(cases), (c.Break(),))
        return self._function("handle", (switch,), c.Declaration(f"const {prefix}_input *", "input"))

    def _step(self) -> c.Function:
        prefix = self.names.prefix
        now, time = c.Arrow(KERNEL, "now"), c.Arrow(c.Name("input"), "time")
        begun = c.Initializer((("kernel", KERNEL), ("outputs", c.Name("outputs"))))
        body: tuple[c.Statement, ...] = (
            c.Declaration(f"{prefix}_steps", "step"),
            *(c.Assign(c.Field(STEP, str(name)), value) for name, value in begun.elements),
            c.Assign(c.Field(STEP, "posted"), c.Literal(0)),
            c.Assign(c.Field(STEP, "handled"), c.Literal(0)),
            c.If(c.Binary(">", time, now), (c.Assign(now, time),)),
            c.ExpressionStatement(c.Call(f"{prefix}_sweep", (c.Unary("&", STEP),))),
            c.ExpressionStatement(c.Call(f"{prefix}_handle", (c.Unary("&", STEP), c.Name("input")))),
        )
        parameters = (
            c.Declaration(f"{prefix} *", "kernel"),
            c.Declaration(f"const {prefix}_input *", "input"),
            c.Declaration(f"{prefix}_outputs *", "outputs"),
        )
        return c.Function("void", f"{prefix}_step", parameters, body, visible=True)

    def _init(self) -> c.Function:
        body: list[c.Statement] = [
            c.ExpressionStatement(c.Call("memset", (KERNEL, c.Literal(0), c.Call("sizeof", (c.Unary("*", KERNEL),))))),
            c.Assign(c.Arrow(KERNEL, "next_due"), self.names.never()),
        ]
        for table in self.program.tables:
            row: c.Expr = c.Arrow(KERNEL, table.name)
            row = row if table.size is None else c.Index(row, c.Name("row"))
            firsts = tuple(s for cell in table.cells if cell.first != 0 for s in self._first(row, cell))
            if firsts:
                body += firsts if table.size is None else (c.For("uint32_t", "row", c.Literal(table.size), firsts),)
        parameters = (c.Declaration(f"{self.names.prefix} *", "kernel"),)
        return c.Function("void", f"{self.names.prefix}_init", parameters, tuple(body), visible=True)

    def _first(self, row: c.Expr, cell: p.Cell) -> list[c.Statement]:
        place, value = c.Field(row, cell.name), constant(self.names, cell.first, cell.type)
        if isinstance(cell.type, p.ArrayType):
            return [c.Assign(c.Index(place, c.Literal(i)), value) for i in range(cell.type.size)]
        return [c.Assign(place, self.names.never() if cell.timer else value)]

    def _next_due(self) -> c.Function:
        due = c.Name("due")
        body: list[c.Statement] = [
            c.If(c.Binary("==", c.Arrow(KERNEL, "next_due"), self.names.never()), (c.Return(self.names.never()),)),
            c.Declaration("int64_t", "due", self.names.never()),
        ]
        for table in self.program.tables:
            row: c.Expr = c.Arrow(KERNEL, table.name)
            row = row if table.size is None else c.Index(row, c.Name("row"))
            looks = tuple(
                c.If(c.Binary("<", c.Field(row, x.name), due), (c.Assign(due, c.Field(row, x.name)),))
                for x in table.cells
                if x.timer
            )
            if looks:
                body += looks if table.size is None else (c.For("uint32_t", "row", c.Literal(table.size), looks),)
        body.append(c.Return(due))
        parameters = (c.Declaration(f"const {self.names.prefix} *", "kernel"),)
        return c.Function("int64_t", f"{self.names.prefix}_next_due", parameters, tuple(body), visible=True)

    def _in_range(self) -> c.Function:
        cases = []
        for message in (m for m in self.program.messages if m.direction == "input"):
            checks: c.Expr = c.Literal(True)
            for field in message.fields:
                value = c.Field(c.Field(c.Arrow(c.Name("input"), "as"), message.name), field.name)
                for check in _range_checks(value, field.type):
                    checks = check if checks == c.Literal(True) else c.Binary("&&", checks, check)
            cases.append(c.Case(self.names.message(message.name), (c.Return(checks),)))
        time = c.Arrow(c.Name("input"), "time")
        wrong = c.Binary("||", c.Binary("<", time, c.Literal(0)), c.Binary(">=", time, self.names.never()))
        body = (
            c.If(wrong, (c.Return(c.Literal(False)),)),
            c.Switch(c.Arrow(c.Name("input"), "type"), tuple(cases), (c.Return(c.Literal(False)),)),
        )
        parameters = (c.Declaration(f"const {self.names.prefix}_input *", "input"),)
        return c.Function("bool", f"{self.names.prefix}_input_in_range", parameters, body, visible=True)


_HELPERS = {
    "smaller": "static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }\n",
    "larger": "static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }\n",
    "magnitude": "static inline int64_t magnitude(int64_t a) { return a < 0 ? -a : a; }\n",
    "within": (
        "static inline int64_t within(int64_t a, int64_t low, int64_t high) "
        "{ return a < low ? low : a > high ? high : a; }\n"
    ),
}
"""What the functions of events may call; a file has those that it calls."""


def _register(cell: p.Cell) -> c.Declaration:
    if isinstance(cell.type, p.ArrayType):
        return c.Declaration(width(cell.type.element), cell.name, size=cell.type.size)
    return c.Declaration("int64_t" if cell.timer else width(cell.type), cell.name)


def pruned(body: Sequence[p.Statement]) -> tuple[p.Statement, ...]:
    """Without the `let`s that nothing after them reads: an inlined routine may have no use for one."""
    kept: list[p.Statement] = []
    for statement in reversed(body):
        if isinstance(statement, p.If):
            statement = replace(statement, then=pruned(statement.then), other=pruned(statement.other))
        if not isinstance(statement, p.Let) or statement.local in of_kind(kept, p.Local):
            kept.insert(0, statement)
    return tuple(kept)


def _range_checks(value: c.Expr, type_: p.Scalar) -> list[c.Expr]:
    """What the C type does not already say."""
    match type_:
        case p.EnumType(_, members):
            return [c.Binary("<", value, c.Literal(len(members)))]
        case p.BoolType():
            return []
        case p.IntType(low, high):
            least, most = ends(type_)
            checks: list[c.Expr] = [c.Binary(">=", value, c.Literal(low))] if low > least else []
            return [*checks, c.Binary("<=", value, c.Literal(high))] if high < most else checks


def _most_sends(event: p.Event) -> int:
    rows = max((_sends(row.body) for row in event.rows), default=0)
    return rows + _sends(event.always)


def _sends(body: Sequence[p.Statement]) -> int:
    """Outputs on the longest path."""
    total = 0
    for statement in body:
        match statement:
            case p.Send(_, _, post):
                total += not post
            case p.If(_, then, other):
                total += max(_sends(then), _sends(other))
            case _:
                pass
    return total
