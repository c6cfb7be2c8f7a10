"""Parser and checker take any text: no traceback, no hang, every finding can be shown. `make fuzz` goes on for ten minutes."""

import random
from collections.abc import Callable

import pytest

from tests.fuzz.judge import fault
from tests.fuzz.texts import DAMAGES, sources
from tests.mutation.mutate import Program

SEED = 20
TEXTS = 150  # of each kind of damage: about half a minute in all


@pytest.fixture(scope="module")
def programs() -> list[Program]:
    return sources()


@pytest.mark.slow
@pytest.mark.parametrize("damage", dict.fromkeys(DAMAGES), ids=lambda damage: damage.__name__)
def test_a_damaged_text_is_refused_or_taken_but_never_breaks_the_compiler(
    damage: Callable[[list[Program], random.Random], str], programs: list[Program]
) -> None:
    choose = random.Random(f"{SEED} {damage.__name__}")
    texts = [damage(programs, choose) for _ in range(TEXTS)]
    assert {text: found for text in texts if (found := fault(text)) is not None} == {}
    assert len(set(texts)) > TEXTS // 2
