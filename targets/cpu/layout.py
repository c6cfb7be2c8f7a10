"""Where every value of a Program lives in C: which function computes it, whether the context holds it, under which name.

Consecutive equations of one signal and one clock form a group, which becomes one function. A value that only its group reads is a local of
that function; one that others read (another group, the machine, an order field, a signal) is a member of the context and is
held between ticks. An equation that nothing reads is left out.

A Memory or Delay commits at the end of the first group by which everything it stores is computed. That equals committing at the
end of the instant: its own value was copied out when its group began, and nothing else reads the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ...compiler import program as p
from . import cast as c
from .names import Names, base_name
from .reads import NO_CLOCK, acting, committed, constant, evaluated, live_equations, read, settled, walk
from .timers import Timers, timers

GROUP_LIMIT = 40  # equations in one function: gcc's time grows faster than a function's size
MOST_SENDS = 4096  # the largest order rate that the checker lets pass
MINUTE = 60_000_000_000
CONTEXT = c.Name("c")
C_TYPES = {p.Kind.NUMBER: "double", p.Kind.INTEGER: "int64_t", p.Kind.BOOL: "bool"}


@dataclass(frozen=True, slots=True)
class Group:
    """equations: evaluated here, in order; commits: Memories and Delays that store at the end of it."""

    name: str
    signal: str
    clock: int
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
class Ring:
    """A ring that any instant may change. first: of those in use, an expression over `control`, a member with a `count`."""

    name: str
    control: str
    first: c.Expr
    capacity: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The context ends with its rings: first those in `rings`, then those of signals, which only a tick reads or changes."""

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
    settled: dict[
        p.Expr, tuple[str, str]
    ]  # what only parameters move, computed by init; the second: whether it is there
    ticks: dict[int, str]  # clock → how often it has ticked
    ages: dict[int, str]  # feed → when its last bar came, where something asks for its age
    columns: dict[tuple[int, str], str]  # (feed, column)
    latched: dict[
        tuple[str, int, int], str
    ]  # Latched (name, template or -1, clock or -1): cum, avg_px, filled, closed, open_orders
    timers: Timers
    drawdowns: dict[int, str]  # standing rule: the highest equities of its window
    logged: dict[int, str]  # Signal index: the value that was logged last
    cooldowns: dict[int, str]  # State index
    rings: tuple[Ring, ...]
    first_ring: str  # member with which the rings begin; empty: there are none

    @property
    def instruments(self) -> c.Expr:
        return c.Name(f"{self.names.prefix}_instruments")

    @property
    def instrument_count(self) -> c.Expr:
        return c.Literal(len(self.program.instruments))

    def instrument(self, index: int | None = None) -> c.Expr:
        """The address of an instrument, None: of the first."""
        return c.Unary("&", c.Index(self.instruments, c.Literal(index or 0)))

    def holding(self, index: int | None = None) -> c.Expr:
        """What is held of an instrument, None: of the first."""
        return c.Index(member("holdings"), c.Literal(index or 0))

    def instrument_of_feed(self, feed: int) -> c.Expr:
        return self.instrument(self.program.feeds[feed].instrument)

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


def latched_key(latched: p.Latched) -> tuple[str, int, int]:
    """What tells the member that keeps it from others."""
    sticky = latched.name in ("filled", "closed")
    return latched.name, -1 if latched.template is None else latched.template, latched.clock if sticky else -1


def rate_capacity(program: p.Program) -> int:
    """How many send times the bounds on the order rate may have to look back on; 0: there are none."""
    ceilings = [b.ceiling for b in program.bounds if b.measure == "order_rate"]
    return max((int(min(max(x, 1.0), MOST_SENDS)) for x in ceilings), default=0)


def peak_capacity(rule: p.Standing) -> int:
    """Minutes that a window touches, and one to spare."""
    return rule.window // MINUTE + 2


def member(name: str) -> c.Expr:
    return c.Arrow(CONTEXT, name)


