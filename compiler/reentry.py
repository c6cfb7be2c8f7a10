"""Entries that may follow a stop at once: the signal that was wrong a moment ago may still hold, and nothing makes it wait (warnings).

Only what is certain is told: a stop order ended, the way from there to an entry has no cooldown, no timer and no condition on the
market, and the entry itself is a `when` without a cooldown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lang import tree
from .order_flow import Flow
from .program import Machine, State, Template, Transition, Verb
from .readiness import transitions_of
from .reporter import Reporter

_STOPS = ("STOP", "STOP_LIMIT", "TRAILING")


def check(
    reporter: Reporter, machine: Machine, nodes: Sequence[tree.State], templates: Sequence[Template], flow: Flow
) -> None:
    """nodes: the syntax of the states, in the same order."""
    told: set[int] = set()
    for index, state in enumerate(machine.states):
        stops = {t for t in flow.open_in.get(index, ()) if templates[t].reduce_only and templates[t].kind in _STOPS}
        for out in state.transitions if stops else ():
            stop = _stopped(out, stops)
            if stop is None:
                continue
            for entered, number, entry in _entries(machine, out, templates):
                if entry.index in told:
                    continue
                told.add(entry.index)
                left = transitions_of(nodes[index])[state.transitions.index(out)]
                reporter.report(
                    "W0705",
                    transitions_of(nodes[entered])[number].span,
                    f"after the stop `{templates[stop].name}` this may enter again at once",
                    "what it waits for may still hold",
                    also=((left.span, "this way leads back without a pause"),),
                    help=f"add `cooldown 1h;` to state `{machine.states[entered].name}`, or to the way that leads there",
                )


def _stopped(t: Transition, stops: set[int]) -> int | None:
    """The stop order whose end is answered by leaving, without a pause."""
    if t.target is None or t.cooldown is not None:
        return None
    if t.event in ("filled", "closed") and (t.template in stops or t.template is None):
        return t.template if t.template is not None else min(stops)
    return min(stops) if t.event == "flat" else None


def _entries(machine: Machine, out: Transition, templates: Sequence[Template]) -> Iterator[tuple[int, int, Transition]]:
    """The entries that nothing delays: (state, number in it, transition)."""
    seen: set[int] = set()
    waiting = [out.target]
    while waiting:
        index = waiting.pop()
        if index is None or index in seen or machine.states[index].cooldown is not None:
            continue
        seen.add(index)
        state: State = machine.states[index]
        for number, t in enumerate(state.transitions):
            if t.kind == "when" and t.feeds and any(_opens(c.template, c.verb, templates) for c in t.commands):
                yield index, number, t
            elif t.cooldown is None and (t.event == "flat" or (t.kind == "when" and not t.feeds)):
                waiting.append(t.target)


def _opens(template: int | None, verb: Verb, templates: Sequence[Template]) -> bool:
    """One with a trigger waits for the market by itself."""
    if verb is not Verb.SUBMIT or template is None:
        return False
    return not templates[template].reduce_only and templates[template].trigger is None
