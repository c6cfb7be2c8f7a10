"""How much one instant may put out at most: the sizes of the buffers that the host gives to `step`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...compiler import program as p


@dataclass(frozen=True, slots=True)
class Size:
    frames: int = 0
    records: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.frames + other.frames, self.records + other.records)


def total(sizes: Iterable[Size]) -> Size:
    return sum(sizes, Size())


def largest(sizes: Iterable[Size]) -> Size:
    """Of several that exclude each other."""
    found = [Size(), *sizes]
    return Size(max(s.frames for s in found), max(s.records for s in found))


def largest_output(program: p.Program) -> Size:
    """The parts that every instant may have, and the largest of those of one kind of input; one record for a fault."""
    by_input = (Size(0, sum(s.logged for s in program.signals)), _after_report(program), _control(program))
    parts = (_standing(program), _advance(program), _machine(program), largest(by_input), Size(1, 1))
    return total(parts)


def _sent(program: p.Program) -> Size:
    """One order or replace, with a record of every bound."""
    return Size(1, 1 + len(program.bounds))


def _advance(program: p.Program) -> Size:
    """The order that closes the position, or the transition at the end."""
    return Size(1, 1)


def _flatten(program: p.Program) -> Size:
    return Size(program.slot_count, 1 + program.slot_count) + _advance(program)


def command(program: p.Program, given: p.Command) -> Size:
    of = None if given.template is None else program.templates[given.template]
    match given.verb:
        case p.Verb.SUBMIT:
            return _sent(program)
        case p.Verb.REPLACE:
            assert of is not None
            return total([_sent(program)] * of.max_open)
        case p.Verb.CANCEL:
            assert of is not None
            return Size(of.max_open, of.max_open)
        case p.Verb.CANCEL_ALL:
            return Size(program.slot_count, program.slot_count)
        case p.Verb.FLATTEN:
            return _flatten(program)
        case p.Verb.HALT | p.Verb.NOTIFY:
            return Size(0, 1)


def _commands(program: p.Program, given: Iterable[p.Command]) -> Size:
    return total(command(program, k) for k in given)


def _machine(program: p.Program) -> Size:
    """Each state is entered at most once, so each takes at most one transition; a late fill that none handles flattens."""
    states = [
        largest(Size(0, 1) + _commands(program, t.commands) for t in s.transitions) for s in program.machine.states
    ]
    return total(states) + Size(0, 1) + _flatten(program)


def _standing(program: p.Program) -> Size:
    """Rules and what they notify; the actions of several come once."""
    actions = [k for rule in program.standing for k in rule.actions]
    once = {k.verb: k for k in actions if k.verb is not p.Verb.NOTIFY}
    notes = [k for k in actions if k.verb is p.Verb.NOTIFY]
    return Size(0, len(program.standing)) + _commands(program, [*once.values(), *notes])


def _after_report(program: p.Program) -> Size:
    """The wish of the order whose replace was answered, and the children of the one that filled."""
    children = largest(total([_sent(program)] * len(t.children)) for t in program.templates)
    return _sent(program) + children


def _control(program: p.Program) -> Size:
    """start: the initial state; adopt: one of its rules; stop: its commands; kill, flatten."""
    adopts = [Size(0, 1) + _commands(program, t.commands) for t in program.machine.adopts]
    cancel_all = Size(program.slot_count, program.slot_count)
    return largest([Size(0, 1), *adopts, cancel_all, _commands(program, program.on_stop), _flatten(program)])
