"""A finished run told again from its two logs and its bars, with books of its own: no code of the risk layer is used.

Integers: quantities in lots of 0.1, prices in dollars, money in units of 10^-8 dollars.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stratc.runtime.logs import read_log
from stratc.runtime.schemas.frames import ENUMS, MESSAGES
from tests.risk.markets import Bar

DOLLAR = 10**8
LOT = DOLLAR // 10  # what a lot is worth at a price of one
FRAME_HEAD = 32
COUNTER = 0  # the one signal that is logged counts the bars


@dataclass
class Order:
    """asked: the total of a replace in flight."""

    side: str
    reduce_only: bool
    flattens: bool
    qty: int
    px: int
    trigger: int
    cum: int = 0
    asked: int | None = None

    @property
    def leaves(self) -> int:
        return max(self.qty, self.asked or 0) - self.cum


@dataclass
class Books:
    """What the strategy can know. cash: with the fees taken off. trips: what each round trip earned, fees taken off."""

    cash: int
    position: int = 0
    mark: int = 0
    orders: dict[int, Order] = field(default_factory=dict)
    trips: list[int] = field(default_factory=list)
    trip_base: int | None = None

    @property
    def equity(self) -> int:
        return self.cash + self.position * self.mark * LOT

    def leaves(self, side: str) -> int:
        return sum(order.leaves for order in self.orders.values() if order.side == side)

    def worst(self, side: str) -> int:
        """The position toward a side with all its open orders filled."""
        return (self.position if side == "BUY" else -self.position) + self.leaves(side)

    def gross(self) -> int:
        return max(self.worst("BUY"), self.worst("SELL"))


@dataclass(frozen=True)
class Step:
    """One thing that happened, and the books after it. kind: bar, submit, replace, cancel, report. adds: adds risk."""

    seq: int
    now: int
    kind: str
    books: Books
    frame: dict[str, Any] = field(default_factory=dict)
    order: Order | None = None
    adds: bool = False

    def __str__(self) -> str:
        fields = {name: value for name, value in self.frame.items() if value and name in SHOWN}
        books = self.books
        held = f"position {books.position}, mark {books.mark}, equity {books.equity}"
        return f"seq {self.seq} at {self.now}: {self.kind} {fields}, {held}"


SHOWN = set("id side kind qty px trigger template event reduce_only last_qty last_px why reason".split())


@dataclass(frozen=True)
class Run:
    """flattener: the template that `flatten` uses, the last one."""

    folder: Path
    bars: list[Bar]
    capital: int
    flattener: int

    def steps(self) -> Iterator[Step]:
        books = Books(self.capital * DOLLAR)
        for seq, now, kind, content in sorted(self._events(), key=lambda event: event[0]):
            if kind == "bar":
                books.mark = self.bars[content].close
                assert now >= self.bars[content].end
                yield Step(seq, now, "bar", books)
            elif kind == "report":
                _report(books, content)
                yield Step(seq, now, "report", books, content)
            else:
                adds, order = self._command(books, kind, content)
                yield Step(seq, now, kind, books, content, order, adds)

    def verdicts(self, rule: int) -> list[tuple[int, str]]:
        """(now, verdict) of every record of a rule."""
        records = read_log(self.folder / "strategy.log")
        return [(r["now"], r["verdict"]) for r in records if r["kind"] == "RISK" and r["rule"] == rule]  # type: ignore[misc]

    def _events(self) -> Iterator[tuple[int, int, str, Any]]:
        """Of one instant the input first, then what it sent; sorting by seq keeps that."""
        for record in read_log(self.folder / "strategy.log"):
            if record["kind"] == "SIGNAL" and record["signal"] == COUNTER:
                yield record["seq"], record["now"], "bar", int(record["value"])  # type: ignore[misc, call-overload]
        for record in read_log(self.folder / "order.log", decode_frame=decoded):
            frame: Any = record["frame"]
            yield record["seq"], record["now"], frame["frame"], frame  # type: ignore[misc]

    def _command(self, books: Books, kind: str, frame: dict[str, Any]) -> tuple[bool, Order | None]:
        """Whether it adds risk: an order that isn't reduce-only; of such a one more lots or another price."""
        if kind == "submit":
            flattens = frame["template"] == self.flattener
            order = Order(frame["side"], frame["reduce_only"], flattens, frame["qty"], frame["px"], frame["trigger"])
            books.orders[frame["id"]] = order
            return not order.reduce_only, order
        order = books.orders[frame["id"]]
        if kind != "replace":
            return False, order
        moved = (frame["px"], frame["trigger"]) != (order.px, order.trigger)
        order.asked, order.px, order.trigger = frame["qty"], frame["px"], frame["trigger"]
        return not order.reduce_only and (moved or frame["qty"] > order.qty), order


def _report(books: Books, frame: dict[str, Any]) -> None:
    order, event = books.orders.get(frame["id"]), frame["event"]
    if event == "FILL":
        _fill(books, frame)
    if order is None:
        return
    if event == "FILL":
        order.cum += frame["last_qty"]
    if event == "REPLACE_ACK":
        order.qty, order.asked, order.px = frame["qty"], None, frame["px"]
    if event == "REPLACE_REJECT":
        order.asked, order.px = None, frame["px"]
    if event in ("CLOSE", "DENY") or (order.cum >= order.qty and event in ("FILL", "REPLACE_ACK")):
        del books.orders[frame["id"]]


def _fill(books: Books, frame: dict[str, Any]) -> None:
    """A fill that turns the position ends one round trip and begins the next; the whole fee is of the one that ends."""
    lots = frame["last_qty"] if frame["side"] == "BUY" else -frame["last_qty"]
    before = books.position
    if books.trip_base is None:
        books.trip_base = books.cash
    books.position += lots
    books.cash -= lots * frame["last_px"] * LOT + frame["fee"]
    assert frame["position_after"] == books.position
    if books.position == 0 or before * books.position < 0:
        closed_at = books.cash + books.position * frame["last_px"] * LOT
        books.trips.append(closed_at - books.trip_base)
        books.trip_base = None if books.position == 0 else closed_at


_BODIES = {code: (name, struct.Struct(layout), fields) for code, (name, _, layout, fields) in MESSAGES.items()}


def decoded(frame: bytes) -> dict[str, Any]:
    """A frame's fields; enums as their names."""
    name, body, fields = _BODIES[struct.unpack_from("<H", frame, 2)[0]]
    values = body.unpack_from(frame, FRAME_HEAD)
    found = {"frame": name}
    for (field_name, kind, *_), value in zip(fields, values, strict=False):
        found[field_name] = ENUMS[kind][value] if kind in ENUMS else value
    return found