def place_text(program: p.Program, place: p.Place) -> str:
    """`my.strat:27`, with the line itself where it is the user's."""
    where = f"{base_name(place.file)}:{place.line}"
    lines = program.source_text.splitlines()
    known = base_name(place.file) == base_name(program.source_name) and 0 < place.line <= len(lines)
    return f"{where} {' '.join(lines[place.line - 1].split())}".rstrip() if known else where


# ---- the plan


def _group_indices(live: list[p.Equation]) -> list[tuple[str, int, tuple[int, ...]]]:
    found: list[tuple[str, int, tuple[int, ...]]] = []
    for (signal, clock), run in groupby(live, key=lambda e: (e.signal, e.clock)):
        indices = [e.index for e in run]
        found += [(signal, clock, tuple(indices[i : i + GROUP_LIMIT])) for i in range(0, len(indices), GROUP_LIMIT)]
    return found


def _commit_groups(program: p.Program, live: list[p.Equation], group_of: dict[int, int]) -> dict[int, int]:
    """For each Memory and Delay the group at whose end it stores: what it stores, and whether, is known by then."""
    found = {}
    for e in live:
        if isinstance(e, p.Memory | p.Delay):
            parts = [part for expr in committed(e) for part in walk(expr)]
            starts = [e.commit_after, *(part.ready for part in parts if isinstance(part, p.Default))]
            counted = {program.clocks[clock].equation for start in starts for clock in start.clocks} - {-1}
            needed = {e.index} | counted | read(committed(e), program.ancestors(e.clock))
            found[e.index] = max(group_of[i] for i in needed)
    return found


def _held(
    program: p.Program, live: list[p.Equation], roots: set[int], group_of: dict[int, int], commit: dict[int, int]
) -> frozenset[int]:
    held = roots | {e.index for e in live if isinstance(e, p.Sample)}
    for e in live:
        clocks = program.ancestors(e.clock)
        held |= {i for i in read(evaluated(e), clocks) if group_of[i] != group_of[e.index]}
        if e.index in commit:
            held |= {i for i in read(committed(e), clocks) if group_of[i] != commit[e.index]}
    return frozenset(held)


def plan(program: p.Program, prefix: str) -> Layout:
    names = Names(prefix)
    roots = read(acting(program), NO_CLOCK) | {s.equation for s in program.signals}
    counted = {clock.equation for clock in program.clocks} - {-1}
    live = live_equations(program, roots | counted)
    runs = _group_indices(live)
    group_of = {i: number for number, (_, _, indices) in enumerate(runs) for i in indices}
    commit = _commit_groups(program, live, group_of)
    held = _held(program, live, roots, group_of, commit)
    groups = tuple(
        Group(
            names.function(f"compute_{signal}"), signal, clock, indices, tuple(i for i in commit if commit[i] == number)
        )
        for number, (signal, clock, indices) in enumerate(runs)
    )
    builder = _ContextBuilder(program, names, live, held)
    return builder.layout(groups)


