"""The order of things in an instant → C: latch, signals, control, standing risk, flatten, brackets, machine (semantics.md 5)."""

from __future__ import annotations

from collections.abc import Iterator

from . import cast as c
from .layout import CONTEXT, Layout, member
from .lower_machine import CAUSE_START, entry_name, log_entry, lower_command
from .lower_orders import CORE, NOW, OUT, OUTPUT, VIEW, call, core, view
from .lower_risk import wake_rule, wake_rules, wake_session
from .lower_signals import context_parameter

OFF = c.Binary("==", core("flatten"), c.Name("STRATC_FLATTEN_OFF"))
RUNS = c.Binary("!=", core("flatten"), c.Name("STRATC_FLATTEN_OFF"))
INPUT = c.Declaration("const stratc_input *", "input")


def lower_instant(layout: Layout) -> list[c.Function]:
    """The functions in the order of their use; the last is `…_step(context, input, output)`."""
    lowering = _InstantLowering(layout)
    return [
        *lowering.woken(), *lowering.grant(), lowering.begin(), lowering.start(), lowering.stop(), lowering.control(),
        lowering.decide(), lowering.step(),
    ]  # fmt: skip


def _is(name: str, value: str) -> c.Expr:
    return c.Binary("==", c.Arrow(c.Name("input"), name), c.Name(value))


