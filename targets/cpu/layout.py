"""Where every value of a Program lives in C: which function computes it, whether the context holds it, under which name.

Consecutive equations of one signal form a group, which becomes one function. A value that only its group reads is a local of
that function; one that others read (another group, the machine, an order field, a signal) is a member of the context and is
held between ticks. An equation that nothing reads is left out.

A Memory or Delay commits at the end of the first group by which everything it stores is computed. That equals committing at the
end of the instant: its own value was copied out when its group began, and nothing else reads the cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ...compiler import program as p
from . import cast as c
from .names import Names, base_name

GROUP_LIMIT = 40  # equations in one function: gcc's time grows faster than a function's size
CONTEXT = c.Name("c")
C_TYPES = {p.Kind.NUMBER: "double", p.Kind.INTEGER: "int64_t", p.Kind.BOOL: "bool"}


@dataclass(frozen=True, slots=True)
class Group:
    """equations: evaluated here, in order; commits: Memories and Delays that store at the end of it."""

    name: str
    signal: str
    equations: tuple[int, ...]
    commits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Names of the context's members behind a Memory, Delay or Window; those a kind has no use for are empty."""

    state: str = ""  # Memory: what is stored; Delay, Window: the ring of values, or the one value of a Delay by 1
    state_ok: str = ""  # the same of `ok`, where the value is optional
    control: str = ""  # Memory: whether something is stored; Delay: head of the ring; Window: state of the fold
    length: str = ""  # Delay, Window: depth or length, where a parameter moves it


@dataclass(frozen=True, slots=True)
class Layout:
    program: p.Program
    names: Names
    context: c.Struct
    groups: tuple[Group, ...]
    values: dict[int, str]
    oks: dict[int, str]
    held: frozenset[int]
    cells: dict[int, Cells]
    params: tuple[str, ...]
    starts: dict[p.WarmUp, str]
    columns: dict[str, str]
    fills: dict[tuple[str, int], str]  # Latched (cum or avg_px, template)
    logged: dict[int, str]  # Signal index: the value that was logged last
    cooldowns: dict[int, str]  # State index

    @property
    def instrument(self) -> c.Expr:
        """The address of the program's one instrument."""
        return c.Unary("&", c.Index(c.Name(f"{self.names.prefix}_instruments"), c.Literal(0)))

    def length(self, equation: p.Delay | p.Window) -> c.Expr:
        """The depth of a Delay or the length of a Window: a number, or what init computed and the context keeps."""
        fixed = fixed_length(equation)
        return member(self.cells[equation.index].length) if fixed is None else c.Literal(fixed)


def length_expr(equation: p.Delay | p.Window) -> p.Expr:
    return equation.depth if isinstance(equation, p.Delay) else equation.length


def fixed_length(equation: p.Delay | p.Window) -> int | None:
    """The depth or length, if no parameter moves it."""
    match length_expr(equation):
        case p.Constant(value=value):
            return min(max(int(value), 1), equation.capacity)
        case _:
            return None


def member(name: str) -> c.Expr:
    return c.Arrow(CONTEXT, name)


def place_text(program: p.Program, place: p.Place) -> str:
    """`my.strat:27`, with the line itself where it is the user's."""
    where = f"{base_name(place.file)}:{place.line}"
    lines = program.source_text.splitlines()
    known = base_name(place.file) == base_name(program.source_name) and 0 < place.line <= len(lines)
    return f"{where} {' '.join(lines[place.line - 1].split())}".rstrip() if known else where


# ---- what reads what


def walk(expr: p.Expr, ticking: bool = False) -> Iterator[p.Expr]:
    """`expr` and every expression in it. ticking: evaluated at a tick alone, so without what no tick ever asks for."""
    yield expr
    match expr:
        case p.Operation(operands=operands):
            parts = operands
        case p.Select(condition=condition, then=then, other=other):
            parts = (condition, then, other)
        case p.Default(value=value, other=other):
            parts = (value,) if ticking and always_there(expr) else (value, other)
        case _:
            parts = ()
    for part in parts:
        yield from walk(part, ticking)


def always_there(expr: p.Default) -> bool:
    """Whether at every tick it is `value`: that is never na and ready from the first."""
    return constant(expr.ready) and expr.ready.at(()) <= 0 and not _may_be_na(expr.value)


def _may_be_na(expr: p.Expr) -> bool:
    """At a tick, for what it is made of: the type alone may allow for an na that never comes."""
    match expr:
        case p.Operation(operator=operator, operands=operands):
            return expr.optional and (operator in ("div", "mod", "sqrt") or any(map(_may_be_na, operands)))
        case p.Select(condition=condition, then=then, other=other):
            return expr.optional and any(map(_may_be_na, (condition, then, other)))
        case p.Default(other=other):
            return expr.optional and not always_there(expr) and _may_be_na(other)
        case _:
            return p.is_optional(expr)


