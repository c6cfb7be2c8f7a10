"""The strategy kernel's runtime in C: latching, money in integers, the checks of a submit, bounds: against plain Python integers."""

import re
import subprocess
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from stratc.compiler.interpreter.calendar import Calendar
from stratc.runtime.schemas.frames import MESSAGES
from stratc.targets.cpu.artifact import KERNEL_SOURCES
from tests.support.native import build_driver, open_library

DRIVER = Path(__file__).resolve().parents[1] / "support" / "drive_kernel.c"
SHIM = "../../tests/support/kernel_shim"
FFI, KERNEL = open_library(
    [*KERNEL_SOURCES, f"{SHIM}.c"], ["../schemas/frames.h", "base.h", "kernel.h", "view.h", "rounding.h", f"{SHIM}.h"]
)

BUY, SELL = 0, 1
MARKET, STOP = 0, 2
GTC = 1
ACK, FILL, CLOSE, DENY, REPLACE_ACK = 0, 1, 2, 3, 4
WORKING, CLOSED = 4, 5
WHY = {"OK": 0, "NA": 1, "RANGE": 2, "MIN_QTY": 3, "SLOT": 4, "RISK": 5, "REDUCE_ONLY": 6}
EVENTS = {"partial": 1, "filled": 2, "closed": 4, "denied": 8, "late": 16, "flat": 32}
MONEY = 10  # money units of a lot times a price unit


@dataclass
class Kernel:
    """Two templates (entry: BUY MARKET, 2 slots; exit: SELL STOP reduce-only, 1 slot), a position bound, and its buffers."""

    bound: int = 1000
    core: Any = field(init=False)

    def __post_init__(self) -> None:
        self.core = FFI.new("stratc_core *")
        self.core.flat = 1
        self.core.account.capital = self.core.account.equity = 10**12
        self.slots, self.held = FFI.new("stratc_slot[3]"), FFI.new("stratc_holding *")
        self.instrument = FFI.new("stratc_instrument *")
        self.instrument.price = (1, 2)
        self.instrument.lot = (1, 3)
        self.instrument.tick, self.instrument.money_per_unit, self.instrument.money_decimals = 5, MONEY, 8
        self.instrument.min_qty, self.instrument.max_qty, self.instrument.min_notional = 2, 10**6, 0
        self.instrument.lot_units = 1000
        self.templates = FFI.new("stratc_template[2]")
        for index, values in enumerate([(BUY, MARKET, 0, 0, 2), (SELL, STOP, 1, 2, 1)]):
            t = self.templates[index]
            t.side, t.kind, t.reduce_only, t.first_slot, t.max_open = values
            t.tif, t.sibling = GTC, -1
        self.frames, self.records = FFI.new("stratc_frame[8]"), FFI.new("stratc_record[16]")
        self.output = FFI.new(
            "stratc_output *",
            {"frames": self.frames, "frame_capacity": 8, "records": self.records, "record_capacity": 16},
        )
        self.bounds, self.limits = FFI.new("stratc_bound *"), FFI.new("stratc_limit *", {"steps": self.bound})
        self.plan = FFI.new(
            "stratc_plan *",
            {
                "instruments": self.instrument, "instrument_count": 1, "templates": self.templates, "template_count": 2,
                "bounds": self.bounds, "bound_count": 1, "slot_count": 3, "rows": 16,
            },
        )  # fmt: skip
        self.view = FFI.new(
            "stratc_view *",
            {
                "plan": self.plan, "core": self.core, "holdings": self.held, "slots": self.slots, "limits": self.limits,
                "output": self.output,
            },
        )  # fmt: skip
        self.seq = 0

    def begin(self, kind: int = 4) -> None:
        self.seq += 1
        self.input = FFI.new("stratc_input *", {"seq": self.seq, "now": self.seq * 10, "kind": kind})
        KERNEL.shim_begin(self.core, self.input, self.output)

    def bar(self, close: int) -> None:
        self.begin()
        bar = FFI.new("stratc_bar *", {"close_px": close})
        KERNEL.shim_latch_bar(self.core, self.instrument, self.held, bar)

    def submit(self, template: int, qty: float | None, trigger: float | None = None) -> Any:
        """Sends an order; the last frame made."""
        self.begin()
        optional = [(0.0, 0) if x is None else (x, 1) for x in (qty, trigger)]
        fields = FFI.new("stratc_fields *", {"qty": optional[0], "trigger": optional[1]})
        KERNEL.stratc_submit(self.view, template, fields, 7)
        return self.frames[self.output.frame_count - 1] if self.output.frame_count else None

    def leaves(self, side: int) -> int:
        return int(KERNEL.shim_open_leaves(self.view, side))

    def report(self, order: int, event: int, **fields: int) -> set[str]:
        """Latches a report; the events it raised."""
        self.begin(kind=2)
        frame = FFI.new("stratc_frame *")
        frame.header.type = 32
        frame.report.id, frame.report.event = order, event
        frame.report.position_after = self.held.position
        for name, value in fields.items():
            setattr(frame.report, name, value)
        KERNEL.stratc_latch_report(self.core, self.plan, self.held, self.slots, frame)
        return {name for name, bit in EVENTS.items() if self.core.events & bit}

    def fill(self, order: int, side: int, qty: int, price: int, fee: int = 0) -> set[str]:
        after = self.held.position + (qty if side == BUY else -qty)
        return self.report(order, FILL, side=side, last_qty=qty, last_px=price, fee=fee, position_after=after)


