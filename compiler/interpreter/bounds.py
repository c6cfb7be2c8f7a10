"""Pre-trade bounds: what a risk-adding command could lead to at worst, against the limits (semantics.md 5f)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..program import Bound, Expr, Program, Scale, Side
from .account import Account, Holding
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
        self.templates, self.account, self.slots = program.templates, account, slots
        self.bounds, self.evaluate = program.bounds, evaluate
        self.sent_at: list[int] = []

    def check(self, candidate: Candidate, now: int, out: Output) -> tuple[int, bool]:
        """The lots after every clamp, and whether they may go; one record per bound that was evaluated."""
        lots = candidate.fields.qty
        for index, bound in enumerate(self.bounds):
            if not self._applies(bound, candidate):
                continue
            worst, limit = self._worst(bound, candidate, lots, now), self._limit(bound, candidate)
            allowed = lots if worst <= limit else self._clamped(bound, candidate, lots, limit)
            verdict = REJECT if allowed is None else PASS if allowed == lots else CLAMP
            payload = (min(worst, LARGEST), limit, candidate.template, allowed or 0)
            out.records.append(Record("risk", index, candidate.line, verdict, payload))
            if allowed is None:
                return lots, False
            lots = allowed
        return lots, True

    def _of(self, candidate: Candidate) -> int:
        return self.templates[candidate.template].instrument

    def _holding(self, candidate: Candidate) -> Holding:
        return self.account.holdings[self._of(candidate)]

    def _applies(self, bound: Bound, candidate: Candidate) -> bool:
        if bound.instrument not in (None, self._of(candidate)):
            return False
        if bound.measure == "collar":
            return candidate.fields.px != 0
        if bound.measure == "open_orders" and not candidate.is_new:
            return False
        return not candidate.reduce_only

    # ---- what is measured

    def _price(self, candidate: Candidate) -> int:
        return max(self._holding(candidate).mark, candidate.fields.px, candidate.fields.trigger)

    def _base(self, side: Side, instrument: int) -> int:
        """The position toward a side with all its open orders filled."""
        held = self.account.holdings[instrument].position
        return (held if side == "BUY" else -held) + self.slots.leaves(side, instrument)

    def _lots(self, bound: Bound, candidate: Candidate, lots: int) -> int:
        """Of the candidate's own instrument; signed where other instruments may balance them."""
        of = self._of(candidate)
        own = self._base(candidate.side, of) + lots
        match bound.measure:
            case "notional":
                return lots
            case "gross" | "leverage":
                return max(abs(own), abs(self._base(_other(candidate.side), of)))
            case "net":
                return own
            case _:
                return abs(own)

    def _rest(self, bound: Bound, candidate: Candidate) -> int | None:
        """Of a measure of the account, the part of the other instruments, at their marks; None: one that counts has no price yet, or is
        beyond all measure."""
        if bound.instrument is not None or bound.measure not in ("gross", "leverage", "net"):
            return 0
        total = 0
        for index, holding in enumerate(self.account.holdings):
            if index != self._of(candidate):
                lots = self._toward(bound, candidate.side, index)
                if lots and not holding.mark:
                    return None
                part = holding.notional(lots, holding.mark)
                if abs(part) > LARGEST:
                    return None
                total += part
        return total

    def _toward(self, bound: Bound, side: Side, instrument: int) -> int:
        own, other = self._base(side, instrument), self._base(_other(side), instrument)
        return own if bound.measure == "net" else max(abs(own), abs(other))

    def _worst(self, bound: Bound, candidate: Candidate, lots: int, now: int) -> int:
        match bound.measure:
            case "position":
                return self._lots(bound, candidate, lots)
            case "collar":
                mark = self._holding(candidate).mark
                return abs(candidate.fields.px - mark) if mark else LARGEST
            case "open_orders":
                return self.slots.count + 1
            case "order_rate":
                sent = sum(now - bound.window < at <= now for at in self.sent_at)
                return min(sent, self._limit(bound, candidate)) + 1  # so that nobody need remember more
            case _:
                return self._worth(bound, candidate, lots)

    def _worth(self, bound: Bound, candidate: Candidate, lots: int) -> int:
        """Money that the account would have at stake."""
        rest, price = self._rest(bound, candidate), self._price(candidate)
        if rest is None or not price:
            return LARGEST
        own = self._holding(candidate).notional(self._lots(bound, candidate, lots), price)
        return LARGEST if abs(own) > LARGEST else abs(rest + own)

    def _limit(self, bound: Bound, candidate: Candidate) -> int:
        limit, holding = self.evaluate(bound.limit), self._holding(candidate)
        match bound.measure:
            case "position":
                return limit_steps(limit, holding.instrument.lot)
            case "collar":
                return (
                    limit_share(limit, holding.mark) if bound.relative else limit_steps(limit, holding.instrument.price)
                )
            case "open_orders" | "order_rate":
                return limit_steps(limit, Scale(1, 0))
            case "leverage":
                return limit_share(limit, self.account.equity)
            case _:
                return limit_steps(limit, self.account.money)

    # ---- clamp

    def _clamped(self, bound: Bound, candidate: Candidate, lots: int, limit: int) -> int | None:
        """The largest quantity that keeps the limit; None where the rule rejects or there is none."""
        if not bound.clamp or bound.measure not in SIZES or not candidate.is_new:
            return None
        fits = limit
        if bound.measure != "position":
            price, rest = self._price(candidate), self._rest(bound, candidate)
            if price == 0 or rest is None:
                return None
            fits = (limit - rest) // self._holding(candidate).notional(1, price)
        if bound.measure != "notional":
            fits -= self._base(candidate.side, self._of(candidate))
        if not (1 <= fits <= lots and candidate.at_least(fits)):
            return None
        worst = (
            self._lots(bound, candidate, fits) if bound.measure == "position" else self._worth(bound, candidate, fits)
        )
        return fits if worst <= limit else None


def _other(side: Side) -> Side:
    return "SELL" if side == "BUY" else "BUY"
