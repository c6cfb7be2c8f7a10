"""The dataflow of a Program → C: one function per group, one that runs them at a tick, one that logs what changed."""

from __future__ import annotations

from itertools import groupby

from ...compiler import program as p
from . import cast as c
from .layout import C_TYPES, CONTEXT, Cells, Group, Layout, member, place_text
from .lower_expr import Scope, Value, conjunction, disjunction
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
        self.ticking = layout.program.ancestors(group.clock)
        self.idle: frozenset[int] = frozenset()
        self.idle = self._idle()
        self.read = self._read_here()
        self.local = frozenset(group.equations) - (layout.held - self.read)

    def _exprs(self) -> list[p.Expr]:
        equations = self.layout.program.equations
        asked = (i for i in self.group.equations if i not in self.idle)
        evaluations = [e for i in asked for e in evaluated(equations[i])]
        return [*evaluations, *(e for i in self.group.commits for e in committed(equations[i]))]

    def _idle(self) -> frozenset[int]:
        """Equations whose values nobody reads: of a crossing value only the readiness may be asked for, and of what it reads nothing."""
        equations = self.layout.program.equations
        while True:
            kept = self.layout.held | self._read_here()
            values = (i for i in self.group.equations if isinstance(equations[i], p.Let | p.Cross))
            found = frozenset(i for i in values if i not in kept)
            if found == self.idle:
                return found
            self.idle = found

    def _read_here(self) -> set[int]:
        """Held values that this group reads too: worth a local."""
        return read(self._exprs(), self.ticking)

    def function(self) -> c.Function:
        for index in self.group.equations:
            self._equation(self.layout.program.equations[index])
        self._commits()
        comment = f"signal {self.group.signal}"
        return c.Function("void", self.group.name, (context_parameter(self.layout),), tuple(self.body), comment, True)

    def _scope(self, hint: str) -> Scope:
        return Scope(self.layout, self.body, hint, self.local, self.in_place, self.ticking)

    # ---- values

    def _equation(self, e: p.Equation) -> None:
        name, ok = self.layout.values[e.index], self.layout.oks.get(e.index)
        if e.index in self.idle:
            self._count(e)
            return
        self.body.append(c.Comment(place_text(self.layout.program, e.place)))
        self._forget(e)
        result = self._evaluate(e, name)
        if self._is_read_in_place(e):
            self.in_place[e.index] = result.value
            return
        self._define(C_TYPES[e.kind], name, result.value, e.index)
        if ok:
            self._define("bool", ok, result.ok or c.Literal(True), e.index)
        self._count(e)

    def _count(self, e: p.Equation) -> None:
        """The clock that an equation defines."""
        match e:
            case p.Cross(since=since):
                ready = self._scope("").after(e.ready)
                step = c.Assign(member(self.layout.ticks[since]), c.Literal(1), "+=")
                self.body.append(step if ready is None else c.If(ready, (step,)))
            case p.Sample(opens=opens):
                fires = self._scope("").lower(p.ValueRef(p.Kind.BOOL, e.index)).value
                self.body.append(c.If(fires, (c.Assign(member(self.layout.ticks[opens]), c.Literal(1), "+="),)))
            case p.Restart(since=since):
                fires = self._scope("").lower(p.ValueRef(p.Kind.BOOL, e.index)).value
                ticks = member(self.layout.ticks[since])
                self.body.append(c.Assign(ticks, c.Ternary(fires, c.Literal(1), c.Binary("+", ticks, c.Literal(1)))))
            case _:
                pass

    def _forget(self, e: p.Equation) -> None:
        """What a restart makes it forget, before it is evaluated."""
        cells = self.layout.cells[e.index]
        resets: list[c.Statement] = []
        match e:
            case p.Memory():
                resets = [c.Assign(member(cells.control), c.Literal(False))]
            case p.Delay() if not cells.control:
                resets = [c.Assign(member(name), c.Literal(0)) for name in (cells.state, cells.state_ok) if name]
            case p.Delay():
                resets = [_zeros(name) for name in (cells.state, cells.state_ok) if name]
            case p.Window():
                resets = [_zeros(cells.control, "&")]
            case _:
                pass
        if e.restarts and resets:
            refs = [self._scope("").lower(p.ValueRef(p.Kind.BOOL, index)).value for index in e.restarts]
            self.body.append(c.If(disjunction(refs), tuple(resets)))

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
            case p.Cross(source=source):
                return self._scope(name).lower(source)
            case p.Sample(condition=condition) | p.Restart(condition=condition):
                scope = self._scope(name)
                found, ready = scope.lower(condition), scope.after(e.ready)
                parts = [part for part in (ready, found.ok, found.value) if part is not None]
                return Value(conjunction(parts) or c.Literal(False))

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
            sum(
                isinstance(x, p.ValueRef) and x.index == e.index
                for expr in self._exprs()
                for x in walk(expr, self.ticking)
            )
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
        scope = Scope(self.layout, out, hint, self.local, self.in_place, self.ticking)
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


