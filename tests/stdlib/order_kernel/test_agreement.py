"""The kernel and a model written by hand from docs/order-kernel.md say and hold the same after any messages."""

from collections import Counter

import pytest

from stratc.compiler.kernels import KernelInterpreter, KernelProgram
from stratc.compiler.kernels.outcomes import edges, outcomes
from tests.stdlib.order_kernel.agreement import CONSTANTS, Agreement, agree
from tests.stdlib.order_kernel.sources import Compiled, order_kernel

NEVER_MET = {("replace_ack", "PENDING", "CLOSED")}
"""Told by the rows, but what fills an order whose replace is on its way has made it SUBMITTED: an invariant, not a condition."""


def rows_missed(program: KernelProgram, hits: Counter[str]) -> list[str]:
    return [label for label, _ in program.rows if not hits[label]]


def show(found: Agreement, program: KernelProgram, messages: int) -> None:
    count, (event, state) = found.least
    missed = rows_missed(program, found.row_hits)
    print(
        f"{messages} messages, {sum(found.met.values())} steps; rarest pair: {event} in {state}, {count} times;"
        f" rows {len(program.rows) - len(missed)} of {len(program.rows)}"
    )


@pytest.mark.parametrize("messages", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_the_c_agrees_with_the_model_and_every_pair_and_row_is_met(messages: int) -> None:
    program = order_kernel(CONSTANTS)
    found = agree(Compiled(program), program, seed=1, events=messages)
    show(found, program, messages)
    assert found.least[0] >= messages // 10_000
    assert rows_missed(program, found.row_hits) == []
    told = outcomes(program, "slot", "phase")
    assert {move for move in found.moves if move[2] not in told[move[0]][move[1]].after} == set()
    claimed = {(event, *edge) for edge, events in edges(told).items() for event in events}
    assert claimed - set(found.moves) == NEVER_MET


def test_the_interpreter_agrees_with_the_model() -> None:
    program = order_kernel(CONSTANTS)
    agree(lambda: KernelInterpreter(program), program, seed=2, events=4_000)
