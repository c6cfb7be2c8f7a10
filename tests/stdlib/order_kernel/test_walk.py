"""Every message in every state of small worlds of orders: every invariant holds on every edge, and every row of the kernel is run."""

from typing import Any

import pytest

from tests.stdlib.order_kernel.sources import order_kernel, text
from tests.support.kernel_walk import ROWS, Walk, walk

NOT_WALKED = {"limits/1", "contract/1"}  # they set what is the same all over a world
WORLDS = [world for world in ROWS if world != "small"]


@pytest.fixture(scope="module")
def walks() -> dict[str, Walk]:
    return {world: walk(text(), world) for world in WORLDS}


@pytest.mark.slow
def test_no_message_in_any_state_breaks_an_invariant(walks: dict[str, Walk], golden: Any) -> None:
    assert {world: found.broken for world, found in walks.items() if found.broken} == {}
    lines = [f"{w}: {f.states} states, {f.edges} edges, diameter {f.diameter}\n" for w, f in walks.items()]
    print(*lines, sep="")
    assert "".join(lines) == golden("walk.txt")


@pytest.mark.slow
def test_the_worlds_together_run_every_row_of_the_kernel(walks: dict[str, Walk]) -> None:
    met = frozenset().union(*(found.rows for found in walks.values()))
    assert {label for label, _ in order_kernel().rows if label not in met} == NOT_WALKED
