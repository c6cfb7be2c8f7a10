"""A kernel that lacks one of its guards is found out: by an invariant on the walk, by the model written by hand, or by the checker."""

import re

import pytest

from stratc.compiler.kernels import KernelError, KernelInterpreter, load_kernel
from tests.stdlib.order_kernel.agreement import CONSTANTS, agree
from tests.stdlib.order_kernel.sources import text
from tests.support.kernel_walk import ROWS, walk

# Who finds out (a world of the walk, the model, the checker), and the beginning of the line that is taken away.
LINES = {
    "a cancel of a held order is sent": ("small", "on cancel_request(m) when phase is HELD"),
    "a cancel of a closed order is sent": ("small", "on cancel_request(m) when phase is CLOSED"),
    "a replace of what is not at the venue is sent": ("small", "on replace_request(m) when not at_venue"),
    "a replace is sent while another is in flight": ("model", "on replace_request(m) when pend_cancel or pend_replace"),
    "a replace may leave nothing of an order": ("model", "on replace_request(m) when m.qty <= cum"),
    "a release is not held against the gate": ("small", "on release(m) when phase is HELD and send_verdict"),
    "a release does not look at the time": ("model", "on release(m) when phase is HELD and expires != 0"),
    "the gate lets pass while locked": ("small", "else if market.locked then LOCKED"),
    "the gate lets pass without a price": ("small", "else if market.ref_px == 0 then NO_REFERENCE"),
    "the gate knows no largest position": ("one order", "else if over_position(more) then OVER_POSITION"),
    "the gate knows no largest order": ("checker", "else if more > gate.max_qty then TOO_LARGE"),
    "the gate knows no collar": ("model", "else if off_collar(p) then OFF_COLLAR"),
    "the gate counts no open orders": ("model", "else if fresh and gate.open >= gate.max_open"),
    "a fill is counted twice": ("checker", "on fill(m) when m.exec_seq <= last_exec"),
    "an overfill does not lock": ("small", "if total > qty           { next market.locked"),
    "a replace ends below what has filled": ("one order", "on replace_ack(m) when new_qty <= cum"),
}
# The same for a part of a line, or for a row and the one that would never be reached after it.
PARTS = {
    "the gate lets pass while killed": ("small", "if gate.killed then KILLED\n else if reduce_only", "if reduce_only"),
    "an exit may be larger than the position": ("small", " else if over_reduced(more, own) then REDUCE_ONLY", ""),
    "a release wakes an order that has ended": (
        "model", "on release(m) when strange(m.id) or not live", "on release(m) when strange(m.id)",
    ),
    "an answer to another replace is taken": (
        "model", "on replace_ack(m) when not pend_replace or m.seq != seq", "on replace_ack(m) when not pend_replace",
    ),
    "the venue is asked for ever": ("model", "on answer when queries < MAX_QUERIES ", "on answer when queries < MAX_QUERIES + 1 "),
    "a cancel is asked for again by the expiry": ("model", "on expiry when at_venue and not cancelling", "on expiry when at_venue"),
    "an ack opens what is closed": (
        "small", "on ack(m) when phase in { PENDING, SUBMITTED } { next phase = WORKING; }\n on ack(m) { }",
        "on ack(m) { next phase = WORKING; }",
    ),
    "a reject closes what has filled": (
        "small", "on reject(m) when at_venue { do close(REJECTED); }\n on reject(m) { }",
        "on reject(m) { do close(REJECTED); }",
    ),
    "a cancel-ack closes what has filled": (
        "small", "on cancel_ack(m) when at_venue { do close(CANCELLED); }\n on cancel_ack(m) { }",
        "on cancel_ack(m) { do close(CANCELLED); }",
    ),
}  # fmt: skip
FINDERS = {
    **{name: finder for name, (finder, _) in LINES.items()},
    **{name: finder for name, (finder, _, _) in PARTS.items()},
}


def named(*finders: str) -> list[str]:
    return [name for name, finder in FINDERS.items() if finder in finders]


def mutated(name: str) -> str:
    if name in LINES:
        lines = text().splitlines(keepends=True)
        kept = [line for line in lines if not line.lstrip().startswith(LINES[name][1])]
        assert len(kept) == len(lines) - 1
        return "".join(kept)
    _, old, new = PARTS[name]
    plain = re.sub(r" +", " ", text())
    assert plain.count(old) == 1
    return plain.replace(old, new)


@pytest.mark.slow
@pytest.mark.parametrize("name", named(*ROWS))
def test_the_walk_finds_a_missing_guard(name: str) -> None:
    broken = walk(mutated(name), FINDERS[name], ("-O1",)).broken
    print(f"{name}: {broken}")
    assert broken


@pytest.mark.slow
@pytest.mark.parametrize("name", named("model"))
def test_the_model_finds_a_missing_guard(name: str) -> None:
    program = load_kernel(mutated(name), "order_kernel.strat", CONSTANTS)
    with pytest.raises(AssertionError):
        agree(lambda: KernelInterpreter(program), program, seed=3, events=10_000)


@pytest.mark.parametrize("name", named("checker"))
def test_the_checker_finds_a_missing_guard(name: str) -> None:
    with pytest.raises(KernelError, match="is never read"):
        load_kernel(mutated(name), "order_kernel.strat", CONSTANTS)
