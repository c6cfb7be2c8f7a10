"""No sequence of bars and fills leads a risk-adding order past a bound, or past a standing rule; flatten ends flat.

A ledger of its own follows frames and reports, and says what each command could lead to at worst.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, strategies as st

from stratc.compiler.interpreter import Output, Report, SendCancel, SendReplace, SendSubmit
from stratc.compiler.program import Bound, Command, Latched, Verb
from tests.support.instants import Run, driver
from tests.support.programs import CLOSE, HOUR, NUMBER, apply, at, command, number, standing, template

CLOSES = range(90, 111)
POSITION, GROSS, NET, NOTIONAL, OPEN, RATE, WINDOW = 25, 3000, 2200, 1200, 4, 6, 3 * HOUR
STALE = 105  # at such a close and above it a guard fires

RISING = apply("sub", CLOSE, number(88.0))
TEMPLATES = (
    template("buy", "BUY", RISING, 0, max_open=3),
    template("sell", "SELL", RISING, 3, max_open=2),
    template("bid", "BUY", number(8.0), 5, price=apply("sub", CLOSE, number(3.0)), max_open=2, children=(4,)),
    template("stop", "SELL", RISING, 7, trigger=apply("add", CLOSE, number(2.0))),
    template("exit", "SELL", Latched(NUMBER, "position"), 8, reduce_only=True, price=number(112.0)),
)
VERBS = (Verb.SUBMIT, Verb.SUBMIT, Verb.SUBMIT, Verb.REPLACE, Verb.CANCEL)


def bounds(clamp: bool) -> tuple[Bound, ...]:
    limits: dict[Any, int] = {"position": POSITION, "gross": GROSS, "net": NET, "notional": NOTIONAL}
    sizes = [Bound(name, number(float(limit)), at(9), name, clamp=clamp) for name, limit in limits.items()]
    open_orders = Bound("open", number(float(OPEN)), at(9), "open_orders")
    return (*sizes, open_orders, Bound("rate", number(float(RATE)), at(9), "order_rate", window=WINDOW))


@dataclass
class Resting:
    sent: SendSubmit
    qty: int
    cum: int = 0
    asked: SendReplace | None = None

    @property
    def leaves(self) -> int:
        return max(self.qty, self.asked.qty if self.asked else 0) - self.cum


@dataclass
class Ledger:
    """What is open, what was sent when, and the position."""

    open: dict[int, Resting] = field(default_factory=dict)
    sent_at: list[int] = field(default_factory=list)
    position: int = 0
    only_position: bool = False

    def take(self, now: int, mark: int, out: Output) -> None:
        """Follows the frames of an instant one after the other and holds each that adds risk to the bounds."""
        for frame in out.frames:
            if not isinstance(frame, SendSubmit | SendReplace | SendCancel):
                continue
            self.sent_at.append(now)
            if isinstance(frame, SendSubmit):
                self.open[frame.order] = Resting(frame, frame.qty)
                if not frame.reduce_only:
                    assert len(self.open) <= OPEN or self.only_position
                    self._hold(frame.side, frame.qty, max(mark, frame.px, frame.trigger), now)
            elif isinstance(frame, SendReplace):
                order = self.open[frame.order]
                added, order.asked = frame.qty - order.qty, frame
                if added > 0 and not order.sent.reduce_only:
                    self._hold(order.sent.side, added, max(mark, frame.px, frame.trigger), now)

    def _hold(self, side: str, lots: int, price: int, now: int) -> None:
        buys, sells = (sum(o.leaves for o in self.open.values() if o.sent.side == s) for s in ("BUY", "SELL"))
        worst = abs(self.position + buys) if side == "BUY" else abs(self.position - sells)
        assert worst <= POSITION
        if self.only_position:
            return
        assert worst * price <= NET
        assert max(abs(self.position + buys), abs(self.position - sells)) * price <= GROSS
        assert lots * price <= NOTIONAL
        assert sum(now - WINDOW < sent <= now for sent in self.sent_at) <= RATE

    def answer(self, now: int, pick: int, part: int, price: int) -> Report | None:
        """The venue's word on one of the open orders."""
        if not self.open:
            return None
        order = list(self.open.values())[pick % len(self.open)]
        sent, more = order.sent, {}
        event: Any = "FILL"
        if order.asked is not None and part % 2:
            order.qty, event, more = order.asked.qty, "REPLACE_ACK", {"qty": order.asked.qty, "px": order.asked.px}
            order.asked = None
        elif part == 0:
            event = "CLOSE"
            del self.open[sent.order]
        else:
            lots = max(1, (order.qty - order.cum) * part // 10)
            order.cum += lots
            self.position += lots if sent.side == "BUY" else -lots
            more = {"last_qty": lots, "last_px": price}
        if event != "CLOSE" and order.cum >= order.qty:
            del self.open[sent.order]
        return Report(now, event, sent.order, sent.template, sent.side, position_after=self.position, **more)


def orders(verbs: tuple[Verb, ...] = VERBS, templates: int = len(TEMPLATES)) -> Any:
    choice = st.builds(command, st.sampled_from(verbs), st.integers(0, templates - 1))
    return st.lists(choice, min_size=1, max_size=3)


def moves() -> Any:
    bar = st.tuples(st.just("bar"), st.sampled_from(CLOSES), st.just(0))
    answer = st.tuples(st.just("answer"), st.integers(0, 9), st.integers(0, 10))
    return st.lists(st.one_of(bar, answer), max_size=60)


Table = dict[int, list[Command]]
TABLES = st.dictionaries(st.sampled_from(CLOSES), orders(), min_size=10)


def play(run: Run, ledger: Ledger, steps: list[tuple[str, int, int]]) -> None:
    mark = 0
    for kind, first, second in steps:
        if kind == "bar":
            mark = first
            out = run.bar(first)
        else:
            report = ledger.answer(run.now, first, second, max(mark, 1))
            if report is None:
                continue
            out = run.step(report)
        ledger.take(run.now, mark, out)
        assert run.interpreter.position == ledger.position


@given(TABLES, moves(), st.booleans())
def test_no_order_that_adds_risk_can_lead_past_a_bound(table: Table, steps: Any, clamp: bool) -> None:
    run = Run(driver(table, templates=TEMPLATES, bounds=bounds(clamp)))
    play(run, Ledger(), steps)


GROWING = st.dictionaries(st.sampled_from(CLOSES), orders((Verb.SUBMIT, Verb.REPLACE), 1), min_size=10)


@given(GROWING, st.lists(st.sampled_from(CLOSES), min_size=3, max_size=20))
def test_what_a_replace_in_flight_asks_for_counts_too(table: Table, closes: list[int]) -> None:
    run = Run(driver(table, templates=TEMPLATES, bounds=bounds(clamp=False)[:1]))
    play(run, Ledger(only_position=True), [("bar", close, 0) for close in closes])


@given(TABLES, moves())
def test_while_a_standing_rule_fires_nothing_that_adds_risk_is_sent(table: Table, steps: Any) -> None:
    guard = standing("guard", condition=apply("lt", CLOSE, number(float(STALE))))
    run, ledger = Run(driver(table, templates=TEMPLATES, standing=(guard,))), Ledger()
    close = 0
    for step in steps:
        before = {order.sent.order: order.qty for order in ledger.open.values()}
        close = step[1] if step[0] == "bar" else close
        play_unbound(run, ledger, step, close)
        if close < STALE:
            continue
        assert all(frame.reduce_only for frame in run.of(SendSubmit))
        reducing = {order.sent.order for order in ledger.open.values() if order.sent.reduce_only}
        grown = [f for f in run.of(SendReplace) if f.order not in reducing and f.qty > before.get(f.order, 0)]
        assert grown == []


def play_unbound(run: Run, ledger: Ledger, step: tuple[str, int, int], mark: int) -> None:
    """One step; only what is open and the position are followed."""
    run.last = Output()
    if step[0] == "bar":
        run.bar(step[1])
    elif (report := ledger.answer(run.now, step[1], step[2], max(mark, 1))) is not None:
        run.step(report)
    for frame in run.last.frames:
        if isinstance(frame, SendSubmit):
            ledger.open[frame.order] = Resting(frame, frame.qty)
        elif isinstance(frame, SendReplace):
            ledger.open[frame.order].asked = frame


@given(TABLES, moves())
def test_flatten_ends_flat_where_the_venue_fills(table: Table, steps: Any) -> None:
    run, ledger = Run(driver(table, templates=TEMPLATES)), Ledger()
    close = 0
    for step in steps:
        close = step[1] if step[0] == "bar" else close
        play_unbound(run, ledger, step, close)
    run.control("flatten")
    for _ in range(100):
        if not run.interpreter.flatten.runs:
            break
        settle(run, ledger, max(close, 1))
    interpreter = run.interpreter
    assert (interpreter.position, interpreter.slots.open(), interpreter.flat) == (0, [], True)
    assert interpreter.state == "ONLY"


def settle(run: Run, ledger: Ledger, price: int) -> None:
    """The venue cancels what is to be cancelled and fills the closing order; else time passes."""
    for frame in run.of(SendSubmit):
        ledger.open[frame.order] = Resting(frame, frame.qty)
    if not ledger.open:
        run.due()
        return
    order = next(iter(ledger.open.values()))
    is_closing = order.sent.template == len(TEMPLATES)
    report = ledger.answer(run.now, 0, 10 if is_closing else 0, price)
    assert report is not None
    run.step(report)
