"""Which orders may be open in which state: every configuration (state, open orders of each template) the machine can get into.

Reports are played through the machine as at run time: an event that is taken is consumed, every state is entered once per instant.
Conditions may hold or not, except that nothing is open when `flat` or `open_orders == 0` holds. What flattens starts anew with nothing
open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .program import Constant, Expr, Latched, Machine, Operation, Template, Transition, Verb

Open = tuple[int, ...]  # open orders of each template
LIMIT = 1_000_000  # transitions tried; what a machine of more may do is not followed to the end
Event = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Configuration:
    """working: templates whose only order has had a fill, so that it can't be denied any more."""

    state: int
    open: Open
    working: frozenset[int] = frozenset()


@dataclass(slots=True)
class Flow:
    """open_in: per state, the templates of which an order may be open; deniable_in: may still be denied.

    full: per (transition, command), whether the submit found no free slot, in each configuration in which it was done.
    complete: every configuration was met.
    """

    open_in: dict[int, set[int]] = field(default_factory=dict)
    deniable_in: dict[int, set[int]] = field(default_factory=dict)
    full: dict[tuple[int, int], set[bool]] = field(default_factory=dict)
    complete: bool = True


def explore(machine: Machine, templates: Sequence[Template]) -> Flow:
    """Follows the machine from its initial state; again where a submit found no slot, for then an order is denied beside an open one."""
    crowded: frozenset[int] = frozenset()
    while True:
        flow, found = _explored(machine, templates, crowded)
        if found <= crowded or not flow.complete:
            return flow
        crowded |= found


def _explored(machine: Machine, templates: Sequence[Template], crowded: frozenset[int]) -> tuple[Flow, frozenset[int]]:
    walk = _Walk(machine, templates, crowded)
    first = Configuration(machine.initial, (0,) * len(templates))
    seen, waiting = {first}, [first]
    while waiting and walk.tried < LIMIT:
        here = waiting.pop()
        may_be_open = {i for i, count in enumerate(here.open) if count}
        walk.flow.open_in.setdefault(here.state, set()).update(may_be_open)
        walk.flow.deniable_in.setdefault(here.state, set()).update(may_be_open - (here.working - crowded))
        for after in walk.successors(here):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    walk.flow.complete = not waiting
    return walk.flow, frozenset(walk.crowded)


class _Walk:
    """denied_beside: templates of which an order may be denied for want of a slot."""

    def __init__(self, machine: Machine, templates: Sequence[Template], denied_beside: frozenset[int]) -> None:
        self.machine, self.templates, self.flow = machine, templates, Flow()
        self.denied_beside, self.crowded, self.tried = denied_beside, set[int](), 0
        self.handles_late = any(t.event == "late" for s in machine.states for t in s.transitions)

    def successors(self, here: Configuration) -> Iterator[Configuration]:
        yield from self._settle(here, frozenset(), frozenset({here.state}), report=False)
        for index, count in enumerate(here.open):
            if count:
                yield from self._reports(here, index)
            if self.handles_late:
                yield from self._report(here, {("late", index)})

    def _reports(self, here: Configuration, index: int) -> Iterator[Configuration]:
        """A part of the order is filled, all of it, or it ends in another way."""
        template, over = self.templates[index], here.working - {index}
        released = self._with(here.open, template.children)
        working = here.working | {index} if template.max_open == 1 else here.working
        yield from self._report(replace(here, open=released, working=working), {("partial", index)})
        yield from self._report(
            replace(here, open=_less(released, index), working=over), {("filled", index), ("closed", index)}
        )
        yield from self._report(replace(here, open=_less(here.open, index), working=over), {("closed", index)})
        if index not in here.working:
            yield from self._report(replace(here, open=_less(here.open, index)), {("denied", index)})
        if index in self.denied_beside:
            yield from self._report(here, {("denied", index)})

    def _report(self, here: Configuration, raised: set[Event]) -> Iterator[Configuration]:
        entered = frozenset({here.state})
        yield from self._settle(here, frozenset(raised), entered, report=True)
        if not any(here.open) and not self._opens(raised):
            yield from self._settle(here, frozenset({*raised, ("flat", None)}), entered, report=True)

    def _opens(self, raised: set[Event]) -> bool:
        """Whoever fills an entry holds something."""
        return any(name == "filled" and not self.templates[index or 0].reduce_only for name, index in raised)

    def _settle(
        self, here: Configuration, raised: frozenset[Event], entered: frozenset[int], *, report: bool
    ) -> Iterator[Configuration]:
        """Where an instant may end. report: events are left over for the states that follow; else the next instant goes on from there."""
        for transition in self.machine.states[here.state].transitions:
            self.tried += 1
            event = _event(transition, raised)
            tested = event is not None if transition.kind == "on" else not report or _is_always_tested(transition)
            if not tested or transition.target in entered:
                continue
            if _needs_nothing_open(transition.condition) and any(here.open):
                continue
            after = self._done(here.open, transition)
            if any(c.verb is Verb.FLATTEN for c in transition.commands):
                yield Configuration(self.machine.initial, (0,) * len(self.templates))
            elif transition.target is None:
                yield replace(here, open=after)
            else:
                there = replace(here, state=transition.target, open=after)
                left = raised - {event} if event else raised
                if left and self.tried < LIMIT:
                    yield from self._settle(there, left, entered | {transition.target}, report=report)
                else:
                    yield there
            if transition.kind == "on" and transition.condition is None:
                return
        yield here

    def _done(self, open_: Open, transition: Transition) -> Open:
        """After its commands; notes which of them found no free slot."""
        for number, command in enumerate(transition.commands):
            if command.verb is not Verb.SUBMIT or command.template is None:
                continue
            full = open_[command.template] >= self.templates[command.template].max_open
            self.flow.full.setdefault((transition.index, number), set()).add(full)
            if full:
                self.crowded.add(command.template)
            else:
                open_ = _more(open_, command.template)
        return open_

    def _with(self, open_: Open, children: tuple[int, ...]) -> Open:
        """Each of a bracket is open, once."""
        for child in children:
            open_ = open_ if open_[child] else _more(open_, child)
        return open_


def _more(open_: Open, index: int) -> Open:
    return (*open_[:index], open_[index] + 1, *open_[index + 1 :])


def _less(open_: Open, index: int) -> Open:
    return (*open_[:index], open_[index] - 1, *open_[index + 1 :])


def _event(transition: Transition, raised: frozenset[Event]) -> Event | None:
    """The event that the transition would take."""
    fitting = (e for e in raised if e[0] == transition.event and transition.template in (None, e[1]))
    return next(fitting, None) if transition.kind == "on" else None


def _is_always_tested(transition: Transition) -> bool:
    return transition.kind == "when" and not transition.reads_feed


def _needs_nothing_open(condition: Expr | None) -> bool:
    """Does the condition hold only where no order is open? `flat`, `open_orders == 0`, and what demands them."""
    match condition:
        case Operation(operator="and", operands=operands):
            return any(_needs_nothing_open(o) for o in operands)
        case Operation(operator="eq", operands=(Latched(name="open_orders"), Constant(value=0))):
            return True
        case Latched(name="flat"):
            return True
    return False
