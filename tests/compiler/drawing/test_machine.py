"""The picture of the machine: every state, every transition in the source's words, the initial state marked."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from stratc.compiler.drawing.machine import START, machine_picture
from tests.compiler.drawing.test_signals import compiled
from tests.support.programs import cross, everything, integer, smallest
from tests.support.random_programs import random_program

NAMES = ["breakout", "ema_cross", "pullback", "rsi_reversion"]


@pytest.mark.parametrize("name", NAMES)
def test_every_transition_is_an_arrow_or_a_line_of_its_state(name: str) -> None:
    made = compiled(name)
    picture = machine_picture(made)
    boxes = {node.id: node for node in picture.nodes}
    for state in made.machine.states:
        for transition in state.transitions:
            words = transition.text.split()
            if transition.target is None:
                assert " ".join(words) in " ".join(" ".join(boxes[f"state_{state.name}"].lines).split())
                continue
            target = made.machine.states[transition.target].name
            without = [word for word in words if word not in ("->", target)]
            labels = [
                " ".join(" ".join(edge.label).split())
                for edge in picture.edges
                if (edge.source, edge.target) == (f"state_{state.name}", f"state_{target}")
            ]
            assert " ".join(without) in labels


def test_conditions_and_actions_stand_in_lines_of_their_own() -> None:
    edges = {(edge.source, edge.target): edge for edge in machine_picture(compiled("ema_cross")).edges}
    up = edges["state_LOOKING", "state_ENTERED"]
    assert up.label == ("when up", "do submit(entry)")
    assert up.title == "LOOKING to ENTERED, line 45: when up -> ENTERED do submit(entry)"


@given(st.integers(0, 10_000))
def test_there_are_as_many_arrows_as_transitions_that_lead_elsewhere(seed: int) -> None:
    made = random_program(seed)
    picture = machine_picture(made)
    states = made.machine.states
    ways = [
        (f"state_{state.name}", f"state_{states[t.target].name}")
        for state in states
        for t in state.transitions
        if t.target is not None and states[t.target] is not state
    ]
    assert Counter((e.source, e.target) for e in picture.edges if e.source != START) == Counter(ways)
    assert [node.id for node in picture.nodes] == [START, *(f"state_{s.name}" for s in states)]


def test_the_initial_state_is_marked_and_the_start_leads_to_it() -> None:
    made = compiled("breakout")
    picture = machine_picture(replace(made, machine=replace(made.machine, initial=1)))
    assert [node.id for node in picture.nodes if node.strong] == ["state_WAITING"]
    assert [edge.target for edge in picture.edges if edge.source == START] == ["state_WAITING"]


def test_a_state_says_its_own_cooldown() -> None:
    made = smallest()
    states = tuple(replace(state, cooldown=integer(600 * 10**9)) for state in made.machine.states)
    picture = machine_picture(replace(made, machine=replace(made.machine, states=states)))
    assert picture.nodes[1].text == ("IDLE", "cooldown 10min")


@pytest.mark.parametrize("made", [cross, everything])
def test_a_program_without_text_still_has_labels(made: object) -> None:
    picture = machine_picture(made())  # type: ignore[operator]
    assert all(edge.label for edge in picture.edges if edge.source != START)
