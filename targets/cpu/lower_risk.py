"""Standing risk → C: every rule in the order of declaration, the actions of those that fire, the timers that wake them; limits."""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, member, peak_capacity, place_text
from .lower_expr import Scope, Value
from .lower_machine import arm, halt_end
from .lower_orders import CORE, NOW, OUT, OUTPUT, call, core, holds, optional, rule_ready
from .lower_signals import context_parameter
from .reads import sessions_read

COUNT = p.Scale(1, 0)
EQUITY = c.Field(core("account"), "equity")


def lower_wakes(layout: Layout) -> list[c.Function]:
    """`…_wake_rule_0(c)` and so on for rules that have timers: at a tick, and when its own fires."""
    return [_wake(layout, index) for index in layout.timers.rules]


def _wake(layout: Layout, index: int) -> c.Function:
    rule, body = layout.program.standing[index], list[c.Statement]()
    body.append(arm(layout, layout.timers.label(f"RULE_{index}"), _due(layout, rule, body)))
    comment = f"{place_text(layout.program, rule.place)}\nwhen it must be looked at though nothing comes in"
    return c.Function(
        "void", f"{layout.names.prefix}_wake_rule_{index}", (context_parameter(layout),), tuple(body), comment
    )


def _due(layout: Layout, rule: p.Standing, body: list[c.Statement]) -> c.Expr:
    due: c.Expr | None = None
    for wake in rule.wakes:
        limit = Scope(layout, body, "wake").lower(wake.limit)
        given = c.Initializer(optional(limit).elements, "stratc_optional_time")
        at = c.Call(
            "stratc_wake",
            (CORE, member(layout.ages[wake.feed]), layout.instrument_of_feed(wake.feed), given, c.Literal(wake.after)),
        )
        due = at if due is None else c.Call("stratc_min_int", (due, at))
    assert due is not None
    return due


def lower_standing(layout: Layout) -> list[c.Function]:
    """`…_standing(c, output)`, if there are rules."""
    return [_StandingLowering(layout).function()] if layout.program.standing else []


