"""The dataflow of a Program → C: one function per group, one that runs them at a tick, one that logs what changed."""

from __future__ import annotations

from itertools import groupby

from ...compiler import program as p
from . import cast as c
from .layout import C_TYPES, CONTEXT, Cells, Group, Layout, member, place_text
from .lower_expr import Scope, Value, conjunction
from .reads import committed, evaluated, read, walk

FOLDS = {fold: f"stratc_window_{fold}" for fold in ("sum", "mean", "variance", "min", "max")}


def context_parameter(layout: Layout, const: bool = False) -> c.Declaration:
    return c.Declaration(f"{'const ' if const else ''}{layout.context.name} *", "c")


def lower_signals(layout: Layout) -> list[c.Function]:
    """The functions in the order of their use; the last is `…_tick(c, bar, output)`."""
    functions = [_GroupLowering(layout, group).function() for group in layout.groups]
    if layout.logged:
        functions.append(_log_signals(layout))
    return [*functions, _tick(layout)]


class _GroupLowering:
    def __init__(self, layout: Layout, group: Group) -> None:
        self.layout, self.group = layout, group
        self.body: list[c.Statement] = []
        self.in_place: dict[int, c.Expr] = {}
        self.local = frozenset(group.equations) - (layout.held - self._read_here())

    def _exprs(self) -> list[p.Expr]:
        equations = self.layout.program.equations
        evaluations = [e for i in self.group.equations for e in evaluated(equations[i])]
        return [*evaluations, *(e for i in self.group.commits for e in committed(equations[i]))]

    def _read_here(self) -> set[int]:
        """Held values that this group reads too: worth a local."""
        return read(self._exprs())

    def function(self) -> c.Function:
        for index in self.group.equations:
            self._equation(self.layout.program.equations[index])
        self._commits()
        comment = f"signal {self.group.signal}"
        return c.Function("void", self.group.name, (context_parameter(self.layout),), tuple(self.body), comment, True)

    def _scope(self, hint: str) -> Scope:
        return Scope(self.layout, self.body, hint, self.local, self.in_place, ticking=True)

    # ---- values

    def _equation(self, e: p.Equation) -> None:
        name, ok = self.layout.values[e.index], self.layout.oks.get(e.index)
        self.body.append(c.Comment(place_text(self.layout.program, e.place)))
        result = self._evaluate(e, name)
        if self._is_read_in_place(e):
            self.in_place[e.index] = result.value
            return
        self._define(C_TYPES[e.kind], name, result.value, e.index)
        if ok:
            self._define("bool", ok, result.ok or c.Literal(True), e.index)

    def _define(self, type_: str, name: str, value: c.Expr, index: int) -> None:
        """A local where this group reads it, a member where it is held."""
        if index in self.local:
            self.body.append(c.Declaration(f"const {type_}", name, value))
            value = c.Name(name)
        if index in self.layout.held:
            self.body.append(c.Assign(member(name), value))

    def _evaluate(self, e: p.Equation, name: str) -> Value:
        match e:
            case p.Let(value=value):
                return self._scope(name).lower(value)
            case p.Memory():
                return self._memory(e, name)
            case p.Delay():
                cells = self.layout.cells[e.index]
                return Value(self._oldest(cells, cells.state), self._oldest(cells, cells.state_ok))
            case p.Window():
                return self._window(e, name)

    def _memory(self, e: p.Memory, name: str) -> Value:
        cells, first = self.layout.cells[e.index], self._scope(name).lower(e.first)
        stored = member(cells.control)
        value = c.Ternary(stored, member(cells.state), first.value)
        if not e.optional:
            return Value(value)
        return Value(value, c.Ternary(stored, member(cells.state_ok), first.ok or c.Literal(True)))

    def _oldest(self, cells: Cells, ring: str) -> c.Expr:
        """The context starts as zeros: what was not pushed yet reads 0, false, na."""
        if not ring:
            return c.Literal(True)
        return c.Index(member(ring), member(cells.control)) if cells.control else member(ring)

    def _window(self, e: p.Window, name: str) -> Value:
        cells, scope = self.layout.cells[e.index], self._scope(name)
        source, started = scope.lower(e.source).value, scope.after(e.push_after)
        ring = (c.Unary("&", member(cells.control)), member(cells.state), self.layout.length(e))
        if e.fold in ("min", "max"):
            fold = c.Call(FOLDS[e.fold], (*ring, source))
        else:
            fold = c.Call(FOLDS[e.fold], ring)
            push = c.ExpressionStatement(c.Call("stratc_window_push", (*ring, source)))
            self.body.append(push if started is None else c.If(started, (push,)))
        return Value(fold if started is None else c.Ternary(started, fold, c.Literal(0.0)))

    def _is_read_in_place(self, e: p.Equation) -> bool:
        """A sum that one expression of this group alone reads is computed there: that may be where it is seldom asked for."""
        if not isinstance(e, p.Window) or e.fold in ("min", "max") or e.index in self.layout.held:
            return False
        return (
            sum(isinstance(x, p.ValueRef) and x.index == e.index for expr in self._exprs() for x in walk(expr, True))
            == 1
        )

    # ---- commits

    def _commits(self) -> None:
        """One `if` for neighbours with the same start."""
        equations = [self.layout.program.equations[i] for i in self.group.commits]
        stateful = [e for e in equations if isinstance(e, p.Memory | p.Delay)]
        if stateful:
            self.body.append(c.Comment("commit: every value above is computed, nothing below reads them"))
        for start, run in groupby(stateful, key=lambda e: e.commit_after):
            statements: list[c.Statement] = []
            for e in run:
                self._commit(e, statements)
            active = self._scope("").after(start)
            self.body += statements if active is None else [c.If(active, tuple(statements))]

    def _commit(self, e: p.Memory | p.Delay, out: list[c.Statement]) -> None:
        cells, hint = self.layout.cells[e.index], self.layout.values[e.index]
        scope = Scope(self.layout, out, hint, self.local, self.in_place, ticking=True)
        source = scope.lower(e.next if isinstance(e, p.Memory) else e.source)
        in_ring = isinstance(e, p.Delay) and cells.control

        def cell(name: str) -> c.Expr:
            return c.Index(member(name), member(cells.control)) if in_ring else member(name)

        out.append(c.Assign(cell(cells.state), source.value))
        if cells.state_ok:
            out.append(c.Assign(cell(cells.state_ok), source.ok or c.Literal(True)))
        if isinstance(e, p.Memory):
            out.append(c.Assign(member(cells.control), c.Literal(True)))
        elif in_ring:
            moved = c.Call("stratc_after", (member(cells.control), self.layout.length(e)))
            out.append(c.Assign(member(cells.control), moved))