class _InstantLowering:
    def __init__(self, layout: Layout) -> None:
        self.layout, self.program, self.prefix = layout, layout.program, layout.names.prefix
        self.parameters = (context_parameter(layout), OUTPUT)
        self.counts_days = any(rule.kind == "loss" for rule in self.program.standing)

    def _call(self, name: str, *arguments: c.Expr) -> c.Statement:
        return call(f"{self.prefix}_{name}", CONTEXT, *arguments)

    # ---- timers of the program's own

    def woken(self) -> list[c.Function]:
        timers = self.layout.timers
        resumes = c.Binary("&&", self._fired("HALT"), c.Binary(">=", NOW, core("halted_until")))
        body: list[c.Statement] = [c.If(resumes, (c.Assign(core("halted_until"), c.Literal(0)),))]
        body += [c.If(self._fired(f"RULE_{rule}"), (wake_rule(self.layout, rule),)) for rule in timers.rules]
        if timers.session is not None:
            body.append(c.If(self._fired("SESSION"), tuple(wake_session(self.layout))))
        comment = "a timer that no line of the machine asked for"
        return [c.Function("void", f"{self.prefix}_woken", self.parameters[:1], tuple(body), comment)]

    # ---- control

    def start(self) -> c.Function:
        initial = self.program.machine.initial
        body: tuple[c.Statement, ...] = (
            self._call("begin"),
            log_entry(c.Literal(-1), self.program.machine.states[initial], CAUSE_START),
            call(entry_name(self.layout, initial), CONTEXT),
        )
        return c.Function(
            "void", f"{self.prefix}_start", self.parameters, body, "CONTROL start: enters the initial state"
        )

    def begin(self) -> c.Function:
        body: tuple[c.Statement, ...] = (
            c.Assign(core("running"), c.Literal(1)),
            c.Assign(core("stopping"), c.Literal(0)),
            c.Assign(core("started_at"), NOW),
            *([c.Assign(core("day_equity"), c.Field(core("account"), "equity"))] if self.counts_days else []),
            *wake_rules(self.layout),
            *wake_session(self.layout),
        )
        return c.Function("void", f"{self.prefix}_begin", self.parameters[:1], body, "the strategy runs from now on")

    def stop(self) -> c.Function:
        ending: list[c.Statement] = []
        for command in self.program.on_stop:
            lower_command(self.layout, command, ending)
        if not self.program.on_stop:
            ending.append(self._call("cancel", c.Literal(-1), c.Literal(0), OUT))
        deadlines = member("deadlines")
        flatten, end = self.layout.timers.label("FLATTEN"), self.layout.timers.end
        body = (
            c.Assign(core("stopping"), c.Literal(1)),
            c.If(OFF, tuple(ending)),
            call("stratc_disarm", CORE, deadlines, end, c.Literal(0), flatten),
            call("stratc_disarm", CORE, deadlines, end, c.Binary("+", flatten, c.Literal(1)), end),
            c.Assign(core("running"), RUNS),
        )
        comment = "CONTROL stop: a flatten that runs, or starts now, goes on to its end"
        return c.Function("void", f"{self.prefix}_stop", self.parameters, body, comment)

    def control(self) -> c.Function:
        running = core("running")
        pauses = c.Assign(core("paused"), c.Literal(1))
        may_stop = c.Binary("&&", running, c.Unary("!", core("stopping")))
        verbs: dict[str, tuple[c.Statement, ...]] = {
            "START": (c.If(c.Unary("!", running), (self._call("start", OUT),)),),
            "STOP": (c.If(may_stop, (self._call("stop", OUT),)),),
            "PAUSE": (pauses,),
            "RESUME": (call("stratc_resume", VIEW),),
            "FLATTEN": (c.If(running, (self._call("flatten", c.Literal(0), OUT),)),),
            "ADOPT": (self._call("begin"), self._adopted()),
            "KILL": (pauses, self._call("cancel", c.Literal(-1), c.Literal(0), OUT)),
        }
        cases = tuple(c.Case(f"STRATC_{verb}", (*body, c.Break())) for verb, body in verbs.items())
        switch = c.Switch(c.Name("verb"), cases, (c.Break(),))
        parameters = (self.parameters[0], c.Declaration("int32_t", "verb"), OUTPUT)
        return c.Function("void", f"{self.prefix}_control", parameters, (view(self.layout), switch))

    def _adopted(self) -> c.Statement:
        refused = call("stratc_fault", CORE, c.Name("STRATC_FAULT_ADOPT"), c.Literal(0))
        if not self.program.machine.adopts:
            return refused
        return c.If(c.Unary("!", c.Call(f"{self.prefix}_adopt", (CONTEXT, OUT))), (refused,))

    # ---- what a running strategy does

    def grant(self) -> list[c.Function]:
        body = (view(self.layout), call("stratc_grant", VIEW, c.Name("may")))
        parameters = (self.parameters[0], c.Declaration("bool", "may"), OUTPUT)
        comment = "a replace was answered: what was wished since is asked for, or forgotten"
        return [c.Function("void", f"{self.prefix}_grant", parameters, body, comment)]

    def decide(self) -> c.Function:
        may = c.Name("may")
        parts = [core("running"), c.Unary("!", core("stopping")), OFF]
        acts: c.Expr = parts[0]
        for part in parts[1:]:
            acts = c.Binary("&&", acts, part)
        body: list[c.Statement] = []
        if self.program.standing:
            body.append(c.If(c.Unary("!", core("stopping")), (self._call("standing", OUT),)))
        body += [
            c.If(RUNS, (self._call("advance", OUT),)),
            c.Declaration("const bool", may.name, acts),
            c.If(c.Binary("!=", core("answered"), c.Literal(0)), (self._call("grant", may, OUT),)),
            c.If(c.Unary("!", may), (c.Return(),)),
        ]
        if any(t.children for t in self.program.templates):
            body.append(c.If(c.Binary("!=", core("filled"), c.Literal(0)), (self._call("release", OUT),)))
        late = c.Binary("&&", c.Call("stratc_raised", (CORE, c.Name("STRATC_EVENT_LATE"))), OFF)
        body += [
            c.Assign(core("interrupted"), c.Literal(0)),
            self._call("machine", OUT),
            c.If(
                late,
                (
                    call("stratc_note", CORE, c.Literal(self.program.late_note), c.Literal(0), OUT),
                    self._call("flatten", c.Literal(0), OUT),
                ),
            ),
        ]
        comment = "standing risk, flatten, what reports ask for, machine; after CONTROL stop only a flatten goes on"
        return c.Function("void", f"{self.prefix}_decide", self.parameters, tuple(body), comment)

    # ---- the instant

    def step(self) -> c.Function:
        report = call(
            "stratc_latch_report", CORE, c.Unary("&", c.Name(f"{self.prefix}_plan")), member("holdings"), member("slots"),
            c.Arrow(c.Name("input"), "report"),
        )  # fmt: skip
        fires = c.Call("stratc_latch_timer", (CORE, member("deadlines"), self.layout.timers.end, c.Name("input")))
        comes = _is("kind", "STRATC_BARS")
        if not all(feed.is_bars for feed in self.program.feeds):
            comes = c.Binary("||", comes, _is("kind", "STRATC_DATA"))
        bars = c.Binary("&&", comes, c.Binary(">", c.Arrow(c.Name("input"), "verb"), c.Literal(0)))
        fault = core("fault")
        forgets = c.If(c.Binary("!=", core("answered"), c.Literal(0)), (self._call("grant", c.Literal(False), OUT),))
        body: tuple[c.Statement, ...] = (
            c.Declaration(f"{self.layout.context.name} *", "c", c.Name("context")),
            call("stratc_begin", CORE, c.Name("input"), OUT),
            *self._new_day(),
            c.If(_is("kind", "STRATC_REPORT"), (report, *self._keep_events())),
            c.If(c.Binary("&&", _is("kind", "STRATC_CONTROL"), _is("verb", "STRATC_ADOPT")), (self._adoption(),)),
            c.If(c.Binary("&&", _is("kind", "STRATC_TIMER"), fires), (self._call("woken"),)),
            *self._latch(),
            c.If(bars, tuple(self._tick())),
            c.If(c.Binary("!=", fault, c.Name("STRATC_FAULT_NONE")), (c.Return(fault),)),
            c.If(_is("kind", "STRATC_CONTROL"), (self._call("control", c.Arrow(c.Name("input"), "verb"), OUT),)),
            c.If(core("running"), (self._call("decide", OUT),), (forgets,)),
            c.Return(fault),
        )
        parameters = (c.Declaration("void *", "context"), INPUT, OUTPUT)
        return c.Function("uint32_t", f"{self.prefix}_step", parameters, body, "one instant")

    def _adoption(self) -> c.Statement:
        plan = c.Unary("&", c.Name(f"{self.prefix}_plan"))
        return call("stratc_latch_adoption", CORE, plan, member("holdings"), member("slots"), c.Name("input"))

    def _new_day(self) -> list[c.Statement]:
        if not self.counts_days:
            return []
        roll = (
            c.Assign(core("day_equity"), c.Field(core("account"), "equity")),
            c.Assign(core("day_ends"), c.Call("stratc_last_of_day", (self.layout.instrument(), NOW))),
        )
        return [c.If(c.Binary(">", NOW, core("day_ends")), roll)]

    def _keep_events(self) -> Iterator[c.Statement]:
        """`filled(T)` and `closed(T)` stay until the next tick has seen them."""
        for (name, template, _), kept in self.layout.latched.items():
            if name in ("filled", "closed"):
                raised = c.Call("stratc_raised_by", (CORE, c.Name(f"STRATC_EVENT_{name.upper()}"), c.Literal(template)))
                yield c.If(raised, (c.Assign(member(kept), c.Literal(True)),))

    def _latch(self) -> Iterator[c.Statement]:
        """As of the start of the instant: a submit in it must not change what a template filled, nor how many are open."""
        templates = c.Name(f"{self.prefix}_templates")
        for (name, template, _), kept in self.layout.latched.items():
            if name in ("cum", "avg_px"):
                of = c.Unary("&", c.Index(templates, c.Literal(template)))
                yield c.Assign(
                    member(kept),
                    c.Call(
                        f"stratc_{name}",
                        (member("slots"), of, self.layout.instrument(self.program.templates[template].instrument)),
                    ),
                )
            if name == "open_orders":
                count = c.Literal(self.program.slot_count)
                yield c.Assign(member(kept), c.Call("stratc_count_open", (member("slots"), templates, count)))

    def _tick(self) -> Iterator[c.Statement]:
        output = (OUT,) if self.layout.logged else ()
        count = (c.Arrow(c.Name("input"), "verb"),) if len(self.program.feeds) > 1 else ()
        yield self._call("tick", c.Arrow(c.Name("input"), "bars"), *count, *output)
        wakes = wake_rules(self.layout)
        if wakes:
            yield c.If(c.Binary("&&", core("running"), c.Unary("!", core("stopping"))), tuple(wakes))

    def _fired(self, timer: str) -> c.Expr:
        return c.Binary("==", core("timer_id"), self.layout.timers.label(timer))