class _StandingLowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.program, self.prefix = layout, layout.program, layout.names.prefix
        self.body: list[c.Statement] = []

    def function(self) -> c.Function:
        rules = self.program.standing
        for index, rule in enumerate(rules):
            self.body.append(_comment(self.program, rule))
            self._rule(index, rule)
        acting = [i for i, rule in enumerate(rules) if rule.actions]
        if acting:
            self._actions(acting)
        comment = "standing risk: every rule, then each action of those that fire since this instant once"
        parameters = (context_parameter(self.layout), OUTPUT)
        return c.Function("void", f"{self.prefix}_standing", parameters, tuple(self.body), comment)

    # ---- one rule

    def _watch(self, index: int) -> c.Expr:
        return c.Index(member("watches"), c.Literal(index))

    def _firing(self, index: int) -> c.Expr:
        return c.Field(self._watch(index), "firing")

    def _limit(self, index: int, part: str) -> c.Expr:
        return c.Field(c.Index(member("limits"), c.Literal(len(self.program.bounds) + index)), part)

    def _changed(self, index: int) -> str:
        return f"rule_{index}_changed"

    def _rule(self, index: int, rule: p.Standing) -> None:
        match rule.kind:
            case "guard" | "assume":
                self._guard(index, rule)
            case "loss_streak":
                self._streak(index, rule)
            case "drawdown" | "loss":
                self._fallen(index, rule)

    def _guard(self, index: int, rule: p.Standing) -> None:
        assert rule.condition is not None
        condition = Scope(self.layout, self.body, f"rule_{index}").lower(rule.condition)
        breached: c.Expr = c.Unary("!", holds(condition))
        ready = rule_ready(self.layout, rule)
        if ready is not None:
            breached = c.Binary("&&", ready, breached)
        self._declare(index, self._observed(index, rule, breached, self.body))
        self._log(index, rule, c.Literal(0), c.Literal(0), self.body)

    def _streak(self, index: int, rule: p.Standing) -> None:
        streak, limit = c.Field(core("account"), "streak"), self._limit(index, "steps")
        found = f"rule_{index}_streak"
        self.body.append(c.Declaration("const int64_t", found, streak))
        forgiven: c.Expr = core("resumed")
        if rule.until is not None:
            until = holds(Scope(self.layout, self.body, f"rule_{index}").lower(rule.until))
            forgiven = c.Binary("||", forgiven, c.Binary("&&", self._firing(index), until))
        name = c.Name(f"rule_{index}_forgiven")
        self.body += [
            c.Declaration("const bool", name.name, forgiven),
            c.If(name, (c.Assign(streak, c.Literal(0)),)),
        ]
        breached = c.Binary(">", c.Name(found), limit)
        watch = c.Unary("&", self._watch(index))
        self._declare(index, c.Call("stratc_observe_streak", (watch, breached, name)))
        self._log(index, rule, c.Name(found), limit, self.body)

    def _fallen(self, index: int, rule: p.Standing) -> None:
        """Only a mark that changed tells anything new; but every instant's equity may be the highest."""
        since: c.Expr = core("day_equity")
        if rule.kind == "drawdown":
            since = c.Name(f"rule_{index}_highest")
            self.body.append(c.Declaration("const int64_t", since.name, self._highest(index, rule)))
        found = c.Name(f"rule_{index}_found")
        way, part = ("_by_share", "share") if rule.relative else ("", "steps")
        measure = c.Call(f"stratc_fallen{way}", (since, EQUITY, self._limit(index, part)))
        body: list[c.Statement] = [c.Declaration("const stratc_finding", found.name, measure)]
        changed = c.Name(self._changed(index))
        body.append(c.Assign(changed, self._observed(index, rule, c.Field(found, "breached"), body)))
        self._log(index, rule, c.Field(found, "measured"), c.Field(found, "limit"), body)
        self._declare(index, c.Literal(False), const=False)
        self.body.append(c.If(core("mark_changed"), tuple(body)))

    def _highest(self, index: int, rule: p.Standing) -> c.Expr:
        name = self.layout.drawdowns[index]
        window = c.Literal(rule.window)
        parts = (
            c.Unary("&", member(name)),
            member(f"{name}_ring"),
            c.Literal(peak_capacity(rule)),
            NOW,
            window,
            EQUITY,
        )
        return c.Call("stratc_highest", parts)

    def _observed(self, index: int, rule: p.Standing, breached: c.Expr, body: list[c.Statement]) -> c.Expr:
        ends: c.Expr = c.Literal(True)
        if rule.until is not None:
            ends = holds(Scope(self.layout, body, f"rule_{index}").lower(rule.until))
        return c.Call("stratc_observe", (c.Unary("&", self._watch(index)), breached, c.Literal(rule.confirm), ends))

    def _declare(self, index: int, value: c.Expr, *, const: bool = True) -> None:
        self.body.append(c.Declaration("const bool" if const else "bool", self._changed(index), value))

    def _log(self, index: int, rule: p.Standing, measured: c.Expr, limit: c.Expr, body: list[c.Statement]) -> None:
        record = call(
            "stratc_log_standing", CORE, c.Literal(len(self.program.bounds) + index), self._firing(index), measured, limit,
            c.Literal(rule.place.line), OUT,
        )  # fmt: skip
        body.append(c.If(c.Name(self._changed(index)), (record,)))

    # ---- what those that fire ask for: cancel_all, flatten, the longest halt, every notify

    def _rose(self, index: int) -> c.Expr:
        return c.Name(f"rule_{index}_fires")

    def _actions(self, acting: list[int]) -> None:
        for index in acting:
            rises = c.Binary("&&", c.Name(self._changed(index)), self._firing(index))
            self.body.append(c.Declaration("const bool", f"rule_{index}_fires", rises))
        self.body.append(c.If(c.Unary("!", _any([self._rose(i) for i in acting])), (c.Return(),)))
        for verb, function in ((p.Verb.CANCEL_ALL, "cancel"), (p.Verb.FLATTEN, "flatten")):
            asking = [(i, k.place.line) for i, k in self._asked(verb, acting)]
            if asking:
                which = [c.Literal(-1)] if function == "cancel" else []
                act = call(f"{self.prefix}_{function}", CONTEXT, *which, self._line(asking), OUT)
                self.body.append(c.If(_any([self._rose(i) for i in dict.fromkeys(i for i, _ in asking)]), (act,)))
        self._halt(list(self._asked(p.Verb.HALT, acting)))
        for index, command in self._asked(p.Verb.NOTIFY, acting):
            assert command.note is not None
            note = call("stratc_note", CORE, c.Literal(command.note), c.Literal(command.place.line), OUT)
            self.body.append(c.If(self._rose(index), (note,)))

    def _asked(self, verb: p.Verb, acting: list[int]) -> Iterator[tuple[int, p.Command]]:
        for index in acting:
            yield from ((index, k) for k in self.program.standing[index].actions if k.verb is verb)

    def _line(self, asking: list[tuple[int, int]]) -> c.Expr:
        """Of the first rule that asks."""
        result: c.Expr = c.Literal(asking[-1][1])
        for index, line in reversed(asking[:-1]):
            result = c.Ternary(self._rose(index), c.Literal(line), result)
        return result

    def _halt(self, asking: list[tuple[int, p.Command]]) -> None:
        """The longest; of equal ones the first."""
        if not asking:
            return
        until, line = c.Name("halt_until"), c.Name("halt_line")
        self.body += [
            c.Declaration("int64_t", until.name, c.Name("INT64_MIN")),
            c.Declaration("uint32_t", line.name, c.Literal(0)),
        ]
        for index, command in asking:
            end = halt_end(self.layout, command, self.body)
            longer = c.Binary("&&", self._rose(index), c.Binary(">", end, until))
            take = (c.Assign(until, end), c.Assign(line, c.Literal(command.place.line)))
            self.body.append(c.If(longer, take))
        act = call(f"{self.prefix}_halt", CONTEXT, until, line, OUT)
        self.body.append(c.If(_any([self._rose(i) for i in dict.fromkeys(i for i, _ in asking)]), (act,)))


