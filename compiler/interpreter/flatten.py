"""The procedure `flatten`: cancel everything, then close the position by market orders until flat (semantics.md, Risk rules)."""

from __future__ import annotations

from .messages import ACCOUNT_WIDE, FLATTEN_VERB, Output, Record
from .orders import Orders
from .reports import Reports
from .timers import SECOND, Timers

OFF, CANCELLING, CLOSING = 0, 1, 2


class Flatten:
    def __init__(self, orders: Orders, reports: Reports, timers: Timers) -> None:
        self.orders, self.reports, self.timers = orders, reports, timers
        self.phase = OFF

    @property
    def runs(self) -> bool:
        return self.phase != OFF

    def start(self, line: int, out: Output) -> None:
        """Its owner calls `advance` at once."""
        holdings = self.orders.account.holdings
        payload = (0, 0, 0, holdings[0].position if len(holdings) == 1 else 0)
        out.records.append(Record("command", ACCOUNT_WIDE, line, FLATTEN_VERB, payload))
        self.phase = CANCELLING
        self.timers.disarm_machine()
        self.orders.cancel(None, line, out)
        self._wait()

    def advance(self, timer: int | None, out: Output) -> bool:
        """One step on; whether the end was reached. timer: the one that fired in this instant."""
        still_open, fired = bool(self.orders.slots.open()), timer == self.timers.flatten
        if not still_open and self.reports.flat:
            self.phase = OFF
            self.timers.disarm(self.timers.flatten)
            return True
        if (self.phase == CANCELLING and not still_open) or fired:
            self.phase = CLOSING
            self._close(out)
        return False

    def _close(self, out: Output) -> None:
        """A denial, and what an order leaves open, is tried again when the timer comes due."""
        for index, template in enumerate(self.orders.templates):
            position = self.orders.account.holdings[template.instrument].position
            if template.reserved and position != 0 and self.orders.slots.free(index) is not None:
                self.orders.close_position(index, out)
        self._wait()

    def _wait(self) -> None:
        self.timers.arm(self.timers.flatten, self.orders.now + SECOND)