# ---- the tick, and what others may know of a signal


def _tick(layout: Layout) -> c.Function:
    body: list[c.Statement] = [
        c.ExpressionStatement(
            c.Call("stratc_latch_bar", (c.Unary("&", member("core")), layout.instrument, c.Name("bar")))
        ),
        c.Assign(member("ticks"), c.Literal(1), "+="),
    ]
    body += [c.Assign(member(name), c.Arrow(c.Name("bar"), column)) for column, name in layout.columns.items()]
    body += [c.ExpressionStatement(c.Call(group.name, (CONTEXT,))) for group in layout.groups]
    kept = [member(name) for (what, _), name in layout.latched.items() if what in ("filled", "closed")]
    if kept:
        body.append(c.Comment("what happened since the tick before was seen"))
        body += [c.Assign(sticky, c.Literal(False)) for sticky in kept]
    parameters = [context_parameter(layout), c.Declaration("const stratc_bar *", "bar")]
    if layout.logged:
        body.append(c.ExpressionStatement(c.Call(_log_name(layout), (CONTEXT, c.Name("output")))))
        parameters.append(c.Declaration("stratc_output *", "output"))
    comment = f"the feed {layout.program.feed.name} ticked: every signal in scheduled order"
    return c.Function("void", f"{layout.names.prefix}_tick", tuple(parameters), tuple(body), comment)


def _log_name(layout: Layout) -> str:
    return f"{layout.names.prefix}_log_signals"


def signal_value(layout: Layout, signal: p.Signal) -> Value:
    """The held value for people and logs, as a double: not there while it is na or not ready."""
    equation = layout.program.equations[signal.equation]
    value = member(layout.values[equation.index])
    number = value if equation.kind is p.Kind.NUMBER else c.Cast("double", value)
    ready = Scope(layout, [], "").after(equation.warm_up)
    ok = layout.oks.get(equation.index)
    usable = conjunction([e for e in (ready, member(ok) if ok else None) if e is not None])
    assert usable is not None, "outside a tick nothing is ready by itself"
    return Value(number, usable)


def _log_signals(layout: Layout) -> c.Function:
    body: list[c.Statement] = []
    for index, kept in layout.logged.items():
        signal = layout.program.signals[index]
        value, ok = signal_value(layout, signal), c.Name(layout.names.claim(f"{signal.name}_usable"))
        assert value.ok is not None
        seen = c.Name(layout.names.claim(f"{signal.name}_seen"))
        record = c.Call(
            "stratc_log_signal",
            (c.Unary("&", member("core")), c.Literal(index), seen, ok, c.Literal(signal.place.line), c.Name("output")),
        )
        body += [
            c.Comment(place_text(layout.program, signal.place)),
            c.Declaration("const bool", ok.name, value.ok),
            c.Declaration("const double", seen.name, c.Ternary(ok, value.value, c.Literal(0.0))),
            c.If(c.Call("stratc_changed", (c.Unary("&", member(kept)), seen, ok)), (c.ExpressionStatement(record),)),
        ]
    parameters = (context_parameter(layout), c.Declaration("stratc_output *", "output"))
    return c.Function("void", _log_name(layout), parameters, tuple(body), "log: signals that changed", True)