def test_an_order_is_rounded_to_lots_and_counts_at_once() -> None:
    kernel = Kernel()
    kernel.bar(100)
    frame = kernel.submit(0, 0.0129)
    assert (frame.header.type, frame.submit.qty, frame.submit.id) == (16, 12, 16)
    assert kernel.leaves(BUY) == 12


@pytest.mark.parametrize(
    ("qty", "why"),
    [
        (None, "NA"),
        (float("nan"), "RANGE"),
        (float("inf"), "RANGE"),
        (1e9, "RANGE"),
        (0.001, "MIN_QTY"),
        (0.0, "MIN_QTY"),
        (-0.5, "MIN_QTY"),
    ],
)
def test_a_quantity_that_cannot_be_sent_is_denied(qty: float | None, why: str) -> None:
    kernel = Kernel()
    kernel.bar(100)
    frame = kernel.submit(0, qty)
    assert (frame.header.type, frame.report.event, frame.report.why) == (32, DENY, WHY[why])
    assert kernel.leaves(BUY) == 0
    assert kernel.report(frame.report.id, DENY) == {"denied"}


def test_checks_come_in_their_order() -> None:
    kernel = Kernel(bound=10)
    kernel.bar(100)
    assert kernel.submit(0, 0.011).report.why == WHY["RISK"]
    assert kernel.submit(0, 0.005).header.type == 16
    assert kernel.submit(0, 0.006).report.why == WHY["RISK"]
    assert kernel.submit(0, 0.005).header.type == 16  # the bound itself is allowed
    assert kernel.submit(0, 0.002).report.why == WHY["SLOT"]
    assert kernel.submit(1, 0.002, 0.5).report.why == WHY["REDUCE_ONLY"]
    assert kernel.submit(1, 0.002, None).report.why == WHY["NA"]
    assert kernel.submit(1, 0.002, float("nan")).report.why == WHY["RANGE"]


def test_minimum_notional_uses_the_trigger_of_a_stop_and_else_the_mark() -> None:
    kernel = Kernel()
    kernel.instrument.min_notional = 10 * 100 * MONEY
    kernel.bar(100)
    assert kernel.submit(0, 0.009).report.why == WHY["MIN_QTY"]
    assert kernel.submit(0, 0.010).header.type == 16


def test_stop_triggers_round_to_the_safe_side() -> None:
    kernel = Kernel()
    kernel.bar(100)
    order = kernel.submit(0, 0.010).submit.id
    kernel.fill(order, BUY, 10, 100)
    assert kernel.submit(1, 0.005, 0.998).submit.trigger == 95  # a sell's goes down


