"""The machine of a Program → C: a function per state that tests its transitions in textual order, and one that runs to completion.

semantics.md 5d: a state is entered at most once per instant, the one the instant began in counting as entered, so the loop over
the states is bounded by their number.
"""

from __future__ import annotations

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, member, place_text
from .lower_expr import Scope, conjunction
from .lower_orders import CORE, LINE, NEVER, NOW, OUT, OUTPUT, VIEW, call, core, holds, view
from .lower_signals import context_parameter
from .reads import commands

CAUSES = {"when": 1, "on": 2, "after": 3}
CAUSE_START, CAUSE_FLATTEN, CAUSE_ADOPT = 4, 5, 6


def state_label(state: p.State) -> str:
    return f"STATE_{state.name}"


def entry_name(layout: Layout, state: int) -> str:
    return f"{layout.names.prefix}_enter_{layout.program.machine.states[state].name.lower()}"


def lower_machine(layout: Layout) -> list[c.Function]:
    """The functions in the order of their use."""
    lowering = _MachineLowering(layout)
    return [
        *lowering.entries(),
        *lowering.flatten(),
        *lowering.halt(),
        *lowering.states(),
        lowering.machine(),
        *lowering.adopt(),
    ]


def lower_command(layout: Layout, command: p.Command, out: list[c.Statement]) -> None:
    """Appends what carries it out."""
    prefix, line = layout.names.prefix, c.Literal(command.place.line)
    template = None if command.template is None else layout.program.templates[command.template]
    match command.verb:
        case p.Verb.SUBMIT | p.Verb.REPLACE:
            assert template is not None
            out.append(call(f"{prefix}_{command.verb.value}_{template.name}", CONTEXT, line, OUT))
        case p.Verb.CANCEL | p.Verb.CANCEL_ALL:
            which = -1 if command.template is None else command.template
            out.append(call(f"{prefix}_cancel", CONTEXT, c.Literal(which), line, OUT))
        case p.Verb.FLATTEN:
            out.append(call(f"{prefix}_flatten", CONTEXT, line, OUT))
        case p.Verb.HALT:
            out.append(call(f"{prefix}_halt", CONTEXT, halt_end(layout, command, out), line, OUT))
        case p.Verb.NOTIFY:
            assert command.note is not None
            out.append(call("stratc_note", CORE, c.Literal(command.note), line, OUT))


def halt_end(layout: Layout, command: p.Command, out: list[c.Statement]) -> c.Expr:
    """Without a duration, or where that is na, until `resume`."""
    if command.duration is None:
        return NEVER
    delay = Scope(layout, out, "halt").lower(command.duration)
    end = c.Call("stratc_deadline", (NOW, delay.value))
    return end if delay.ok is None else c.Ternary(delay.ok, end, NEVER)


def arm(layout: Layout, timer: c.Expr, due: c.Expr) -> c.Statement:
    return call("stratc_arm", CORE, member("deadlines"), layout.timers.end, timer, due)


