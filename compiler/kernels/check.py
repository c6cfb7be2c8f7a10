"""A kernel's tree → checked program: which rows meet each event, what runs after them, what must hold. All faults are reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...lang import tree
from ..reporter import Reporter
from . import calls, expressions, program, statements, walk
from .declarations import declare
from .facts import Facts
from .program import Event, Expr, Invariant, KernelProgram, Message, Read, Row, Select, Statement, Table, Write
from .scope import REGISTERS, Context, Flow, Names, RefusedError

ANY = "any"


def check_kernel(
    reporter: Reporter, file: tree.File, kernel: tree.Kernel, constants: Mapping[str, int]
) -> KernelProgram | None:
    """A kernel of `file`; constants: values that take the place of those in the text."""
    names = declare(reporter, file, kernel, constants)
    if reporter.diagnostics.errors:
        return None
    return _Checker(reporter, kernel, names).program()


@dataclass(slots=True)
class _After:
    """One statement of `always`, with the tables it needs a row of."""

    statement: Statement
    flow: Flow
    tables: set[str]


@dataclass(slots=True)
class _Handlers:
    """label: `fill/2`; number: place among all rows of the text."""

    node: tree.Handler
    number: int
    label: str


@dataclass(slots=True)
class _Checker:
    reporter: Reporter
    kernel: tree.Kernel
    names: Names
    always: list[_After] = field(default_factory=list)
    selected_once: set[str] = field(default_factory=set)

    def program(self) -> KernelProgram | None:
        everywhere = self._context("def", frozenset(self.names.tables))
        self._defs(everywhere)
        self.always = self._after(everywhere)
        invariants = self._invariants(everywhere)
        handlers = self._handlers()
        events = [e for e in self._events(handlers, invariants) if e is not None]
        self._leftovers(handlers)
        if self.reporter.diagnostics.errors:
            return None
        source = self.reporter.source
        return KernelProgram(
            name=self.kernel.name.text,
            source_name=source.name,
            source_text=source.text,
            constants=tuple(self.names.constants.items()),
            enums=tuple(self.names.enums.values()),
            messages=tuple(self.names.messages.values()),
            tables=tuple(self.names.tables.values()),
            events=tuple(events),
            invariants=tuple(invariants),
            rows=tuple((h.label, everywhere.line(h.node)) for h in handlers),
        )

    def _context(self, where: str, selected: frozenset[str]) -> Context:
        return Context(self.reporter, self.names, where, selected=selected)

    # ---- parts that belong to no event

    def _defs(self, context: Context) -> None:
        """Each by itself, for all values its formals may have."""
        for define in self.names.defs.values():
            try:
                formals = calls.formal_types(context, define.formals)
                bound: dict[str, Expr] = {f: program.Local(f, type=t) for f, t in formals}
                inner = context.but(locals=bound, open=(define.name.text,), flow=Flow())
                expressions.fitting(inner, define.value, context.scalar(define.type), f"`{define.name.text}`")
            except RefusedError:
                continue

    def _after(self, context: Context) -> list[_After]:
        found: list[_After] = []
        flow, needs = Flow(), dict[str, set[str]]()
        inner = context.but(where="always", locals={}, flow=flow)
        for part in (p for p in self.kernel.items if isinstance(p, tree.Always)):
            for node in part.body:
                before = flow.branch()
                checked = statements.one(inner, node)
                for statement in checked:
                    tables = _tables(statement)
                    for local in walk.of_kind(statement, program.Local):
                        tables |= needs.get(local.name, set())
                    if isinstance(statement, program.Let):
                        needs[statement.local.name] = tables
                    found.append(_After(statement, _added(before, flow), tables))
        return found

    def _invariants(self, context: Context) -> list[Invariant]:
        found = []
        for node in (i for i in self.kernel.items if isinstance(i, tree.Invariant)):
            try:
                condition = expressions.truth(context.but(where="invariant", flow=Flow()), node.condition)
            except RefusedError:
                continue
            found.append(Invariant(node.name.text, condition, context.line(node)))
        return found

    def _handlers(self) -> list[_Handlers]:
        count: dict[str, int] = {}
        found: list[_Handlers] = []
        for node in (i for i in self.kernel.items if isinstance(i, tree.Handler)):
            name = node.event.name.text
            count[name] = count.get(name, 0) + 1
            found.append(_Handlers(node, len(found), f"{name}/{count[name]}"))
        return found

    # ---- events

    def _events(self, handlers: list[_Handlers], invariants: list[Invariant]) -> list[Event | None]:
        found: list[Event | None] = []
        for message in self.names.messages.values():
            if message.direction != "output":
                found.append(self._event(message.name, message, message.each, handlers, invariants))
        for table in self.names.tables.values():
            for cell in table.cells:
                if cell.timer:
                    found.append(self._event(cell.name, None, table.name, handlers, invariants))
        return found

    def _event(
        self,
        name: str,
        message: Message | None,
        told: str | None,
        handlers: list[_Handlers],
        invariants: list[Invariant],
    ) -> Event | None:
        selects = self._selects(message, told)
        selected = frozenset(s.table for s in selects) | {t.name for t in self.names.tables.values() if t.size is None}
        always = [a for a in self.always if a.tables <= selected]
        own = [h for h in handlers if _concerns(h.node, name, message)]
        context = self._context("handler", selected).but(message=message)
        rows = self._rows(context, own, always)
        self._total(name, own, rows)
        table = told if message is None else None
        after = tuple(a.statement for a in always)
        held = tuple(i for i, invariant in enumerate(invariants) if _tables(invariant) <= selected)
        return Event(name, message, table, selects, tuple(rows), after, held)

    def _selects(self, message: Message | None, told: str | None) -> tuple[Select, ...]:
        """Unindexed tables need no selecting; a table whose key can't be told in this event has no row in it."""
        found: list[Select] = []
        selected = {t.name for t in self.names.tables.values() if t.size is None}
        for table in self.names.tables.values():
            if table.size is None:
                continue
            key = None if table.name == told else self._key(table, message, frozenset(selected))
            if table.name == told or key is not None:
                found.append(Select(table.name, key, table.size - 1))
                selected.add(table.name)
        self.selected_once |= selected
        return tuple(found)

    def _key(self, table: Table, message: Message | None, selected: frozenset[str]) -> Expr | None:
        node = self.names.keys[table.name]
        if node is None:
            return None
        silent = Reporter(self.reporter.source, type(self.reporter.diagnostics)())
        context = Context(silent, self.names, "key", message=message, parameter="m", selected=selected)
        try:
            key, interval = expressions.number(context, node)
        except RefusedError:
            return None
        if interval.low < 0:
            self.reporter.report("E1004", node.span, f"a key is not negative, this may be {interval}", f"{interval}")
        return key

    def _rows(self, context: Context, own: list[_Handlers], always: list[_After]) -> list[Row]:
        found: list[Row] = []
        facts = Facts()
        for handler in own:
            node = handler.node
            parameter = node.event.subject.text if node.event.subject else None
            inner = context.but(parameter=parameter, facts=facts, flow=Flow(), locals={})
            try:
                condition = None if node.condition is None else expressions.truth(inner, node.condition)
            except RefusedError:
                continue
            if isinstance(condition, program.Const):
                if not condition.value:
                    continue
                condition = None
            if condition is not None:
                inner, facts = inner.given(condition, True), facts.given(condition, False)
            body = statements.block(inner, node.body)
            _meets_always(inner, always)
            found.append(Row(handler.number, handler.label, condition, body, context.line(node)))
        return found

    def _total(self, name: str, own: list[_Handlers], rows: list[Row]) -> None:
        """The last row, and only the last, has no condition; `on any` with none would hide what follows too."""
        if not own:
            self.reporter.report(
                "E1008", self._declared(name), f"nothing handles `{name}`", "add `on …`", help="`on … { }` ignores it"
            )
            return
        last = own[-1].node
        if last.condition is not None:
            self.reporter.report(
                "E1008",
                last.span,
                f"the last row of `{name}` has a `when`",
                "what if it doesn't hold?",
                help="add a row without `when`",
            )
        for handler in own[:-1]:
            if handler.node.condition is None:
                self.reporter.report(
                    "E1008", last.span, f"this row of `{name}` is never reached", "a row above it takes all"
                )

    def _declared(self, name: str) -> tree.Span:
        for item in self.kernel.items:
            if isinstance(item, tree.Channel) and item.name.text == name:
                return item.span
            if isinstance(item, tree.Table):
                for cell in item.cells:
                    if cell.name.text == name:
                        return cell.span
        return self.kernel.span

    # ---- what nothing uses

    def _leftovers(self, handlers: list[_Handlers]) -> None:
        messages = [m.name for m in self.names.messages.values() if m.direction != "output"]
        timers = [c.name for t in self.names.tables.values() for c in t.cells if c.timer]
        for handler in handlers:
            event = handler.node.event.name
            if event.text not in (ANY, *messages, *timers):
                self.reporter.unknown(event.span, "event", event.text, [ANY, *messages, *timers])
        if self.reporter.diagnostics.errors:
            return
        for item in self.kernel.items:
            if isinstance(item, tree.Register):
                self._never_read(REGISTERS, item)
            if isinstance(item, tree.Table):
                self._never_selected(item)
                for cell in (c for c in item.cells if isinstance(c, tree.Cell)):
                    self._never_read(item.name.text, cell)

    def _never_selected(self, table: tree.Table) -> None:
        name = table.name.text
        if name not in self.selected_once:
            self.reporter.report("E1009", table.span, f"no message selects a row of `{name}`", "never used")

    def _never_read(self, table: str, cell: tree.Cell | tree.Register) -> None:
        name = cell.name.text
        if (table, name) not in self.names.read:
            self.reporter.report("E1015", cell.span, f"`{name}` is never read", "remove it")


def _concerns(node: tree.Handler, name: str, message: Message | None) -> bool:
    """`on any` is for the messages that have all fields it names."""
    if node.event.name.text != ANY:
        return node.event.name.text == name
    subject = node.event.subject.text if node.event.subject else None
    named = {
        member.name
        for member in walk.of_kind((node.condition, node.body), tree.Member)
        if isinstance(member.owner, tree.Name) and member.owner.text == subject
    }
    return message is not None and named <= {f.name for f in message.fields}


def _tables(root: object) -> set[str]:
    reads, writes = walk.of_kind(root, Read), walk.of_kind(root, Write)
    return {r.table for r in reads} | {w.table for w in writes}


def _added(before: Flow, after: Flow) -> Flow:
    return Flow(
        {k: v for k, v in after.writes.items() if before.writes.get(k) != v},
        {k: v for k, v in after.reads.items() if k not in before.reads},
    )


def _meets_always(context: Context, always: list[_After]) -> None:
    """What a row writes, or read with `next`, `always` must leave alone."""
    for part in always:
        for (table, name), (span, element) in part.flow.writes.items():
            try:
                statements.written(context, span, table, name, element)
            except RefusedError:
                continue
