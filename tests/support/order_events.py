"""Random messages for the order kernel that know its state: mostly what could happen next, often what should not.

The state is read from the hand-written model that runs beside the kernel. Quantities, prices and times are small, so that every
combination of phase and pending bits is met by every event.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.order_model import OrderModel
from tests.support.order_model_state import AT_VENUE, PRICED, TRIGGERED, Phase, Reason, Row, Tif

ANSWER_TIME = 20
GENEROUS = {
    "max_qty": 50, "max_notional": 9_000, "collar": 9, "max_open": 50, "max_position": 5_000, "pace": 0, "burst": 0,
}  # fmt: skip
REFERENCE = 100

# What comes to an order, by how often: rarely what ends it, so that orders live long enough to gather pending requests.
OFTEN = {
    "cancel_request": 4, "replace_request": 6, "cancel_reject": 3, "replace_ack": 3, "replace_reject": 2, "fill": 4, "status_report": 3,
    "triggered": 2, "ack": 1, "venue_closed": 1, "cancel_ack": 1, "reject": 1, "submit": 1,
}  # fmt: skip
WORLD = {
    "heartbeat": 6, "limits": 4, "reference": 8, "unlock": 15, "kill": 3, "disconnect": 5, "contract": 1,
}  # fmt: skip


class OrderEvents:
    """next(): the name, time and fields of a message; enumerations by their codes."""

    def __init__(self, random: Random, model: OrderModel) -> None:
        self.random, self.model = random, model
        self.now = 1_000
        self._makers: dict[str, Callable[[Row, int], dict[str, Any]]] = {
            "submit": self._submit,
            "replace_request": self._replace,
            "fill": self._fill,
            "cancel_request": lambda row, id: {"id": id, "tag": row.tag},
            "cancel_reject": lambda row, id: {"id": id, "unknown_order": self._chance(0.3)},
            "replace_ack": self._seq,
            "replace_reject": self._seq,
            "venue_closed": lambda row, id: {"id": id, "reason": self.random.choice(list(Reason)).value},
            "status_report": self._status,
        }

    def next(self) -> tuple[str, int, dict[str, Any]]:
        self._pass_time()
        if self.model.gate.killed and self._chance(0.3):
            return "kill", self.now, {"engaged": False}
        if self._rare() and self._chance(0.06):
            return (
                ("disconnect", self.now, {})
                if self._chance(0.7)
                else ("kill", self.now, {"engaged": self._chance(0.5)})
            )
        if self._chance(0.12):
            name = self._pick(WORLD)
            return name, self.now, self._world(name)
        parent = self._parent() if self._chance(0.15) else None
        row = parent or self._row()
        name = "fill" if parent else self._event(row)
        index = self.model.rows.index(row) if row.id == 0 else row.id % self.model.slots
        id = self._next_id(index) if name == "submit" else self._id(row, index)
        maker = self._makers.get(name)
        return name, self.now, maker(row, id) if maker else {"id": id}

    # ---- choices

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _pick(self, weights: dict[str, int]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def _pass_time(self) -> None:
        draw = self.random.random()
        if draw > 0.998:
            self.now += 100
        elif draw > 0.985:
            self.now += ANSWER_TIME
        elif draw > 0.6:
            self.now += self.random.randint(1, 3)

    def _rare(self) -> list[Row]:
        """Orders in states that seldom last."""
        return [row for row in self.model.rows if row.pend_replace and row.phase in (Phase.PENDING, Phase.SUBMITTED)]

    def _row(self) -> Row:
        if (rare := self._rare()) and self._chance(0.5):
            return self.random.choice(rare)
        at_venue = [row for row in self.model.rows if row.phase in AT_VENUE]
        return self.random.choice(at_venue if at_venue and self._chance(0.7) else self.model.rows)

    def _parent(self) -> Row | None:
        """An order whose next fill releases or raises another."""
        live = {row.id for row in self.model.rows if row.live()}
        return next((row for row in self.model.rows if row.phase in AT_VENUE and row.child_a in live), None)

    def _event(self, row: Row) -> str:
        if row.phase is Phase.CLOSED and self._chance(0.8):
            return "submit"
        if row.phase is Phase.HELD and self._chance(0.2):
            return "cancel_request"
        if row.phase in (Phase.PENDING, Phase.SUBMITTED) and not row.pend_replace and self._chance(0.2):
            return "replace_request"
        if row.pend_replace and (row.pend_cancel or row.unknown):  # everything that may come now does, equally often
            return self.random.choice(list(OFTEN))
        if row.pend_replace and self._chance(0.2):
            return "cancel_request"
        return self._pick(OFTEN)

    def _id(self, row: Row, index: int) -> int:
        """Mostly the row's, else of an earlier or later order, or none."""
        if self._chance(0.94):
            return row.id
        slots = self.model.slots
        return self.random.choice([max(0, row.id - slots), row.id + slots, index, 0])

    def _next_id(self, index: int) -> int:
        slots = self.model.slots
        generation = self.model.rows[index].id // slots
        if self._chance(0.95):
            return (generation + self.random.choice([1, 1, 1, 2])) * slots + index
        return self.random.choice([max(0, generation - 1), generation, 0]) * slots + index

    # ---- fields

    def _prices(self, kind: int) -> tuple[int, int]:
        near = REFERENCE + self.random.randint(-4, 4)
        px, trigger = near if kind in PRICED else 0, REFERENCE if kind in TRIGGERED else 0
        return (px, trigger) if self._chance(0.99) else (near, trigger) if px == 0 else (0, trigger)

    def _expires(self, tif: int) -> int:
        fits = self.now + self.random.randint(1, 60) if tif in (Tif.DAY, Tif.GTD) else 0
        return fits if self._chance(0.97) else self.random.choice([0, self.now, self.now + 5])

    def _submit(self, row: Row, id: int) -> dict[str, Any]:
        draw, slots = self.random, self.model.slots
        kind = draw.choice((0, 1, 1, 1, 2, 3, 4, 5, 6))
        tif = draw.choice(
            (Tif.GTC, Tif.GTC, Tif.GTC, Tif.GTC, Tif.DAY, Tif.GTD, Tif.IOC, Tif.FOK, Tif.AT_OPEN, Tif.AT_CLOSE)
        )
        px, trigger = self._prices(kind)
        symbol = draw.choice((0, 0, 0, 1))
        position = self.model.instruments[symbol].position
        reduce_only = self._chance(0.15 if position == 0 else 0.4)
        reducing = 1 if position > 0 else 0
        side = reducing if reduce_only and self._chance(0.8) else draw.randint(0, 1)
        others = [self._other(i) for i in range(slots) if i != id % slots]
        held = [row.id for row in self.model.rows if row.phase is Phase.HELD and row.id != id]
        links = [draw.choice(others) if self._chance(0.25) else 0 for _ in range(3)]
        links[1] = draw.choice(held) if held and self._chance(0.8) else links[1]
        if self._chance(0.01):
            links[draw.randint(0, 2)] = id
        return {
            "id": id, "symbol": symbol, "side": side, "kind": kind, "tif": int(tif),
            "qty": draw.choice((1, 2, 3, 4, 5, 6, 8, 0) if self._chance(0.1) else (8,) if links[1] else (2, 3, 4, 6, 8)),
            "px": px, "trigger": trigger, "post_only": self._chance(0.1), "reduce_only": reduce_only, "expires": self._expires(tif),
            "held": self._chance(0.15), "sibling": links[0], "child_a": links[1], "child_b": links[2], "tag": draw.randint(0, 3),
        }  # fmt: skip

    def _other(self, index: int) -> int:
        """The live order of a row, else the one that may come."""
        row = self.model.rows[index]
        return row.id if row.live() else (row.id // self.model.slots + 1) * self.model.slots + index

    def _replace(self, row: Row, id: int) -> dict[str, Any]:
        px, trigger = self._prices(row.kind)
        expires = self._expires(row.tif) if self._chance(0.2) else 0
        qty = max(0, row.qty + self.random.choice((-3, -2, -1, 0, 0, 1, 2, 3)))
        return {"id": id, "qty": qty, "px": px, "trigger": trigger, "expires": expires, "tag": row.tag}

    def _seq(self, row: Row, id: int) -> dict[str, Any]:
        return {"id": id, "seq": row.seq if self._chance(0.85) else (row.seq + self.random.randint(1, 255)) % 256}

    def _status(self, row: Row, id: int) -> dict[str, Any]:
        cum = max(0, row.cum + self.random.choice((0, 0, 0, -1, 1, 2)))
        reason = self.random.choice(list(Reason)).value
        return {"id": id, "open": self._chance(0.8), "reason": reason, "cum": cum}

    def _fill(self, row: Row, id: int) -> dict[str, Any]:
        draw = self.random
        symbol = row.symbol if self._chance(0.98) else draw.randint(0, 1)
        side = int(row.side) if self._chance(0.98) else draw.randint(0, 1)
        lot_units = self.model.instruments[symbol].lot_units
        qty = draw.choice((1, 1, 1, 1, 2, 3, 0))
        has_cum = self._chance(0.4)
        cum = max(0, row.cum + (qty if self._chance(0.8) else draw.choice((-1, 0, 3)))) if has_cum else 0
        return {
            "id": id, "symbol": symbol, "side": side, "tag": row.tag,
            "exec_seq": max(0, row.last_exec + draw.choice((1, 1, 1, 1, 1, 1, 2, 0, -1))), "qty": qty,
            "px": REFERENCE + draw.randint(-5, 5), "fee": draw.randint(-2, 9), "in_base": self._chance(0.4),
            "fee_lots": draw.choice((0, 0, 0, 1)), "fee_rest": draw.randint(0, max(0, lot_units - 1)), "liquidity": draw.randint(1, 2),
            "has_cum": has_cum, "cum": cum,
        }  # fmt: skip

    def _world(self, name: str) -> dict[str, Any]:
        draw = self.random
        match name:
            case "limits":
                tight = {
                    "max_qty": 3,
                    "max_notional": 300,
                    "collar": 1,
                    "max_open": 2,
                    "max_position": 5,
                    "pace": 9,
                    "burst": 20,
                }
                one = draw.choice(list(tight))
                pace = {"pace": 9, "burst": 20} if one in ("pace", "burst") else {one: tight[one]}
                return GENEROUS if self._chance(0.7) else {**GENEROUS, **pace}
            case "reference":
                return {
                    "symbol": draw.randint(0, 1),
                    "px": REFERENCE + draw.randint(-2, 2) if self._chance(0.93) else 0,
                }
            case "unlock":
                return {"symbol": draw.randint(0, 1)}
            case "contract":
                return {"symbol": draw.randint(0, 1), "lot_units": draw.choice((0, 5, 10))}
            case "kill":
                return {"engaged": self._chance(0.5)}
            case _:
                return {}
