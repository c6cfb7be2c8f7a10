"""The machine of a Program → C: a function per state that tests its transitions in textual order, and one that runs to completion.

semantics.md 5d: a state is entered at most once per instant, the one the instant began in counting as entered, so the loop over
the states is bounded by their number.
"""

from __future__ import annotations

from ...compiler import program as p
from . import cast as c
from .layout import CONTEXT, Layout, member, place_text
from .lower_expr import Scope, Value, conjunction
from .lower_signals import context_parameter

CAUSES = {"when": 1, "on": 2, "after": 3}
CAUSE_START = 4
CORE = c.Unary("&", member("core"))
NOW = c.Field(member("core"), "now")
NEVER = c.Name("STRATC_NEVER")
OUTPUT = c.Declaration("stratc_output *", "output")
OUT = c.Name("output")


def call(function: str, *arguments: c.Expr) -> c.ExpressionStatement:
    return c.ExpressionStatement(c.Call(function, arguments))


def state_label(state: p.State) -> str:
    return f"STATE_{state.name}"


def lower_machine(layout: Layout) -> list[c.Enumeration | c.Function]:
    """The functions in the order of their use; the last two are `…_start(c, output)` and `…_machine(c, output)`."""
    lowering = _MachineLowering(layout)
    return [
        c.Enumeration(tuple(state_label(s) for s in layout.program.machine.states)),
        *lowering.submits(),
        *lowering.entries(),
        *lowering.states(),
        lowering.start(),
        lowering.machine(),
    ]


class _MachineLowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.program, self.prefix = layout, layout.program, layout.names.prefix
        self.all_states = layout.program.machine.states
        self.transitions = [t for s in self.all_states for t in s.transitions]

    def _text(self, place: p.Place) -> str:
        return place_text(self.program, place)

    # ---- orders

    def submits(self) -> list[c.Function]:
        commands = [command for t in self.transitions for command in t.commands]
        used = {command.template for command in commands if command.verb is p.Verb.SUBMIT}
        return [self._submit(i, t) for i, t in enumerate(self.program.templates) if i in used]

    def _submit(self, index: int, template: p.Template) -> c.Function:
        body: list[c.Statement] = []
        scope = Scope(self.layout, body, template.name)
        qty = scope.lower(template.qty)
        trigger = Value(c.Literal(0.0), c.Literal(0))
        if template.trigger is not None:
            trigger = scope.lower(template.trigger)
        body += [
            c.Declaration("const stratc_optional", "qty", optional(qty)),
            c.Declaration("const stratc_optional", "trigger", optional(trigger)),
            call(
                "stratc_submit", CORE, self.layout.instrument, member("slots"), c.Literal(self.program.slot_count),
                c.Name(f"{self.prefix}_templates"), c.Literal(index), c.Name("qty"), c.Name("trigger"),
                member("position_rule"), c.Name("line"), OUT,
            ),
        ]  # fmt: skip
        parameters = (context_parameter(self.layout), c.Declaration("uint32_t", "line"), OUTPUT)
        name = f"{self.prefix}_submit_{template.name}"
        return c.Function("void", name, parameters, tuple(body), self._text(template.place))

    # ---- states

    def entries(self) -> list[c.Function]:
        targets = {t.target for t in self.transitions} | {self.program.machine.initial}
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
                body.append(c.Assign(self._deadline(t.timer), due))
        comment = self._text(state.place)
        return c.Function("void", self._entry_name(index), (context_parameter(self.layout),), tuple(body), comment)

    def _entry_name(self, index: int) -> str:
        return f"{self.prefix}_enter_{self.all_states[index].name.lower()}"

    def _deadline(self, timer: int) -> c.Expr:
        return c.Index(member("deadlines"), c.Literal(timer))

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
                guards.append(c.Binary("==", c.Field(member("core"), "timer_id"), c.Literal(t.timer)))
            case "when":
                guards += self._when_guards(state, t)
        if t.target is not None:
            target = c.Name(state_label(self.all_states[t.target]))
            guards.append(c.Unary("!", c.Call("stratc_was_entered", (CORE, target))))
        return guards

    def _when_guards(self, state: p.State, t: p.Transition) -> list[c.Expr]:
        guards: list[c.Expr] = []
        if t.reads_feed:
            guards.append(c.Binary("!=", c.Field(member("core"), "ticked"), c.Literal(0)))
        cooldown = self.layout.cooldowns.get(self.all_states.index(state))
        if cooldown is not None:
            guards.append(c.Binary(">=", NOW, member(cooldown)))
        return guards

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
            body += [c.Assign(self._deadline(timer), NEVER) for timer in timers]
            body.append(call(self._entry_name(t.target), CONTEXT))
            body += self._cooldown(t, t.target)
        body += [self._command(command) for command in t.commands]
        body.append(c.Return(c.Literal(t.target is not None)))
        return body

    def _cooldown(self, t: p.Transition, target: int) -> list[c.Statement]:
        """A cooldown that still runs is never cut short by another."""
        if t.cooldown is None:
            return []
        body: list[c.Statement] = []
        delay = Scope(self.layout, body, "cooldown").lower(t.cooldown)
        kept = member(self.layout.cooldowns[target])
        longer = c.Call("stratc_max_int", (kept, c.Call("stratc_deadline", (NOW, delay.value))))
        body.append(c.Assign(kept, longer if delay.ok is None else c.Ternary(delay.ok, longer, kept)))
        return body

    def _command(self, command: p.Command) -> c.Statement:
        line = c.Literal(command.place.line)
        match command.verb:
            case p.Verb.SUBMIT:
                assert command.template is not None
                name = self.program.templates[command.template].name
                return call(f"{self.prefix}_submit_{name}", CONTEXT, line, OUT)
            case p.Verb.CANCEL:
                assert command.template is not None
                return cancel(self.layout, command.template, line)
            case p.Verb.CANCEL_ALL:
                return cancel(self.layout, -1, line)
            case p.Verb.NOTIFY:
                assert command.note is not None
                return call("stratc_note", CORE, c.Literal(command.note), line, OUT)

    # ---- the whole

    def start(self) -> c.Function:
        initial = self.all_states[self.program.machine.initial]
        body = (
            c.Assign(member("running"), c.Literal(True)),
            call(
                "stratc_log_transition", CORE, c.Literal(-1), c.Name(state_label(initial)), c.Literal(0),
                c.Literal(CAUSE_START), c.Literal(initial.place.line), OUT,
            ),
            call(self._entry_name(self.program.machine.initial), CONTEXT),
        )  # fmt: skip
        comment = "CONTROL START: enters the initial state"
        return c.Function("void", f"{self.prefix}_start", (context_parameter(self.layout), OUTPUT), body, comment)

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
            c.Switch(c.Field(member("core"), "state"), cases, (c.Break(),)),
            c.If(c.Unary("!", c.Name("moved")), (c.Return(),)),
        )
        body: tuple[c.Statement, ...] = (c.For("int32_t", "visit", c.Literal(len(self.all_states)), visit),)
        if not cases:
            body = (c.ExpressionStatement(c.Cast("void", CONTEXT)), c.ExpressionStatement(c.Cast("void", OUT)))
        comment = (
            "the machine, run to completion: a state entered is tested at once, and none is entered twice in an instant"
        )
        return c.Function("void", f"{self.prefix}_machine", (context_parameter(self.layout), OUTPUT), body, comment)