@given(st.integers(-(10**12), 10**12), st.integers(0, 8), st.integers(1, 50), st.sampled_from([-1, 0, 1]))
def test_a_number_on_the_grid_stays_there(steps: int, decimals: int, multiple: int, direction: int) -> None:
    out = FFI.new("int64_t *")
    exact = Fraction(steps * multiple, 10**decimals)
    assert KERNEL.stratc_round_steps(float(exact), (1, decimals), multiple, direction, 2**62, out)
    assert out[0] == steps * multiple


# Up to 2^31 steps, the most a frame carries: far above, doubles lie further apart than the snap.
@given(st.floats(-2e4, 2e4), st.integers(0, 5), st.sampled_from([-1, 0, 1]))
def test_a_number_off_the_grid_goes_the_way_it_was_told(x: float, decimals: int, direction: int) -> None:
    out = FFI.new("int64_t *")
    assert KERNEL.stratc_round_steps(x, (1, decimals), 1, direction, 2**62, out)
    exact = Fraction(x) * 10**decimals
    assert abs(out[0] - exact) < 1 + Fraction(1, 100_000)
    snapped = abs(exact - round(exact)) <= Fraction(2, 10**6)
    if not snapped and direction < 0:
        assert out[0] <= exact
    if not snapped and direction > 0:
        assert out[0] >= exact
    if not snapped and direction == 0:
        assert abs(out[0]) <= abs(exact)


def test_reports_raise_their_events() -> None:
    kernel = Kernel()
    kernel.bar(100)
    order = kernel.submit(0, 0.010).submit.id
    assert kernel.report(order, ACK) == set()
    assert kernel.fill(order, BUY, 4, 100) == {"partial"}
    assert kernel.fill(order, BUY, 6, 101) == {"filled", "closed"}
    assert kernel.core.flat == 0
    stop = kernel.submit(1, 0.010, 0.9).submit.id
    assert kernel.fill(stop, SELL, 10, 90) == {"filled", "closed", "flat"}
    assert kernel.fill(stop, SELL, 1, 90) == {"late"}
    assert kernel.held.position == -1
    assert kernel.report(order, CLOSE) == set()


def test_a_closed_order_frees_its_slot() -> None:
    kernel = Kernel()
    kernel.bar(100)
    first, second = (kernel.submit(0, 0.010).submit.id for _ in range(2))
    assert kernel.report(first, CLOSE) == {"closed"}
    assert kernel.submit(0, 0.010).header.type == 16
    assert kernel.report(second, DENY) == {"denied"}
    assert kernel.core.flat == 0  # the third is open


def test_a_position_that_differs_from_the_order_kernels_is_a_fault() -> None:
    kernel = Kernel()
    kernel.bar(100)
    order = kernel.submit(0, 0.010).submit.id
    kernel.report(order, FILL, side=BUY, last_qty=10, last_px=100, position_after=9)
    assert kernel.core.fault == 1


def test_money_that_leaves_64_bits_is_a_fault() -> None:
    kernel = Kernel()
    kernel.instrument.money_per_unit = 2**40
    kernel.fill(1, BUY, 2**20, 2**30)
    assert kernel.core.fault == 2


def test_sums_of_money_that_leave_62_bits_are_faults() -> None:
    """Each amount fits; what it is added to does not hold it: fees, cost, the value of an order's fills, equity."""
    near = 2**62 - 1
    for part, fee, price in (("fees", 1, 1), ("cost", 0, 1), ("capital", -1000, 1), ("realised", -1000, 1)):
        kernel = Kernel()
        setattr(kernel.core.account if part == "capital" else kernel.held, part, near)
        kernel.fill(1, BUY, 1, price, fee)
        assert kernel.core.fault == 2, part
    kernel = Kernel()
    kernel.bar(100)
    order = kernel.submit(0, 0.010).submit.id
    kernel.slots[0].value = near
    kernel.fill(order, BUY, 1, 1)
    assert kernel.core.fault == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"event": 10},
        {"template": 2},
        {"side": 2},
        {"last_qty": -1},
        {"last_qty": 2**30},
        {"last_px": -1},
        {"last_px": 2**31},
        {"fee_currency": 2},
        {"fee_currency": 1, "fee": -1},
        {"fee_currency": 1, "fee": 2**30 * 1000},
        {"event": 4, "qty": 2**30},
        {"event": 4, "px": -1},
    ],
)
def test_a_report_with_a_field_out_of_range_is_a_fault_and_moves_nothing(fields: dict[str, int]) -> None:
    kernel = Kernel()
    kernel.report(16, **{"event": FILL, "last_qty": 1, "last_px": 1, "position_after": 1, **fields})
    assert (kernel.core.fault, kernel.held.position, kernel.held.cost) == (4, 0, 0)


