"""What each bound on commands promises, asked of every command that was sent and every fill that came (semantics.md 5f)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.risk.replay import DOLLAR, LOT, Order, Step

Check = Callable[[Iterable[Step]], Iterator[str]]  # what is wrong, if anything


def price_of(step: Step, order: Order) -> int:
    """The dearest that the order could make a lot."""
    return max(step.books.mark, order.px, order.trigger)


def adding(steps: Iterable[Step]) -> Iterator[tuple[Step, Order]]:
    for step in steps:
        if step.adds:
            assert step.order is not None
            yield step, step.order


@dataclass(frozen=True)
class Position:
    """After every fill, and with all open orders of a side filled."""

    lots: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step in steps:
            worst = max(abs(step.books.position), step.books.gross())
            if worst > self.lots:
                yield f"{step}: {worst} lots could be held, more than {self.lots}"


@dataclass(frozen=True)
class Gross:
    dollars: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step, order in adding(steps):
            if step.books.gross() * price_of(step, order) * LOT > self.dollars * DOLLAR:
                yield f"{step}: gross above {self.dollars}"


@dataclass(frozen=True)
class Net:
    dollars: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step, order in adding(steps):
            if step.books.worst(order.side) * price_of(step, order) * LOT > self.dollars * DOLLAR:
                yield f"{step}: net above {self.dollars}"


@dataclass(frozen=True)
class Leverage:
    times: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step, order in adding(steps):
            if step.books.gross() * price_of(step, order) * LOT > self.times * step.books.equity:
                yield f"{step}: more than {self.times} times the equity"


@dataclass(frozen=True)
class Notional:
    """Of an order when it is sent; of a replace the lots that it adds, which is what the order kernel's TOO_RICH looks at too."""

    dollars: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step, order in adding(steps):
            lots = order.qty if order.asked is None else max(0, order.asked - order.qty)
            if lots * price_of(step, order) * LOT > self.dollars * DOLLAR:
                yield f"{step}: an order of more than {self.dollars}"


@dataclass(frozen=True)
class Collar:
    """Of limit prices, of orders that only reduce too. share: of the mark."""

    share: float

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step in steps:
            if step.kind in ("submit", "replace") and step.order is not None and step.order.px:
                mark = step.books.mark
                if abs(step.order.px - mark) > self.share * mark:
                    yield f"{step}: a limit price further than {self.share} from the mark"


@dataclass(frozen=True)
class OpenOrders:
    most: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        for step, _ in adding(steps):
            count = sum(not order.flattens for order in step.books.orders.values())
            if step.kind == "submit" and count > self.most:
                yield f"{step}: {count} orders are open, more than {self.most}"


@dataclass(frozen=True)
class OrderRate:
    """Every command counts; a cancel or an order that only reduces may exceed the rate, what adds risk may not. window: ns."""

    most: int
    window: int

    def __call__(self, steps: Iterable[Step]) -> Iterator[str]:
        sent: list[int] = []
        for step in steps:
            if step.kind in ("submit", "replace", "cancel"):
                sent = [at for at in sent if at > step.now - self.window] + [step.now]
                if step.adds and len(sent) > self.most:
                    yield f"{step}: command {len(sent)} in {self.window} ns"