class _ContextBuilder:
    """Names the members of the context in the order in which they stand in it."""

    def __init__(self, program: p.Program, names: Names, live: list[p.Equation], held: frozenset[int]) -> None:
        self.program, self.names, self.live, self.held = program, names, live, held
        self.members: list[c.Declaration | c.Comment] = []
        self.used_rings: list[Ring] = []
        self.rings: list[c.Declaration] = []

    def layout(self, groups: tuple[Group, ...]) -> Layout:
        program = self.program
        ticks = self._fixed()
        self._risk()
        drawdowns = {i: self._drawdown(i, rule) for i, rule in enumerate(program.standing) if rule.kind == "drawdown"}
        params = tuple(self._add(C_TYPES[param.kind], param.name, param.place) for param in program.params)
        starts = {
            w: self._add("int64_t", "start", note=warm_up_text(program, w)) for w in self._warm_ups() if not constant(w)
        }
        settled = self._settled()
        ages = {f: self._add("int64_t", f"{program.feeds[f].name}_ticked_at") for f in self._aged()}
        columns = {(f, name): self._add("double", f"{program.feeds[f].name}_{name}") for f, name in self._columns()}
        latched = {key: self._latched_member(*key) for key in self._latched()}
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
        first_ring = self.rings[0].name if self.rings else ""
        heading = [c.Comment("the past: what follows is long, and copied in part")] if self.rings else []
        context = c.Struct(self.names.function("context"), (*self.members, *heading, *self.rings))
        return Layout(
            program, self.names, context, groups, values, oks, self.held, cells, params, starts, settled, ticks, ages, columns, latched,
            timers(program, self.names.prefix), drawdowns, logged, cooldowns, tuple(self.used_rings), first_ring,
        )  # fmt: skip

    def _ring(self, type_: str, name: str, size: int) -> str:
        claimed = self.names.claim(name)
        self.rings.append(c.Declaration(type_, claimed, size=size))
        return claimed

    def _add(self, type_: str, name: str, place: p.Place | None = None, size: int | None = None, note: str = "") -> str:
        """A member under a name that is free."""
        claimed = self.names.claim(name)
        self._declare(type_, claimed, size, place_text(self.program, place) if place else note)
        return claimed

    def _declare(self, type_: str, name: str, size: int | None = None, note: str = "") -> None:
        if note:
            self.members.append(c.Comment(note))
        self.members.append(c.Declaration(type_, name, size=size))

    def _fixed(self) -> dict[int, str]:
        self._add("stratc_core", "core")
        self._add("stratc_holding", "holdings", size=len(self.program.instruments))
        ticks = {k: self._ticks(k) for k in range(len(self.program.clocks))}
        self._add("stratc_slot", "slots", size=self.program.slot_count)
        self._add("int64_t", "deadlines", size=timers(self.program).count)
        return ticks

    def _ticks(self, clock: int) -> str:
        of = self.program.clocks[clock]
        alone = len(self.program.clocks) == 1
        kind = "closed bars seen" if of.parent is None else f"ticks of {self.program.clocks[of.parent].name} counted"
        return self._add("int64_t", "ticks" if alone else f"{of.name}_ticks", note=kind)

    def _risk(self) -> None:
        program = self.program
        count = len(program.bounds) + len(program.standing)
        if count:
            self._add("stratc_limit", "limits", size=count, note="of the bounds, then of the standing rules")
        if program.standing:
            self._add("stratc_watch", "watches", size=len(program.standing), note="one per standing rule")
        if rate_capacity(program):
            self._add("stratc_latest", "sends", note="when command frames went out")
            capacity = rate_capacity(program)
            name = self._ring("int64_t", "sent_at", capacity)
            head, held = (c.Field(member("sends"), part) for part in ("head", "count"))
            oldest = c.Binary("-", c.Binary("+", head, c.Literal(capacity)), held)
            self.used_rings.append(Ring(name, "sends", c.Binary("%", oldest, c.Literal(capacity)), capacity))

    def _drawdown(self, index: int, rule: p.Standing) -> str:
        name = self._add("stratc_peaks", f"peaks_{index}", rule.place)
        ring, capacity = f"{name}_ring", peak_capacity(rule)
        self.used_rings.append(
            Ring(self._ring("stratc_peak", ring, capacity), name, c.Field(member(name), "first"), capacity)
        )
        return name

    def _warm_ups(self) -> list[p.WarmUp]:
        """What every warm-up that something asks for asks of one clock, each once."""
        asked = [self.program.warm_up, *(self.program.equations[s.equation].warm_up for s in self.program.signals)]
        for e in self.live:
            match e:
                case p.Memory(commit_after=start) | p.Delay(commit_after=start) | p.Window(push_after=start):
                    asked.append(start)
                case p.Cross(ready=ready) | p.Sample(ready=ready) | p.Restart(ready=ready):
                    asked.append(ready)
        asked += [rule.ready for rule in self.program.standing if rule.condition is not None]
        asked += [e.ready for e in self._all_exprs() if isinstance(e, p.Default)]
        return list(dict.fromkeys(whole.on(clock) for whole in asked for clock in whole.clocks))

    def _all_exprs(self) -> Iterator[p.Expr]:
        for e in self.live:
            for expr in (*evaluated(e), *committed(e)):
                yield from walk(expr)
        for expr in acting(self.program):
            yield from walk(expr)

    def _settled(self) -> dict[p.Expr, tuple[str, str]]:
        found: dict[p.Expr, tuple[str, str]] = {}
        for e in self.live:
            for expr in (part for whole in (*evaluated(e), *committed(e)) for part in settled(whole)):
                if expr not in found:
                    name = self._add(C_TYPES[expr.kind], f"{e.name}_settled", e.place)
                    found[expr] = (name, self._add("bool", f"{name}_ok") if p.is_optional(expr) else "")
        return found

    def _columns(self) -> list[tuple[int, str]]:
        used = {(e.feed, e.column) for e in self._all_exprs() if isinstance(e, p.FieldRef)}
        names = ("open", "high", "low", "close", "volume")
        return [(f, name) for f in range(len(self.program.feeds)) for name in names if (f, name) in used]

    def _aged(self) -> list[int]:
        return sorted({e.feed for e in self._all_exprs() if isinstance(e, p.Latched) and e.name == "age"})

    def _latched(self) -> list[tuple[str, int, int]]:
        """Those that are copied when an instant begins, or kept until the next tick."""
        latched = [e for e in self._all_exprs() if isinstance(e, p.Latched)]
        return sorted({latched_key(e) for e in latched if e.template is not None or e.name == "open_orders"})

    def _latched_member(self, name: str, template: int, clock: int) -> str:
        types = {
            "avg_px": "stratc_optional",
            "cum": "double",
            "filled": "bool",
            "closed": "bool",
            "open_orders": "int64_t",
        }
        of = "" if template < 0 else f"_{self.program.templates[template].name}"
        at = "" if clock <= 0 else f"_{self.program.clocks[clock].name}"
        return self._add(types[name], f"{name}{of}{at}")

    def _cooled(self) -> list[int]:
        states = self.program.machine.states
        ways = (*(t for s in states for t in s.transitions), *self.program.machine.adopts)
        targets = {t.target for t in ways if t.target is not None and t.cooldown is not None}
        return sorted(targets | {i for i, s in enumerate(states) if s.cooldown is not None})

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
                state = self._ring(type_, f"{name}_ring", capacity)
                ok = self._ring("bool", f"{name}_ring_ok", capacity) if optional else ""
                return Cells(state, ok, control, length)
            case p.Window(fold=fold, capacity=capacity):
                kind = "stratc_extreme" if fold in ("min", "max") else "stratc_sum"
                control = self._add(kind, f"{name}_fold")
                length = "" if fixed_length(e) else self._add("int64_t", f"{name}_length")
                return Cells(self._ring("double", f"{name}_ring", capacity), "", control, length)
            case p.Let() | p.Cross() | p.Sample() | p.Restart():
                return Cells()


# ---- warm-up


def warm_up_text(program: p.Program, warm_up: p.WarmUp) -> str:
    """For people: `max(n - 1, 26)`."""
    forms = [_linear_text(program, form) for form in warm_up.forms]
    return forms[0] if len(forms) == 1 else f"max({', '.join(forms)})"


def _linear_text(program: p.Program, form: p.Linear) -> str:
    terms = [program.params[i].name if k == 1 else f"{k} * {program.params[i].name}" for i, k in form.terms]
    constant_part = [str(form.constant)] if form.constant or not terms else []
    return " + ".join([*terms, *constant_part]).replace("+ -", "- ")