@example(1e9, None, 0)
@given(st.floats() | st.none(), st.floats() | st.none(), st.integers(0, 1))
def test_every_frame_made_keeps_the_ranges_of_its_message(
    qty: float | None, trigger: float | None, template: int
) -> None:
    """Else the log of a run that asked for too much could not be read back."""
    kernel = Kernel()
    kernel.bar(100)
    frame = kernel.submit(template, qty, trigger)
    name, _, _, fields = MESSAGES[frame.header.type]
    body = getattr(frame, name)
    for field_name, _, count, low, high in fields:
        for value in getattr(body, field_name) if count else [getattr(body, field_name)]:
            assert low is None or value >= low, field_name
            assert high is None or value <= high, field_name


def test_a_number_whose_steps_pass_64_bits_is_out_of_range() -> None:
    """2^64 steps and 3384: it must not come back as 3384."""
    out = FFI.new("int64_t *")
    assert not KERNEL.stratc_round_steps(184467440737095550.0, (1, 2), 5000, 1, 2**31 - 1, out)


def test_noise_finds_no_undefined_behaviour() -> None:
    program = build_driver(DRIVER, list(KERNEL_SOURCES))
    done = subprocess.run([program, "200000"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    counts = dict(re.findall(r"(\w+) (\d+)", done.stdout))
    assert counts.keys() == {"position", "money", "output", "report", "sent", "replaced", "cancelled", "denied"}
    assert all(int(count) > 100 for count in counts.values()), done.stdout  # it went everywhere


def test_output_beyond_its_buffers_is_a_fault_and_not_an_overrun() -> None:
    kernel = Kernel()
    kernel.bar(100)
    kernel.output.frame_capacity = 0
    kernel.submit(0, 0.010)
    assert kernel.core.fault == 3


TRADES = st.lists(
    st.tuples(st.sampled_from([BUY, SELL]), st.integers(1, 500), st.integers(1, 5000), st.integers(0, 99)), max_size=30
)


@given(TRADES, st.integers(1, 5000))
def test_money_is_conserved_to_the_last_unit(trades: list[tuple[int, int, int, int]], close: int) -> None:
    """capital + realised - cost = cash paid and received, whatever the order of fills; equity adds the position at the mark."""
    kernel = Kernel()
    position = cash = fees = 0
    for side, qty, price, fee in trades:
        kernel.fill(1, side, qty, price, fee)
        signed = qty if side == BUY else -qty
        position, cash, fees = position + signed, cash - signed * price * MONEY, fees + fee
    kernel.bar(close)
    account = kernel.core.account
    assert (kernel.held.position, account.fees, kernel.core.fault) == (position, fees, 0)
    assert account.realised - account.cost == cash
    assert account.equity == account.capital + cash - fees + position * close * MONEY
    if position == 0:
        assert account.cost == 0


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["buy", "fill", "part", "close", "exit"]), st.integers(1, 40)), max_size=40
)


@given(ACTIONS, st.integers(2, 60))
def test_no_sequence_of_orders_can_pass_the_bound(actions: list[tuple[str, int]], bound: int) -> None:
    kernel = Kernel(bound=bound)
    kernel.bar(100)
    for action, size in actions:
        live = [s for s in kernel.slots if s.open]
        if action == "buy":
            kernel.submit(0, size / 1000)
        elif action == "exit":
            kernel.submit(1, size / 1000, 0.5)
        elif live and action == "close":
            kernel.report(live[0].order_id, CLOSE)
        elif live:
            slot = live[0]
            left = slot.stands.qty - slot.cum
            kernel.fill(slot.order_id, slot.side, left if action == "fill" else min(left, size), 100)
        worst = kernel.held.position + kernel.leaves(BUY)
        assert worst <= bound
        assert kernel.leaves(SELL) <= max(0, kernel.held.position)
        assert kernel.core.fault == 0