class _MachineLowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.program, self.prefix = layout, layout.program, layout.names.prefix
        self.all_states = layout.program.machine.states
        self.transitions = [t for s in self.all_states for t in s.transitions]
        self.parameters = (context_parameter(layout), OUTPUT)

    def _text(self, place: p.Place) -> str:
        return place_text(self.program, place)

    # ---- states

    def entries(self) -> list[c.Function]:
        ways = (*self.transitions, *self.program.machine.adopts)
        targets = {t.target for t in ways} | {self.program.machine.initial}
        return [self._entry(i, s) for i, s in enumerate(self.all_states) if i in targets]

    def _entry(self, index: int, state: p.State) -> c.Function:
        """Enters the state and arms its timers."""
        body: list[c.Statement] = [call("stratc_enter", CORE, c.Name(state_label(state)))]
        for t in state.transitions:
            if t.timer is not None and t.delay is not None:
                body.append(c.Comment(self._text(t.place)))
                delay = Scope(self.layout, body, f"{state.name.lower()}_delay").lower(t.delay)
                at = c.Call("stratc_deadline", (NOW, delay.value))
                due = at if delay.ok is None else c.Ternary(delay.ok, at, NEVER)
                body.append(arm(self.layout, c.Literal(t.timer), due))
        body += self._cool(state.cooldown, index)
        comment = self._text(state.place)
        return c.Function("void", self._entry_name(index), (context_parameter(self.layout),), tuple(body), comment)

    def _entry_name(self, index: int) -> str:
        return entry_name(self.layout, index)

    def states(self) -> list[c.Function]:
        return [self._state(s) for s in self.all_states if s.transitions]

    def _state(self, state: p.State) -> c.Function:
        body: list[c.Statement] = []
        for t in state.transitions:
            body += [c.Comment(self._text(t.place)), *self._transition(state, t)]
        body.append(c.Return(c.Literal(False)))
        parameters = (context_parameter(self.layout), OUTPUT)
        return c.Function("bool", self._state_name(state), parameters, tuple(body), self._text(state.place))

    def _state_name(self, state: p.State) -> str:
        return f"{self.prefix}_in_{state.name.lower()}"

    # ---- transitions

    def _transition(self, state: p.State, t: p.Transition) -> list[c.Statement]:
        statements: list[c.Statement] = []
        parts = self._guards(state, t)
        if t.condition is not None:
            condition = Scope(self.layout, statements, f"{state.name.lower()}_{t.kind}").lower(t.condition)
            parts += [e for e in (condition.ok, condition.value) if e is not None]
        guard = conjunction(parts)
        assert guard is not None, "a transition has a condition, an event or a timer"
        statements.append(c.If(guard, tuple(self._taken(state, t))))
        return statements

    def _guards(self, state: p.State, t: p.Transition) -> list[c.Expr]:
        """What must hold beside the condition itself."""
        guards: list[c.Expr] = []
        match t.kind:
            case "on":
                assert t.event is not None
                event = c.Name(f"STRATC_EVENT_{t.event.upper()}")
                if t.template is None:
                    guards.append(c.Call("stratc_raised", (CORE, event)))
                else:
                    guards.append(c.Call("stratc_raised_by", (CORE, event, c.Literal(t.template))))
            case "after":
                assert t.timer is not None
                guards.append(c.Binary("==", core("timer_id"), c.Literal(t.timer)))
            case "when":
                guards += self._when_guards(state, t)
        if t.target is not None:
            target = c.Name(state_label(self.all_states[t.target]))
            guards.append(c.Unary("!", c.Call("stratc_was_entered", (CORE, target))))
        return guards

    def _when_guards(self, state: p.State, t: p.Transition) -> list[c.Expr]:
        guards: list[c.Expr] = []
        if t.feeds:
            guards.append(self._one_ticked(t.feeds))
        cooldown = self.layout.cooldowns.get(self.all_states.index(state))
        if cooldown is not None:
            guards.append(c.Binary(">=", NOW, member(cooldown)))
        return guards

    def _one_ticked(self, feeds: tuple[int, ...]) -> c.Expr:
        if len(feeds) == len(self.layout.program.feeds):
            return c.Binary("!=", core("ticked"), c.Literal(0))
        bits = c.Literal(sum(1 << feed for feed in feeds))
        return c.Binary("!=", c.Binary("&", core("ticked"), c.Cast("uint64_t", bits)), c.Literal(0))

    def _taken(self, state: p.State, t: p.Transition) -> list[c.Statement]:
        target = state if t.target is None else self.all_states[t.target]
        body: list[c.Statement] = [
            call(
                "stratc_log_transition", CORE, c.Name(state_label(state)), c.Name(state_label(target)),
                c.Literal(t.index), c.Literal(CAUSES[t.kind]), c.Literal(t.place.line), OUT,
            )
        ]  # fmt: skip
        if t.event is not None:
            body.append(call("stratc_take", CORE, c.Name(f"STRATC_EVENT_{t.event.upper()}")))
        if t.target is not None:
            timers = [other.timer for other in state.transitions if other.timer is not None]
            body += [arm(self.layout, c.Literal(timer), NEVER) for timer in timers]
            body.append(call(entry_name(self.layout, t.target), CONTEXT))
            body += self._cool(t.cooldown, t.target)
        for command in t.commands:
            lower_command(self.layout, command, body)
        body.append(c.Return(c.Literal(t.target is not None)))
        return body

    # ---- taking over a position

    def adopt(self) -> list[c.Function]:
        rules = self.program.machine.adopts
        if not rules:
            return []
        body: list[c.Statement] = []
        for rule in rules:
            body.append(c.Comment(self._text(rule.place)))
            assert rule.target is not None
            assert rule.condition is not None
            condition = holds(Scope(self.layout, body, "adopt").lower(rule.condition))
            target = self.all_states[rule.target]
            taken: list[c.Statement] = [
                call(
                    "stratc_log_transition", CORE, c.Literal(-1), c.Name(state_label(target)), c.Literal(rule.index),
                    c.Literal(CAUSE_ADOPT), c.Literal(rule.place.line), OUT,
                ),
                call(entry_name(self.layout, rule.target), CONTEXT),
                *self._cool(rule.cooldown, rule.target),
            ]  # fmt: skip
            for command in rule.commands:
                lower_command(self.layout, command, taken)
            body.append(c.If(condition, (*taken, c.Return(c.Literal(True)))))
        body.append(c.Return(c.Literal(False)))
        comment = "CONTROL adopt: the first rule that holds says where the machine goes on"
        return [c.Function("bool", f"{self.prefix}_adopt", self.parameters, tuple(body), comment)]

    def _cool(self, cooldown: p.Expr | None, state: int) -> list[c.Statement]:
        if cooldown is None:
            return []
        body: list[c.Statement] = []
        delay = Scope(self.layout, body, "cooldown").lower(cooldown)
        kept = member(self.layout.cooldowns[state])
        longer = c.Call("stratc_cooled", (kept, NOW, delay.value))
        body.append(c.Assign(kept, longer if delay.ok is None else c.Ternary(delay.ok, longer, kept)))
        return body

    # ---- flatten and halt: the runtime does them, the machine begins anew when a flatten has ended

    def flatten(self) -> list[c.Function]:
        initial = self.all_states[self.program.machine.initial]
        restart = (
            c.Assign(core("events"), c.Literal(0)),
            log_entry(core("state"), initial, CAUSE_FLATTEN),
            call(entry_name(self.layout, self.program.machine.initial), CONTEXT),
        )
        ended = c.If(c.Unary("!", c.Call("stratc_advance", (VIEW,))), (c.Return(),))
        stopped = c.If(core("stopping"), (c.Assign(core("running"), c.Literal(0)),), restart)
        runs = c.If(c.Unary("!", c.Call("stratc_flatten", (VIEW, c.Name("line")))), (c.Return(),))
        advance = call(f"{self.prefix}_advance", CONTEXT, OUT)
        interrupts = c.Assign(core("interrupted"), c.Literal(1))
        return [
            c.Function(
                "void", f"{self.prefix}_advance", self.parameters, (view(self.layout), ended, stopped),
                "flatten, one step on; flat with nothing open, the machine begins anew",
            ),
            c.Function(
                "void", f"{self.prefix}_flatten", (self.parameters[0], LINE, OUTPUT),
                (view(self.layout), runs, advance, interrupts),
            ),
        ]  # fmt: skip

    def halt(self) -> list[c.Function]:
        if not any(command.verb is p.Verb.HALT for command in commands(self.program)):
            return []
        until = c.Declaration("int64_t", "until")
        body = (view(self.layout), call("stratc_halt", VIEW, c.Name("until"), c.Name("line")))
        return [c.Function("void", f"{self.prefix}_halt", (self.parameters[0], until, LINE, OUTPUT), body)]

    # ---- the whole

    def machine(self) -> c.Function:
        cases = tuple(
            c.Case(
                state_label(s),
                (c.Assign(c.Name("moved"), c.Call(self._state_name(s), (CONTEXT, OUT))), c.Break()),
            )
            for s in self.all_states
            if s.transitions
        )
        visit = (
            c.Declaration("bool", "moved", c.Literal(False)),
            c.Switch(core("state"), cases, (c.Break(),)),
            c.If(c.Binary("||", c.Unary("!", c.Name("moved")), core("interrupted")), (c.Return(),)),
        )
        body: tuple[c.Statement, ...] = (c.For("int32_t", "visit", c.Literal(len(self.all_states)), visit),)
        if not cases:
            body = (c.ExpressionStatement(c.Cast("void", CONTEXT)), c.ExpressionStatement(c.Cast("void", OUT)))
        comment = (
            "the machine, run to completion: a state entered is tested at once, and none is entered twice in an instant"
        )
        return c.Function("void", f"{self.prefix}_machine", self.parameters, body, comment)


def log_entry(come_from: c.Expr, initial: p.State, cause: int) -> c.Statement:
    """The record of a transition that no line of the machine asks for."""
    return call(
        "stratc_log_transition", CORE, come_from, c.Name(state_label(initial)), c.Literal(0), c.Literal(cause),
        c.Literal(initial.place.line), OUT,
    )  # fmt: skip
