"""Pre-trade bounds: what a risk-adding command could lead to at worst, against the limits (semantics.md 5f)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..program import Bound, Expr, Program, Scale, Side
from .account import Account
from .dataflow import Value
from .messages import Output, Record
from .rounding import limit_share, limit_steps
from .slots import Fields, Slots

LARGEST = 2**63 - 1
PASS, REJECT, CLAMP = 0, 1, 2
SIZES = ("position", "gross", "net", "notional")  # which a smaller quantity makes smaller: those can be clamped


@dataclass(frozen=True, slots=True)
class Candidate:
    """What would be sent: a new order, or the part that a replace adds. at_least: whether a quantity passes the minimum."""

    template: int
    side: Side
    fields: Fields
    reduce_only: bool
    is_new: bool
    line: int
    at_least: Callable[[int], bool]


class Bounds:
    """sent_at: when each command frame went out."""

    def __init__(self, program: Program, account: Account, slots: Slots, evaluate: Callable[[Expr], Value]) -> None:
        self.instrument, self.account, self.slots = program.instrument, account, slots
        self.bounds, self.evaluate = program.bounds, evaluate
        self.sent_at: list[int] = []

    def check(self, candidate: Candidate, now: int, out: Output) -> tuple[int, bool]:
        """The lots after every clamp, and whether they may go; one record per bound that was evaluated."""
        lots = candidate.fields.qty
        for index, bound in enumerate(self.bounds):
            if not self._applies(bound, candidate):
                continue
            worst, limit = self._worst(bound, candidate, lots, now), self._limit(bound)
            allowed = lots if worst <= limit else self._clamped(bound, candidate, lots, limit)
            verdict = REJECT if allowed is None else PASS if allowed == lots else CLAMP
            payload = (min(worst, LARGEST), limit, candidate.template, allowed or 0)
            out.records.append(Record("risk", index, candidate.line, verdict, payload))
            if allowed is None:
                return lots, False
            lots = allowed
        return lots, True

    def _applies(self, bound: Bound, candidate: Candidate) -> bool:
        if bound.measure == "collar":
            return candidate.fields.px != 0
        if bound.measure == "open_orders" and not candidate.is_new:
            return False
        return not candidate.reduce_only

    # ---- what is measured

    def _price(self, candidate: Candidate) -> int:
        return max(self.account.mark, candidate.fields.px, candidate.fields.trigger)

    def _base(self, side: Side) -> int:
        """The position toward a side with all its open orders filled."""
        position = self.account.position if side == "BUY" else -self.account.position
        return position + self.slots.leaves(side)

    def _lots(self, bound: Bound, candidate: Candidate, lots: int) -> int:
        own = abs(self._base(candidate.side) + lots)
        if bound.measure == "notional":
            return lots
        if bound.measure in ("gross", "leverage"):
            return max(own, abs(self._base("SELL" if candidate.side == "BUY" else "BUY")))
        return own

    def _worst(self, bound: Bound, candidate: Candidate, lots: int, now: int) -> int:
        match bound.measure:
            case "position":
                return self._lots(bound, candidate, lots)
            case "collar":
                mark = self.account.mark
                return abs(candidate.fields.px - mark) if mark else LARGEST
            case "open_orders":
                return self.slots.count + 1
            case "order_rate":
                sent = sum(now - bound.window < at <= now for at in self.sent_at)
                return min(sent, self._limit(bound)) + 1  # so that nobody need remember more
            case _:
                price = self._price(candidate)
                return self.account.notional(self._lots(bound, candidate, lots), price) if price else LARGEST

    def _limit(self, bound: Bound) -> int:
        limit = self.evaluate(bound.limit)
        match bound.measure:
            case "position":
                return limit_steps(limit, self.instrument.lot)
            case "collar":
                return (
                    limit_share(limit, self.account.mark)
                    if bound.relative
                    else limit_steps(limit, self.instrument.price)
                )
            case "open_orders" | "order_rate":
                return limit_steps(limit, Scale(1, 0))
            case "leverage":
                return limit_share(limit, self.account.equity)
            case _:
                return limit_steps(limit, Scale(1, self.instrument.money_decimals))

    # ---- clamp

    def _clamped(self, bound: Bound, candidate: Candidate, lots: int, limit: int) -> int | None:
        """The largest quantity that keeps the limit; None where the rule rejects or there is none."""
        if not bound.clamp or bound.measure not in SIZES or not candidate.is_new:
            return None
        fits = limit
        if bound.measure != "position":
            price = self._price(candidate)
            if price == 0:
                return None
            fits = limit // self.account.notional(1, price)
        if bound.measure != "notional":
            fits -= self._base(candidate.side)
        if not (1 <= fits <= lots and candidate.at_least(fits)):
            return None
        return fits if self._lots(bound, candidate, fits) * self._unit(bound, candidate) <= limit else None

    def _unit(self, bound: Bound, candidate: Candidate) -> int:
        return 1 if bound.measure == "position" else self.account.notional(1, self._price(candidate))