def _zeros(name: str, reference: str = "") -> c.Statement:
    place = c.Unary(reference, member(name)) if reference else member(name)
    return c.ExpressionStatement(c.Call("memset", (place, c.Literal(0), c.Name(f"sizeof c->{name}"))))


def ticked(layout: Layout, clock: int) -> c.Expr:
    """Did the clock tick in this instant? Of one that a Sample opens: was it open when its parent ticked?"""
    of = layout.program.clocks[clock]
    if of.parent is None:
        return c.Call("stratc_ticked", (c.Unary("&", member("core")), c.Literal(clock)))
    return c.Binary("&&", ticked(layout, of.parent), member(layout.values[of.equation]))


def _tick(layout: Layout) -> c.Function:
    program = layout.program
    body: list[c.Statement] = [*_latch_bars(layout)]
    kept = [(clock, member(name)) for (what, _, clock), name in layout.latched.items() if what in ("filled", "closed")]
    for clock, run in groupby(layout.groups, key=lambda group: group.clock):
        calls: tuple[c.Statement, ...] = tuple(c.ExpressionStatement(c.Call(g.name, (CONTEXT,))) for g in run)
        body += calls if len(program.clocks) == 1 else [c.If(ticked(layout, clock), calls)]
    if kept:
        body.append(c.Comment("what happened since the tick before was seen"))
    for clock, sticky in kept:
        seen = c.Assign(sticky, c.Literal(False))
        body.append(seen if len(program.clocks) == 1 else c.If(ticked(layout, clock), (seen,)))
    parameters = [context_parameter(layout), c.Declaration("const stratc_bar *", "bars")]
    if len(program.feeds) > 1:
        parameters.append(c.Declaration("int32_t", "count"))
    if layout.logged:
        body.append(c.ExpressionStatement(c.Call(_log_name(layout), (CONTEXT, c.Name("output")))))
        parameters.append(c.Declaration("stratc_output *", "output"))
    names = ", ".join(feed.name for feed in program.feeds)
    comment = f"the feed {names} ticked: every signal in scheduled order"
    if len(program.feeds) > 1:
        comment = f"some of the feeds {names} ticked: every signal of theirs in scheduled order"
    return c.Function("void", f"{layout.names.prefix}_tick", tuple(parameters), tuple(body), comment)


def _latch_bars(layout: Layout) -> list[c.Statement]:
    program = layout.program
    if len(program.feeds) == 1:
        return _latch_bar(layout, 0, c.Name("bars"))
    bar = c.Name("bar")
    cases = tuple(
        c.Case(str(index), (*_latch_bar(layout, index, bar), c.Break())) for index in range(len(program.feeds))
    )
    body: tuple[c.Statement, ...] = (
        c.Declaration("const stratc_bar *", "bar", c.Unary("&", c.Index(c.Name("bars"), c.Name("i")))),
        c.Switch(c.Arrow(bar, "feed"), cases, (c.Break(),)),
    )
    return [c.For("int32_t", "i", c.Name("count"), body)]


def _latch_bar(layout: Layout, feed: int, bar: c.Expr) -> list[c.Statement]:
    """The finest feed of an instrument marks it."""
    program, core = layout.program, c.Unary("&", member("core"))
    of = program.feeds[feed].instrument
    held = (layout.instruments, member("holdings"), layout.instrument_count, c.Literal(of))
    marks = program.feeds[feed] is program.finest(of)
    latch = c.Call("stratc_latch_bar", (core, *held, bar)) if marks else c.Call("stratc_note_bar", (core, bar))
    body: list[c.Statement] = [
        c.ExpressionStatement(latch),
        c.Assign(member(layout.ticks[feed]), c.Literal(1), "+="),
    ]
    if feed in layout.ages:
        body.append(c.Assign(member(layout.ages[feed]), c.Field(member("core"), "now")))
    columns = ((column, name) for (of, column), name in layout.columns.items() if of == feed)
    return [*body, *(c.Assign(member(name), c.Arrow(bar, column)) for column, name in columns)]


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
