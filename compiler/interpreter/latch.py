"""The inputs of an instant that are not of the dataflow: account, orders, events, and how long ago the feed's last bar was."""

from __future__ import annotations

from ..program import Latched, Program
from .account import Account, scaled
from .calendar import Calendar, calendar_of
from .dataflow import Value
from .reports import Reports
from .slots import Slots


class Latch:
    """`begin` copies what a command of the same instant could change."""

    def __init__(self, program: Program, account: Account, slots: Slots, reports: Reports) -> None:
        self.program, self.account, self.slots, self.reports = program, account, slots, reports
        self.calendars = [calendar_of(instrument) for instrument in program.instruments]
        self.now = 0
        self.ticked_at: list[int | None] = [None] * len(program.feeds)
        self.started_at: int | None = None
        self._fills: dict[int, tuple[float, float | None]] = {}
        self._open_orders = 0

    def begin(self, now: int) -> None:
        """After the input was latched."""
        self.now = now
        self._fills = {index: self._fill(index) for index in range(len(self.program.templates))}
        self._open_orders = self.slots.count

    def _fill(self, template: int) -> tuple[float, float | None]:
        """What the template filled, and at what average price."""
        lots = self.slots.filled(template)
        if lots == 0:
            return 0.0, None
        holding = self.account.holdings[self.program.templates[template].instrument]
        price = float(self.slots.value(template)) / float(lots) * scaled(1, holding.instrument.price)
        return holding.in_base(lots), price

    def aged_since(self, feed: int) -> int | None:
        ticked = self.ticked_at[feed]
        return self.started_at if ticked is None else ticked

    def _age(self, feed: int) -> int:
        since = self.aged_since(feed)
        return 0 if since is None else self.calendar_of_feed(feed).elapsed(since, self.now)

    def calendar_of_feed(self, feed: int) -> Calendar:
        return self.calendars[self.program.feeds[feed].instrument]

    def latched(self, expr: Latched) -> Value:
        account, template = self.account, -1 if expr.template is None else expr.template
        match expr.name:
            case "flat":
                return self.reports.flat
            case "position":
                holding = account.holdings[expr.instrument or 0]
                return holding.in_base(holding.position)
            case "equity" | "cash" | "realised" | "fees":
                return account.in_quote(getattr(account, expr.name))
            case "net":
                return account.in_quote(account.net(expr.instrument))
            case "exposure":
                return account.in_quote(account.exposure(expr.instrument))
            case "cum":
                return self._fills[template][0]
            case "avg_px":
                return self._fills[template][1]
            case "open_orders":
                return self._open_orders
            case "age":
                return self._age(expr.feed)
            case "in_session":
                return self.calendars[expr.instrument or 0].is_open(self.now)
            case "filled" | "closed":
                return (expr.name, template) in self.reports.happened[expr.clock]
            case "warm":
                raise AssertionError("the dataflow knows by itself whether it is warm")