def test_the_earliest_timer_wins_and_ties_go_to_the_lowest() -> None:
    never, timer = 2**63 - 1, FFI.new("int32_t *")
    for deadlines, expected in (([never, never], (never, -1)), ([5, 3, 3], (3, 1)), ([never, 9], (9, 1))):
        assert (KERNEL.stratc_earliest(FFI.new("int64_t[]", deadlines), len(deadlines), timer), timer[0]) == expected


def test_a_replace_to_no_more_than_is_filled_ends_the_order_as_a_last_fill_does() -> None:
    for qty, phase, ends in ((5, WORKING, False), (4, WORKING, True), (5, CLOSED, True)):
        kernel = Kernel()
        kernel.bar(100)
        order = kernel.submit(0, 0.010).submit.id
        assert kernel.fill(order, BUY, 4, 100) == {"partial"}
        slot = kernel.slots[0]
        slot.in_flight = slot.has_wish = 1
        assert kernel.report(order, REPLACE_ACK, qty=qty, phase=phase) == ({"filled", "closed"} if ends else set())
        assert (slot.open, slot.has_wish, kernel.core.answered) == ((0, 0, 0) if ends else (1, 1, 1))
        assert kernel.leaves(BUY) == (0 if ends else 1)


SESSIONS = ((1000, 2000), (2500, 3000), (3000, 3200), (9000, 9001))
DAYS = ((1000, 2000), (2500, 3200), (9000, 9001))
TIMES = st.integers(0, 10_000)


@given(TIMES, TIMES, st.integers(-5, 3000), st.sampled_from(["always", "sessions", "days of several sessions"]))
def test_session_time_is_that_of_the_interpreter(a: int, b: int, span: int, kind: str) -> None:
    since, now = sorted((a, b))
    instrument = FFI.new("stratc_instrument *")
    sessions, days = (FFI.new("stratc_session[]", spans) for spans in (SESSIONS, DAYS))
    calendar = Calendar(() if kind == "always" else SESSIONS, DAYS if kind == "days of several sessions" else ())
    if kind != "always":
        instrument.sessions, instrument.session_count = sessions, len(SESSIONS)
    if kind == "days of several sessions":
        instrument.days, instrument.day_count = days, len(DAYS)
    assert KERNEL.stratc_in_session(instrument, now) == calendar.is_open(now)
    assert KERNEL.stratc_session_time(instrument, since, now) == calendar.elapsed(since, now)
    assert KERNEL.stratc_session_deadline(instrument, since, span) == calendar.reached(since, span)
    assert KERNEL.stratc_next_boundary(instrument, now) == calendar.next_boundary(now)
    assert KERNEL.stratc_day_end(instrument, now) == calendar.day_end(now)
    last = KERNEL.stratc_last_of_day(instrument, now)
    assert calendar.day(last) == calendar.day(now)
    assert last == 2**63 - 1 or calendar.day(last + 1) != calendar.day(now)


MINUTE = 60_000_000_000
STEPS = st.lists(st.tuples(st.sampled_from([0, 1, MINUTE // 2, MINUTE, 3 * MINUTE]), st.integers(-9, 9)), max_size=60)


@given(STEPS, st.sampled_from([1, MINUTE, 3 * MINUTE // 2, 5 * MINUTE]))
def test_the_highest_equity_is_that_of_the_minutes_the_window_touches(
    steps: list[tuple[int, int]], window: int
) -> None:
    capacity = window // MINUTE + 2
    state = FFI.new("int64_t[]", 2 + 2 * capacity)
    now, seen = 7 * MINUTE, []
    for elapsed, equity in steps:
        now += elapsed
        seen.append(((now - 1) // MINUTE, equity))
        expected = max(e for minute, e in seen if minute >= (now - window) // MINUTE)
        assert KERNEL.shim_highest(state, capacity, now, window, equity) == expected
