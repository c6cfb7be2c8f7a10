"""The inputs of an instant that are not of the dataflow: account, orders, events, and how long ago the feed's last bar was."""

from __future__ import annotations

from ..program import Latched, Program
from .account import Account, scaled
from .calendar import Calendar
from .dataflow import Value
from .reports import Reports
from .slots import Slots


class Latch:
    """`begin` copies what a command of the same instant could change."""

    def __init__(self, program: Program, account: Account, slots: Slots, reports: Reports) -> None:
        self.program, self.account, self.slots, self.reports = program, account, slots, reports
        self.calendar = Calendar(program.instrument.sessions)
        self.now = 0
        self.ticked_at: int | None = None
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
        price = float(self.slots.value(template)) / float(lots) * scaled(1, self.program.instrument.price)
        return self.account.in_base(lots), price

    @property
    def aged_since(self) -> int | None:
        return self.started_at if self.ticked_at is None else self.ticked_at

    def _age(self) -> int:
        return 0 if self.aged_since is None else self.calendar.elapsed(self.aged_since, self.now)

    def latched(self, expr: Latched) -> Value:
        account, template = self.account, -1 if expr.template is None else expr.template
        match expr.name:
            case "flat":
                return self.reports.flat
            case "position":
                return account.in_base(account.position)
            case "equity" | "cash" | "realised" | "fees":
                return account.in_quote(getattr(account, expr.name))
            case "net" | "exposure":
                value = account.in_quote(account.notional(account.position, account.mark))
                return value if expr.name == "net" else abs(value)
            case "cum":
                return self._fills[template][0]
            case "avg_px":
                return self._fills[template][1]
            case "open_orders":
                return self._open_orders
            case "age":
                return self._age()
            case "in_session":
                return self.calendar.is_open(self.now)
            case "filled" | "closed":
                return (expr.name, template) in self.reports.happened
            case "warm":
                raise AssertionError("the dataflow knows by itself whether it is warm")