def _comment(program: p.Program, rule: p.Bound | p.Standing) -> c.Comment:
    """Where it stands and what it says."""
    where = place_text(program, rule.place)
    return c.Comment(where if rule.text in where else f"{where}\n{rule.text}")


def _any(parts: list[c.Expr]) -> c.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = c.Binary("||", result, part)
    return result


# ---- limits: of stage param, so init finds them


def lower_limits(layout: Layout) -> list[c.Statement]:
    """Of bounds, then of standing rules; the text of each beside it."""
    body: list[c.Statement] = []
    program = layout.program
    for index, bound in enumerate(program.bounds):
        share = bound.relative or bound.measure == "leverage"
        _limit(layout, index, bound, None if share else _bound_step(program, bound), body)
    for index, rule in enumerate(program.standing, len(program.bounds)):
        step = COUNT if rule.kind == "loss_streak" else program.money
        _limit(layout, index, rule, None if rule.relative else step, body)
    return body


def _bound_step(program: p.Program, bound: p.Bound) -> p.Scale:
    instrument = program.instruments[bound.instrument or 0]
    match bound.measure:
        case "position":
            return instrument.lot
        case "collar":
            return instrument.price
        case "open_orders" | "order_rate":
            return COUNT
        case _:
            return program.money


def _limit(
    layout: Layout, index: int, rule: p.Bound | p.Standing, step: p.Scale | None, body: list[c.Statement]
) -> None:
    """step None: the limit is a share, kept as a number."""
    if rule.limit is None:
        return
    body.append(_comment(layout.program, rule))
    limit = Scope(layout, body, "limit").lower(rule.limit)
    kept = c.Index(member("limits"), c.Literal(index))
    if step is None:
        body.append(c.Assign(c.Field(kept, "share"), c.Call("stratc_limit_share", (_given(limit),))))
    else:
        scale = c.Initializer(((None, c.Literal(step.numerator)), (None, c.Literal(step.decimals))), "stratc_scale")
        body.append(c.Assign(c.Field(kept, "steps"), c.Call("stratc_limit_steps", (_given(limit), scale))))


def _given(value: Value) -> c.Expr:
    return c.Initializer(optional(value).elements, "stratc_optional")


def wake_session(layout: Layout) -> list[c.Statement]:
    """Arms the timer of the next open or close."""
    if layout.timers.session is None:
        return []
    due: c.Expr | None = None
    for instrument in sorted(sessions_read(layout.program)):
        boundary = c.Call("stratc_next_boundary", (layout.instrument(instrument), NOW))
        due = boundary if due is None else c.Call("stratc_min_int", (due, boundary))
    assert due is not None
    return [arm(layout, layout.timers.label("SESSION"), due)]


def wake_rule(layout: Layout, index: int) -> c.Statement:
    return call(f"{layout.names.prefix}_wake_rule_{index}", CONTEXT)


def wake_rules(layout: Layout) -> list[c.Statement]:
    return [wake_rule(layout, index) for index in layout.timers.rules]