def cancel(layout: Layout, template: int, line: c.Expr) -> c.Statement:
    """template -1: every open order."""
    count = c.Literal(layout.program.slot_count)
    return call("stratc_cancel", CORE, member("slots"), count, c.Literal(template), line, OUT)


def optional(value: Value) -> c.Initializer:
    return c.Initializer(((None, value.value), (None, c.Literal(1) if value.ok is None else value.ok)))


# ---- how much one instant may put out


def max_frames(program: p.Program) -> int:
    """Each state is entered at most once, so each takes at most one transition; CONTROL STOP cancels every slot."""
    machine = sum(max((_frames(program, t) for t in s.transitions), default=0) for s in program.machine.states)
    return max(1, program.slot_count, machine)


def max_records(program: p.Program) -> int:
    """The transitions with what their commands write, every logged signal, START or STOP, and a fault."""
    machine = sum(max((_records(program, t) for t in s.transitions), default=0) for s in program.machine.states)
    return max(machine, program.slot_count) + sum(s.logged for s in program.signals) + 2


def _frames(program: p.Program, t: p.Transition) -> int:
    return sum(_frames_of(program, command) for command in t.commands)


def _frames_of(program: p.Program, command: p.Command) -> int:
    match command.verb:
        case p.Verb.SUBMIT:
            return 1
        case p.Verb.CANCEL:
            assert command.template is not None
            return program.templates[command.template].max_open
        case p.Verb.CANCEL_ALL:
            return program.slot_count
        case p.Verb.NOTIFY:
            return 0


def _records(program: p.Program, t: p.Transition) -> int:
    """TRANSITION, then at most two records (RISK, COMMAND) per frame, or one per command that sends none."""
    return 1 + sum(max(1, 2 * _frames_of(program, command)) for command in t.commands)
