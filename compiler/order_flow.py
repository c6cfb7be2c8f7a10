"""Which orders may be open in which state: every configuration (state, open orders of each template) the machine can get into.

Reports are played through the machine as at run time: an event that is taken is consumed, every state is entered once per instant.
Conditions may hold or not, except `flat` and `open_orders == 0`, which are followed as at run time: latched when the instant begins, and
`flat` renewed by reports alone, so that it still holds after a submit until the first report. A submit that the risk layer denies for
certain (no free slot, or reduce-only while nothing is held) is answered before anything else. What flattens starts anew with nothing open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from .program import Constant, Expr, Latched, Machine, Operation, Template, Transition, Verb

Open = tuple[int, ...]  # open orders of each template
MANY = 2
LIMIT = 1_000_000  # transitions tried; what a machine of more may do is not followed to the end
Event = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Configuration:
    """flat: as the last report left it. refused: denials of each template that are reported next (MANY: so many or more).

    working: templates whose only order has had a fill, so that it can't be denied any more.
    """

    state: int
    open: Open
    flat: bool
    refused: Open
    working: frozenset[int] = frozenset()


@dataclass(slots=True)
class Flow:
    """open_in: per state, the templates of which an order may be open; deniable_in: may still be denied; refused_in: was denied at once.

    full: per (transition, command), whether the submit found no free slot, in each configuration in which it was done.
    complete: every configuration was met.
    """

    open_in: dict[int, set[int]] = field(default_factory=dict)
    deniable_in: dict[int, set[int]] = field(default_factory=dict)
    refused_in: dict[int, set[int]] = field(default_factory=dict)
    full: dict[tuple[int, int], set[bool]] = field(default_factory=dict)
    complete: bool = True


def explore(machine: Machine, templates: Sequence[Template]) -> Flow:
    """Follows the machine from its initial state, and from those in which it adopts what another program left open."""
    walk = _Walk(machine, templates)
    waiting = list(dict.fromkeys((walk.start, *walk.adopted())))
    seen = set(waiting)
    while waiting and walk.tried < LIMIT:
        here = waiting.pop()
        may_be_open = {i for i, count in enumerate(here.open) if count}
        walk.flow.open_in.setdefault(here.state, set()).update(may_be_open)
        walk.flow.deniable_in.setdefault(here.state, set()).update(may_be_open - here.working)
        walk.flow.refused_in.setdefault(here.state, set()).update(i for i, count in enumerate(here.refused) if count)
        for after in walk.successors(here):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    walk.flow.complete = not waiting
    return walk.flow


@dataclass(frozen=True, slots=True)
class _Instant:
    """report: events are left over for the states that follow; else the next instant goes on from there. The others are latched."""

    report: bool
    flat: bool
    nothing_open: bool

    def differs_from_next(self, there: Configuration) -> bool:
        """Would what is done further in this instant not be done as well in an instant of its own?"""
        return any(there.refused) or self.nothing_open == any(there.open)


class _Walk:
    """start: the initial state with nothing open."""

    def __init__(self, machine: Machine, templates: Sequence[Template]) -> None:
        self.machine, self.templates, self.flow, self.tried = machine, templates, Flow(), 0
        nothing: Open = (0,) * len(templates)
        self.start = Configuration(machine.initial, nothing, flat=True, refused=nothing)
        self.handles_late = any(t.event == "late" for s in machine.states for t in s.transitions)

    def adopted(self) -> Iterator[Configuration]:
        """Where it may find itself after `on adopt`."""
        for transition, flat in product(self.machine.adopts, (True, False)):
            if _holds(transition.condition, _Instant(report=False, flat=flat, nothing_open=True)) is not False:
                yield self.done(replace(self.start, flat=flat), transition)

    def successors(self, here: Configuration) -> Iterator[Configuration]:
        for index, count in enumerate(here.refused):
            if count:
                yield from self._report(replace(here, refused=_less(here.refused, index)), {("denied", index)})
            if count == MANY:
                yield from self._report(here, {("denied", index)})
        if not any(here.refused):
            yield from self._next(here)

    def _next(self, here: Configuration) -> Iterator[Configuration]:
        yield from self._settle(here, frozenset(), report=False)
        if here.flat and any(here.open):
            yield from self._settle(replace(here, flat=False), frozenset(), report=True)  # a report without an event
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

    def _report(self, here: Configuration, raised: set[Event]) -> Iterator[Configuration]:
        for flat in self._flat_after(here, {name for name, _ in raised}, opens=self._opens(raised)):
            became_flat: set[Event] = {("flat", None)} if flat and not here.flat else set()
            yield from self._settle(replace(here, flat=flat), frozenset(raised | became_flat), report=True)

    def _flat_after(self, here: Configuration, raised: set[str], *, opens: bool) -> Sequence[bool]:
        if any(here.open) or opens:
            return (False,)
        return (True,) if here.flat and raised <= {"closed", "denied"} else (False, True)

    def _opens(self, raised: set[Event]) -> bool:
        """Whoever fills an entry holds something."""
        return any(name == "filled" and not self.templates[index or 0].reduce_only for name, index in raised)

    def _settle(self, here: Configuration, raised: frozenset[Event], *, report: bool) -> Iterator[Configuration]:
        """Where an instant may end."""
        instant = _Instant(report, here.flat, not any(here.open))
        yield from self._tested(here, raised, frozenset({here.state}), instant)

    def _tested(
        self, here: Configuration, raised: frozenset[Event], entered: frozenset[int], instant: _Instant
    ) -> Iterator[Configuration]:
        for transition in self.machine.states[here.state].transitions:
            self.tried += 1
            event = _event(transition, raised)
            holds = _holds(transition.condition, instant)
            if transition.target in entered or holds is False:
                continue
            if event is None and not _is_tested(transition, instant, just_entered=len(entered) > 1):
                continue
            there = self.done(here, transition)
            if transition.target is None or any(c.verb is Verb.FLATTEN for c in transition.commands):
                yield there
            else:
                left = raised - {event} if event else raised
                if (left or instant.differs_from_next(there)) and self.tried < LIMIT:
                    yield from self._tested(there, left, entered | {transition.target}, instant)
                else:
                    yield there
            if holds and (transition.kind == "on" or _is_always_tested(transition)):
                return
        yield here

    def done(self, here: Configuration, transition: Transition) -> Configuration:
        """After its commands; notes which of them found no free slot. `flatten` may be over at once, and what follows it is done."""
        after = here if transition.target is None else replace(here, state=transition.target)
        for number, command in enumerate(transition.commands):
            if command.verb is Verb.FLATTEN:
                after = replace(self.start, refused=after.refused)
            elif command.verb is Verb.SUBMIT and command.template is not None:
                full = after.open[command.template] >= self.templates[command.template].max_open
                self.flow.full.setdefault((transition.index, number), set()).add(full)
                after = self._submitted(after, command.template, full=full)
        return after

    def _submitted(self, here: Configuration, index: int, *, full: bool) -> Configuration:
        if full or (here.flat and self.templates[index].reduce_only):
            many = here.refused[index] == MANY
            return here if many else replace(here, refused=_more(here.refused, index))
        return replace(here, open=_more(here.open, index))

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


def _is_tested(transition: Transition, instant: _Instant, *, just_entered: bool) -> bool:
    """Without an event. No time has passed in a state just entered."""
    if transition.kind == "on" or (transition.kind == "after" and just_entered):
        return False
    return not instant.report or _is_always_tested(transition)


def _is_always_tested(transition: Transition) -> bool:
    return transition.kind == "when" and not transition.feeds


def _holds(condition: Expr | None, instant: _Instant) -> bool | None:
    """None: it may hold or not."""
    match condition:
        case None:
            return True
        case Operation(operator="and", operands=operands):
            parts = [_holds(o, instant) for o in operands]
            return False if False in parts else None if None in parts else True
        case Operation(operator="not", operands=(operand,)):
            part = _holds(operand, instant)
            return None if part is None else not part
        case Operation(operator="eq", operands=(Latched(name="open_orders"), Constant(value=0))):
            return instant.nothing_open
        case Latched(name="flat"):
            return instant.flat
    return None