def evaluated(equation: p.Equation) -> tuple[p.Expr, ...]:
    match equation:
        case p.Let(value=value):
            return (value,)
        case p.Memory(first=first):
            return (first,)
        case p.Window(source=source):
            return (source,)
        case p.Delay():
            return ()


def committed(equation: p.Equation) -> tuple[p.Expr, ...]:
    match equation:
        case p.Memory(next=next_):
            return (next_,)
        case p.Delay(source=source):
            return (source,)
        case _:
            return ()


def _machine_exprs(program: p.Program) -> Iterator[p.Expr]:
    for template in program.templates:
        yield from (e for e in (template.qty, template.trigger) if e is not None)
    for state in program.machine.states:
        for t in state.transitions:
            yield from (e for e in (t.condition, t.delay, t.cooldown) if e is not None)


def read(exprs: Iterable[p.Expr], ticking: bool = True) -> set[int]:
    return {e.index for expr in exprs for e in walk(expr, ticking) if isinstance(e, p.ValueRef)}


def _live(program: p.Program, roots: set[int]) -> list[p.Equation]:
    """The equations that the roots read, directly or through others, in schedule order."""
    live, waiting = set(roots), sorted(roots)
    while waiting:
        equation = program.equations[waiting.pop()]
        fresh = read((*evaluated(equation), *committed(equation))) - live
        live |= fresh
        waiting += sorted(fresh)
    return [e for e in program.equations if e.index in live]


# ---- the plan


def _group_indices(live: list[p.Equation]) -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = []
    for signal, run in groupby(live, key=lambda e: e.signal):
        indices = [e.index for e in run]
        found += [(signal, tuple(indices[i : i + GROUP_LIMIT])) for i in range(0, len(indices), GROUP_LIMIT)]
    return found


def _commit_groups(live: list[p.Equation], group_of: dict[int, int]) -> dict[int, int]:
    """For each Memory and Delay the group at whose end it stores."""
    return {
        e.index: max(group_of[i] for i in (e.index, *read(committed(e))))
        for e in live
        if isinstance(e, p.Memory | p.Delay)
    }


def _held(live: list[p.Equation], roots: set[int], group_of: dict[int, int], commit: dict[int, int]) -> frozenset[int]:
    held = set(roots)
    for e in live:
        held |= {i for i in read(evaluated(e)) if group_of[i] != group_of[e.index]}
        if e.index in commit:
            held |= {i for i in read(committed(e)) if group_of[i] != commit[e.index]}
    return frozenset(held)


def plan(program: p.Program, prefix: str) -> Layout:
    names = Names(prefix)
    roots = read(_machine_exprs(program), ticking=False) | {s.equation for s in program.signals}
    live = _live(program, roots)
    runs = _group_indices(live)
    group_of = {i: number for number, (_, indices) in enumerate(runs) for i in indices}
    commit = _commit_groups(live, group_of)
    held = _held(live, roots, group_of, commit)
    groups = tuple(
        Group(names.function(f"compute_{signal}"), signal, indices, tuple(i for i in commit if commit[i] == number))
        for number, (signal, indices) in enumerate(runs)
    )
    builder = _ContextBuilder(program, names, live, held)
    return builder.layout(groups)


class _ContextBuilder:
    """Names the members of the context in the order in which they stand in it."""

    def __init__(self, program: p.Program, names: Names, live: list[p.Equation], held: frozenset[int]) -> None:
        self.program, self.names, self.live, self.held = program, names, live, held
        self.members: list[c.Declaration | c.Comment] = []

    def layout(self, groups: tuple[Group, ...]) -> Layout:
        program = self.program
        self._fixed()
        params = tuple(self._add(C_TYPES[param.kind], param.name, param.place) for param in program.params)
        starts = {
            w: self._add("int64_t", "start", note=warm_up_text(program, w)) for w in self._warm_ups() if not constant(w)
        }
        columns = {name: self._add("double", f"{program.feed.name}_{name}") for name in self._columns()}
        fills = {(name, t): self._fill_member(name, t) for name, t in self._fills()}
        # Names of values come first, so that no derived name takes the word of another equation.
        values = {e.index: self.names.claim(e.name) for e in self.live}
        oks = {e.index: self.names.claim(f"{values[e.index]}_ok") for e in self.live if e.optional}
        cells = {e.index: self._equation(e, values, oks) for e in self.live}
        logged = {
            i: self._add("stratc_optional", f"{s.name}_logged") for i, s in enumerate(program.signals) if s.logged
        }
        cooldowns = {
            s: self._add("int64_t", f"cooldown_{program.machine.states[s].name.lower()}") for s in self._cooled()
        }
        return Layout(
            program, self.names, c.Struct(self.names.function("context"), tuple(self.members)), groups, values, oks,
            self.held, cells, params, starts, columns, fills, logged, cooldowns,
        )  # fmt: skip

    def _add(self, type_: str, name: str, place: p.Place | None = None, size: int | None = None, note: str = "") -> str:
        """A member under a name that is free."""
        claimed = self.names.claim(name)
        self._declare(type_, claimed, size, place_text(self.program, place) if place else note)
        return claimed

    def _declare(self, type_: str, name: str, size: int | None = None, note: str = "") -> None:
        if note:
            self.members.append(c.Comment(note))
        self.members.append(c.Declaration(type_, name, size=size))

    def _fixed(self) -> None:
        for name in ("core", "running", "ticks", "deadlines", "slots", "position_rule"):
            self.names.claim(name)
        self._declare("stratc_core", "core")
        self._declare("bool", "running", note="CONTROL START was seen, CONTROL STOP was not")
        self._declare("int32_t", "position_rule", note="the rule that sets core.position_bound; -1: none")
        self._declare("int64_t", "ticks", note="closed bars seen")
        self._declare("stratc_slot", "slots", max(1, self.program.slot_count))
        self._declare("int64_t", "deadlines", max(1, self.program.machine.timer_count))

    def _warm_ups(self) -> list[p.WarmUp]:
        """Every warm-up that something asks for, each once."""
        asked = [self.program.warm_up, *(self.program.equations[s.equation].warm_up for s in self.program.signals)]
        for e in self.live:
            match e:
                case p.Memory(commit_after=start) | p.Delay(commit_after=start) | p.Window(push_after=start):
                    asked.append(start)
        asked += [e.ready for e in self._all_exprs() if isinstance(e, p.Default)]
        return list(dict.fromkeys(asked))

    def _all_exprs(self) -> Iterator[p.Expr]:
        for e in self.live:
            for expr in (*evaluated(e), *committed(e)):
                yield from walk(expr)
        for expr in _machine_exprs(self.program):
            yield from walk(expr)

    def _columns(self) -> list[str]:
        used = {e.column for e in self._all_exprs() if isinstance(e, p.FieldRef)}
        return [name for name in ("open", "high", "low", "close", "volume") if name in used]

    def _fills(self) -> list[tuple[str, int]]:
        latched = [e for e in self._all_exprs() if isinstance(e, p.Latched)]
        used = {(e.name, e.template) for e in latched if e.template is not None}
        return sorted(used)

    def _fill_member(self, name: str, template: int) -> str:
        type_ = "stratc_optional" if name == "avg_px" else "double"
        return self._add(type_, f"{name}_{self.program.templates[template].name}")

    def _cooled(self) -> list[int]:
        transitions = [t for s in self.program.machine.states for t in s.transitions]
        return sorted({t.target for t in transitions if t.target is not None and t.cooldown is not None})

    def _equation(self, e: p.Equation, values: dict[int, str], oks: dict[int, str]) -> Cells:
        first = len(self.members)
        name, type_ = values[e.index], C_TYPES[e.kind]
        if e.index in self.held:
            self._declare(type_, name)
            if e.optional:
                self._declare("bool", oks[e.index])
        cells = self._cells(e, name, type_)
        if len(self.members) > first:
            self.members.insert(first, c.Comment(place_text(self.program, e.place)))
        return cells

    def _cells(self, e: p.Equation, name: str, type_: str) -> Cells:
        match e:
            case p.Memory(optional=optional):
                control = self._add("bool", f"{name}_stored")
                state = self._add(type_, f"{name}_state")
                return Cells(state, self._add("bool", f"{name}_state_ok") if optional else "", control)
            case p.Delay(optional=optional) if fixed_length(e) == 1:
                state = self._add(type_, f"{name}_previous")
                return Cells(state, self._add("bool", f"{name}_previous_ok") if optional else "")
            case p.Delay(optional=optional, capacity=capacity):
                control = self._add("int64_t", f"{name}_head")
                length = "" if fixed_length(e) else self._add("int64_t", f"{name}_depth")
                state = self._add(type_, f"{name}_ring", size=capacity)
                ok = self._add("bool", f"{name}_ring_ok", size=capacity) if optional else ""
                return Cells(state, ok, control, length)
            case p.Window(fold=fold, capacity=capacity):
                kind = "stratc_extreme" if fold in ("min", "max") else "stratc_sum"
                control = self._add(kind, f"{name}_fold")
                length = "" if fixed_length(e) else self._add("int64_t", f"{name}_length")
                return Cells(self._add("double", f"{name}_ring", size=capacity), "", control, length)
            case p.Let():
                return Cells()


# ---- warm-up


def constant(warm_up: p.WarmUp) -> bool:
    """Whether no parameter moves it."""
    return not any(form.terms for form in warm_up.forms)


def warm_up_text(program: p.Program, warm_up: p.WarmUp) -> str:
    """For people: `max(n - 1, 26)`."""
    forms = [_linear_text(program, form) for form in warm_up.forms]
    return forms[0] if len(forms) == 1 else f"max({', '.join(forms)})"


def _linear_text(program: p.Program, form: p.Linear) -> str:
    terms = [program.params[i].name if k == 1 else f"{k} * {program.params[i].name}" for i, k in form.terms]
    constant_part = [str(form.constant)] if form.constant or not terms else []
    return " + ".join([*terms, *constant_part]).replace("+ -", "- ")
