"""A second opinion on the order kernel: docs/order-kernel.md written again by hand, as plain classes and ifs.

It shares no code with the compiler or with the kernel's text. A test feeds both the same messages and compares outputs and state.
"""

from collections import deque
from dataclasses import asdict, replace
from typing import Any

from tests.support.order_model_state import (
    FILL_ONLY,
    FROM_VENUE,
    MAX_LOTS,
    MAX_POSITION,
    MIN_POSITION,
    NEVER,
    NOT_ORDER,
    PRICED,
    TRIGGERED,
    Event,
    Fields,
    Gate,
    Instrument,
    Outputs,
    Pair,
    Phase,
    Reason,
    Row,
    Side,
    Tif,
    Why,
)


class OrderModel:
    def __init__(self, slots: int = 16, instruments: int = 8, answer_time: int = 2_000_000_000, max_queries: int = 3):
        self.slots, self.answer_time, self.max_queries = slots, answer_time, max_queries
        self.rows = [Row() for _ in range(slots)]
        self.instruments = [Instrument() for _ in range(instruments)]
        self.gate = Gate()
        self.now = 0
        self.outputs: Outputs = []
        self.own_reports: list[Fields] = []
        self.posts: deque[tuple[str, Fields]] = deque()
        self.key: Pair = "none"

    @property
    def state(self) -> Fields:
        """Everything that lasts; sums over rows are computed, so that a kernel which keeps them can be compared."""
        instruments = []
        for symbol, instrument in enumerate(self.instruments):
            sums = {"buying": self.leaves(symbol, Side.BUY), "selling": self.leaves(symbol, Side.SELL)}
            sums["exit_buying"] = self.leaves(symbol, Side.BUY, exits=True)
            sums["exit_selling"] = self.leaves(symbol, Side.SELL, exits=True)
            instruments.append({**asdict(instrument), **sums})
        gate = {**asdict(self.gate), "open": self.open()}
        return {"now": self.now, "rows": [asdict(row) for row in self.rows], "instruments": instruments, "gate": gate}

    def pair(self) -> Pair:
        """State of the addressed row before the last message: "foreign" if the id is not the row's, "none" without an id."""
        return self.key

    def step(self, name: str, time: int, fields: Fields) -> Outputs:
        self.outputs = []
        self.now = max(self.now, time)
        self.fire_timers()
        if name in NOT_ORDER:
            self.key = "none"
            getattr(self, "on_" + name)(fields)
        else:
            row = self.rows[fields["id"] % self.slots]
            self.key = (row.phase, row.pend_cancel, row.pend_replace, row.unknown)
            if self.stranger(row, fields):
                self.key = "foreign"
            self.meet(name, fields["id"] % self.slots, fields)
        return self.outputs

    # ---- how a row is met

    def stranger(self, row: Row, f: Fields) -> bool:
        return row.phase == Phase.FREE or row.id != f["id"]

    def meet(self, name: str, index: int, f: Fields, posted: bool = False) -> None:
        """One row meets one message; then what follows from the change, then the posts (unless they are being handled)."""
        row = self.rows[index]
        before = replace(row)
        if name in (*FROM_VENUE, "status_report") and (row.phase == Phase.HELD or self.stranger(row, f)):
            self.refuse(row, f, Event.NOTICE, Why.STALE_ORDER)
        else:
            getattr(self, "on_" + name)(row, f)
        self.follow(row, before)
        while self.posts and not posted:
            post, fields = self.posts.popleft()
            self.meet(post, fields["id"] % self.slots, fields, posted=True)

    def follow(self, row: Row, before: Row) -> None:
        self.set_answer_timer(row, before)
        if before.phase != Phase.WORKING and row.phase == Phase.WORKING:
            self.report(Event.ACK)
        if row.was_triggered and not before.was_triggered:
            self.report(Event.TRIGGERED)
        if row.unknown and not before.unknown:
            self.report(Event.UNKNOWN)
        ended = before.live() and row.phase == Phase.CLOSED
        if ended and row.cum < before.qty and row.reason != Reason.DENIED:
            self.report(Event.CLOSE)
        for fields in self.own_reports:  # every report shows the order as the step left it
            for name in ("id", "tag", "side", "phase", "reason", "cum", "qty", "px", "was_triggered"):
                fields[name] = getattr(row, name)
            fields["position_after"] = self.instruments[row.symbol].position
        self.own_reports = []
        self.post_links(row, before, ended)

    def set_answer_timer(self, row: Row, before: Row) -> None:
        cancel_opened = row.pend_cancel and not before.pend_cancel
        replace_opened = row.pend_replace and not before.pend_replace
        question_opened = row.unknown and not before.unknown
        opened = cancel_opened or replace_opened or question_opened
        if not row.waits() or self.given_up(row):
            row.answer_at = NEVER
        elif not before.waits() or opened or row.queries != before.queries:
            row.answer_at = min(self.now + self.answer_time, NEVER)

    def post_links(self, row: Row, before: Row, ended: bool) -> None:
        grew = row.id == before.id and row.cum > before.cum
        if ended and row.reason != Reason.DENIED:
            self.post("link_cancel", row.sibling)
        for child in (row.child_a, row.child_b):
            if grew:
                self.post("release", child, row.cum)
        for child in (row.child_a, row.child_b):
            if ended and row.cum == 0:
                self.post("orphan", child)
        if before.pend_replace and not row.pend_replace:
            if row.wish > row.qty:
                self.post("release", row.id, row.wish)
            row.wish = 0

    def post(self, name: str, id: int, qty: int = 0) -> None:
        if id != 0:
            self.posts.append((name, {"id": id, "qty": qty}))

    def send(self, name: str, **fields: Any) -> None:
        self.outputs.append((name, fields))

    def report(self, event: Event, why: Why = Why.OK, **fill: Any) -> None:
        """A report on the order in the row; follow() completes it."""
        fields = {**FILL_ONLY, "event": event, "why": why, **fill}
        self.own_reports.append(fields)
        self.outputs.append(("report", fields))

    def report_absent(self, row: Row, f: Fields, event: Event, why: Why, **fill: Any) -> None:
        """A report on an order that is not in its row."""
        shows_qty = event in (Event.DENY, Event.REPLACE_REJECT) or why == Why.DUPLICATE
        fields = {
            **FILL_ONLY,
            "event": event,
            "why": why,
            "id": f["id"],
            "tag": f.get("tag", 0),
            "side": f.get("side", Side.BUY),
        }
        fields["phase"] = Phase.CLOSED
        fields["reason"] = Reason.DENIED if event == Event.DENY else Reason.NONE
        fields["cum"] = f["cum"] if event == Event.FILL and f["has_cum"] else 0
        fields["qty"] = f["qty"] if shows_qty else 0
        fields["px"] = f["px"] if shows_qty else 0
        fields["was_triggered"] = False
        fields["position_after"] = self.instruments[f.get("symbol", row.symbol)].position
        self.outputs.append(("report", {**fields, **fill}))

    def refuse(self, row: Row, f: Fields, event: Event, why: Why) -> None:
        if self.stranger(row, f):
            self.report_absent(row, f, event, why)
        else:
            self.report(event, why)

    # ---- what rows do to an order

    def given_up(self, row: Row) -> bool:
        return row.queries == self.max_queries + 1

    def cancelling(self, row: Row) -> bool:
        return row.pend_cancel and not self.given_up(row)

    def close(self, row: Row, reason: Reason) -> None:
        row.phase, row.reason = Phase.CLOSED, reason
        row.pend_cancel = row.pend_replace = row.unknown = False
        row.wish, row.expiry_at = 0, NEVER

    def ask_cancel(self, row: Row) -> None:
        row.pend_cancel, row.queries = True, 0
        self.send("cancel", id=row.id)

    def ask_replace(self, row: Row, qty: int, px: int, trigger: int, expires: int) -> None:
        row.pend_replace, row.queries, row.seq = True, 0, (row.seq + 1) % 256
        row.new_qty, row.new_px, row.new_trigger, row.new_expires = qty, px, trigger, expires
        self.send_replace(row)

    def send_replace(self, row: Row) -> None:
        wanted = {"qty": row.new_qty, "px": row.new_px, "trigger": row.new_trigger, "expires": row.new_expires}
        self.send("replace", id=row.id, seq=row.seq, **wanted)

    def ask_venue(self, row: Row, queries: int) -> None:
        row.unknown, row.queries = True, queries
        self.send("query", id=row.id)

    def take_fill(self, row: Row, delta: int) -> None:
        """cum and position grow in any phase."""
        row.cum = min(row.cum + delta, MAX_LOTS)
        self.move(row.symbol, row.side, delta)
        if row.cum >= row.qty:
            self.close(row, Reason.FILLED)
        elif row.phase == Phase.PENDING:
            row.phase = Phase.SUBMITTED
        if row.cum > row.qty:
            self.instruments[row.symbol].locked = True

    def move(self, symbol: int, side: int, lots: int) -> None:
        instrument = self.instruments[symbol]
        position = instrument.position + (lots if side == Side.BUY else -lots)
        instrument.position = max(MIN_POSITION, min(position, MAX_POSITION))

    def pay_fee(self, symbol: int, f: Fields) -> None:
        instrument = self.instruments[symbol]
        if not f["in_base"]:
            return
        lots = f["fee_lots"]
        if instrument.lot_units > 0:
            instrument.dust += f["fee_rest"]
            if instrument.dust >= instrument.lot_units:
                instrument.dust -= instrument.lot_units
                lots += 1
        self.move(symbol, Side.SELL, lots)

    # ---- the gate

    def shadow(self, row: Row) -> bool:
        """The leg of a reduce-only pair that is not counted: the other leg reduces the same position."""
        return row.reduce_only and row.sibling != 0 and row.id % self.slots > row.sibling % self.slots

    def leaves(self, symbol: int, side: int, exits: bool = False) -> int:
        counted = [row for row in self.rows if row.symbol == symbol and row.side == side and not self.shadow(row)]
        return sum(row.leaves() for row in counted if row.reduce_only or not exits)

    def open(self) -> int:
        return sum(row.at_venue() for row in self.rows)

    def take_token(self) -> None:
        gate = self.gate
        gate.paced_until = min(max(gate.paced_until, self.now) + gate.pace, self.now + gate.burst)

    def refusal(self, row: Row, more: int, own: int, px: int, trigger: int) -> Why:
        """Why an order may not get `more` lots and then have `own` leaves at these prices; OK if it may."""
        gate, instrument = self.gate, self.instruments[row.symbol]
        off_collar = px > 0 and instrument.ref_px > 0 and abs(px - instrument.ref_px) > gate.collar
        long = instrument.position if row.side == Side.BUY else -instrument.position
        if gate.killed:
            return Why.KILLED
        if row.reduce_only or more == 0:
            if off_collar:
                return Why.OFF_COLLAR
            reducing = own if self.shadow(row) else self.leaves(row.symbol, row.side, exits=True) + more
            return Why.REDUCE_ONLY if more > 0 and reducing > max(-long, 0) else Why.OK
        if instrument.locked:
            return Why.LOCKED
        if instrument.ref_px == 0:
            return Why.NO_REFERENCE
        if more > gate.max_qty:
            return Why.TOO_LARGE
        if max(px, trigger, instrument.ref_px) * more > gate.max_notional:
            return Why.TOO_RICH
        if off_collar:
            return Why.OFF_COLLAR
        if gate.pace > 0 and max(gate.paced_until, self.now) + gate.pace > self.now + gate.burst:
            return Why.TOO_FAST
        if long + self.leaves(row.symbol, row.side) + more > gate.max_position:
            return Why.OVER_POSITION
        if row.phase == Phase.HELD and self.open() >= gate.max_open:
            return Why.TOO_MANY_OPEN
        return Why.OK

    # ---- commands of the strategy

    def prices_fit(self, kind: int, px: int, trigger: int) -> bool:
        return (px != 0) == (kind in PRICED) and (trigger != 0) == (kind in TRIGGERED)

    def expiry_fits(self, tif: int, expires: int) -> bool:
        return expires > self.now if tif in (Tif.DAY, Tif.GTD) else expires == 0

    def bad_submit(self, f: Fields) -> bool:
        if f["id"] < self.slots or f["qty"] == 0 or not self.prices_fit(f["kind"], f["px"], f["trigger"]):
            return True
        if not self.expiry_fits(f["tif"], f["expires"]):
            return True
        if f["post_only"] and (f["kind"] not in PRICED or f["tif"] in (Tif.IOC, Tif.FOK)):
            return True
        if f["id"] in (f["sibling"], f["child_a"], f["child_b"]):
            return True
        return bool(f["child_a"] == f["child_b"] != 0)

    def on_submit(self, row: Row, f: Fields) -> None:
        if self.bad_submit(f):
            self.report_absent(row, f, Event.DENY, Why.BAD_FIELD)
        elif f["id"] <= row.id:
            self.report_absent(row, f, Event.DENY, Why.DUPLICATE_INTENT)
        elif row.live():
            self.report_absent(row, f, Event.DENY, Why.ROW_IN_USE)
        else:
            stored = {name: value for name, value in f.items() if name != "held"}
            vars(row).update(vars(Row(**stored, phase=Phase.HELD, full=f["qty"])))
            if not f["held"]:
                self.post("release", row.id, row.qty)

    def on_cancel_request(self, row: Row, f: Fields) -> None:
        if self.stranger(row, f):
            self.report_absent(row, f, Event.CANCEL_REJECT, Why.STALE_ORDER)
        elif row.phase == Phase.HELD:
            self.close(row, Reason.CANCELLED)
        elif row.phase == Phase.CLOSED:
            self.report(Event.CANCEL_REJECT, Why.NOT_OPEN)
        elif self.cancelling(row):
            self.report(Event.NOTICE, Why.BUSY)
        else:
            self.ask_cancel(row)
            self.take_token()

    def on_replace_request(self, row: Row, f: Fields) -> None:
        qty, px, trigger, expires = f["qty"], f["px"], f["trigger"], f["expires"]
        if self.stranger(row, f):
            self.report_absent(row, f, Event.REPLACE_REJECT, Why.STALE_ORDER)
        elif not row.at_venue():
            self.report(Event.REPLACE_REJECT, Why.NOT_OPEN)
        elif row.pend_cancel or row.pend_replace:
            self.report(Event.REPLACE_REJECT, Why.BUSY)
        elif qty <= row.cum:
            self.ask_cancel(row)
            self.take_token()
        elif not self.prices_fit(row.kind, px, trigger) or (expires != 0 and not self.expiry_fits(row.tif, expires)):
            self.report(Event.REPLACE_REJECT, Why.BAD_FIELD)
        else:
            why = self.refusal(row, max(qty - row.qty, 0), max(qty, row.qty) - row.cum, px, trigger)
            if why != Why.OK:
                self.report(Event.REPLACE_REJECT, why)
            else:
                row.full = qty
                self.ask_replace(row, qty, px, trigger, expires)
                self.take_token()

    # ---- links

    def on_release(self, row: Row, f: Fields) -> None:
        size = min(row.full, f["qty"])
        if self.stranger(row, f) or not row.live():
            return
        if row.phase == Phase.HELD:
            self.release_held(row, size)
        elif row.pend_cancel or size <= row.asked():
            return
        elif row.pend_replace:
            row.wish = max(row.wish, f["qty"])
        else:
            why = self.refusal(row, size - row.qty, size - row.cum, row.px, row.trigger)
            if why != Why.OK:
                self.report(Event.REPLACE_REJECT, why)
            else:
                self.ask_replace(row, size, row.px, row.trigger, 0)

    def release_held(self, row: Row, size: int) -> None:
        if row.expires != 0 and row.expires <= self.now:
            self.close(row, Reason.EXPIRED)
            return
        why = self.refusal(row, size, size, row.px, row.trigger)
        if why != Why.OK:
            self.close(row, Reason.DENIED)
            self.report(Event.DENY, why)
            return
        row.phase, row.qty = Phase.PENDING, size
        if row.expires != 0:
            row.expiry_at = min(row.expires + self.answer_time, NEVER)
        self.take_token()
        names = "id symbol side kind tif qty px trigger post_only reduce_only expires"
        self.send("new_order", **{name: getattr(row, name) for name in names.split()})

    def on_link_cancel(self, row: Row, f: Fields) -> None:
        if self.stranger(row, f) or not row.live():
            return
        if row.phase == Phase.HELD:
            self.close(row, Reason.CANCELLED)
        elif not self.cancelling(row):
            self.ask_cancel(row)

    def on_orphan(self, row: Row, f: Fields) -> None:
        if not self.stranger(row, f) and row.phase == Phase.HELD:
            self.close(row, Reason.CANCELLED)

    # ---- the venue; meet() has answered strangers and HELD orders

    def on_ack(self, row: Row, f: Fields) -> None:
        if row.phase in (Phase.PENDING, Phase.SUBMITTED):
            row.phase = Phase.WORKING

    def on_reject(self, row: Row, f: Fields) -> None:
        if row.at_venue():
            self.close(row, Reason.REJECTED)

    def on_cancel_ack(self, row: Row, f: Fields) -> None:
        if row.at_venue():
            self.close(row, Reason.CANCELLED)

    def on_cancel_reject(self, row: Row, f: Fields) -> None:
        if row.at_venue() and f["unknown_order"]:
            row.pend_cancel = False
            self.ask_venue(row, 1)
            self.report(Event.CANCEL_REJECT)
        elif row.at_venue() and row.pend_cancel:
            row.pend_cancel = False
            self.report(Event.CANCEL_REJECT)

    def on_replace_ack(self, row: Row, f: Fields) -> None:
        if not row.pend_replace or f["seq"] != row.seq:
            return
        row.pend_replace = False
        row.px, row.trigger = row.new_px, row.new_trigger
        if row.new_qty <= row.cum:
            row.qty = row.cum
            self.close(row, Reason.FILLED)
        else:
            row.qty = row.new_qty
            if row.new_expires != 0:
                row.expires = row.new_expires
                row.expiry_at = min(max(row.expires, self.now) + self.answer_time, NEVER)
        self.report(Event.REPLACE_ACK)

    def on_replace_reject(self, row: Row, f: Fields) -> None:
        if row.pend_replace and f["seq"] == row.seq:
            row.pend_replace = False
            self.report(Event.REPLACE_REJECT)

    def on_venue_closed(self, row: Row, f: Fields) -> None:
        if row.at_venue() and f["reason"] in (Reason.CANCELLED, Reason.EXPIRED, Reason.REJECTED):
            self.close(row, Reason(f["reason"]))
        elif row.at_venue():
            self.ask_venue(row, 1)

    def on_triggered(self, row: Row, f: Fields) -> None:
        if row.at_venue():
            row.was_triggered = True
            if row.phase == Phase.PENDING:
                row.phase = Phase.SUBMITTED

    def on_status_report(self, row: Row, f: Fields) -> None:
        closed, delta = row.phase == Phase.CLOSED, max(f["cum"] - row.cum, 0)
        told = {"last_qty": delta, "last_px": max(row.px, self.instruments[row.symbol].ref_px)}
        if closed and delta == 0:
            if f["open"]:
                self.report(Event.NOTICE, Why.LATE_STATUS)
        elif closed or f["cum"] >= row.qty:
            self.take_fill(row, delta)
            self.report(Event.FILL, Why.LATE_FILL if closed else Why.LATE_STATUS, **told)
            if row.cum > row.qty:
                self.report(Event.NOTICE, Why.OVERFILL)
        else:
            row.cum += delta
            self.move(row.symbol, row.side, delta)
            if f["open"]:
                self.found_open(row)
            else:
                self.found_closed(row, f["reason"])
            if delta > 0:
                self.report(Event.FILL, Why.LATE_STATUS, **told)

    def found_open(self, row: Row) -> None:
        asked = row.unknown
        row.phase, row.unknown = Phase.WORKING, False
        if not row.pend_cancel and not row.pend_replace:
            row.queries = 0
        if asked and row.pend_cancel:
            self.send("cancel", id=row.id)
        if asked and row.pend_replace:
            self.send_replace(row)

    def found_closed(self, row: Row, reason: int) -> None:
        if reason == Reason.FILLED and row.cum > 0:
            row.qty = row.cum
            self.close(row, Reason.FILLED)
        elif reason in (Reason.REJECTED, Reason.EXPIRED):
            self.close(row, Reason(reason))
        else:
            self.close(row, Reason.CANCELLED)

    def on_fill(self, row: Row, f: Fields) -> None:
        told = {"exec_seq": f["exec_seq"], "last_px": f["px"], "fee": f["fee"], "in_base": f["in_base"]}
        told["liquidity"] = f["liquidity"]
        strange = self.stranger(row, f) or row.phase == Phase.HELD
        delta = f["cum"] - row.cum if f["has_cum"] else f["qty"]
        if strange or row.symbol != f["symbol"] or row.side != f["side"]:
            self.stray_fill(row, f, told)
        elif f["exec_seq"] <= row.last_exec:
            self.report(Event.NOTICE, Why.DUPLICATE)
        elif delta <= 0:
            row.last_exec = f["exec_seq"]
            self.pay_fee(row.symbol, f)
            self.report(Event.FILL, Why.STALE_FILL, **told)
        else:
            late = row.phase == Phase.CLOSED
            row.last_exec = f["exec_seq"]
            self.take_fill(row, delta)
            self.pay_fee(row.symbol, f)
            self.report(Event.FILL, Why.LATE_FILL if late else Why.OK, last_qty=delta, **told)
            if row.cum > row.qty:
                self.report(Event.NOTICE, Why.OVERFILL)

    def stray_fill(self, row: Row, f: Fields, told: Fields) -> None:
        """A fill of an order that is not in its row: the position moves all the same, once."""
        instrument = self.instruments[f["symbol"]]
        if f["id"] == instrument.stray and f["exec_seq"] <= instrument.stray_exec:
            self.report_absent(row, f, Event.NOTICE, Why.DUPLICATE)
            return
        instrument.stray, instrument.stray_exec = f["id"], f["exec_seq"]
        self.move(f["symbol"], f["side"], f["qty"])
        self.pay_fee(f["symbol"], f)
        self.report_absent(row, f, Event.FILL, Why.LATE_FILL, last_qty=f["qty"], **told)

    # ---- every row, or none

    def on_disconnect(self, f: Fields) -> None:
        for index in range(self.slots):
            self.meet("lost_venue", index, f)

    def on_lost_venue(self, row: Row, f: Fields) -> None:
        if row.at_venue():
            self.ask_venue(row, 1)

    def on_kill(self, f: Fields) -> None:
        self.gate.killed = f["engaged"]
        for index in range(self.slots):
            self.meet("killed", index, f)

    def on_killed(self, row: Row, f: Fields) -> None:
        if f["engaged"] and row.phase == Phase.HELD:
            self.close(row, Reason.CANCELLED)
        elif f["engaged"] and row.at_venue() and not self.cancelling(row):
            self.ask_cancel(row)

    def on_limits(self, f: Fields) -> None:
        self.gate = replace(self.gate, **f)
        self.gate.max_position = min(self.gate.max_position, MAX_POSITION)

    def on_contract(self, f: Fields) -> None:
        self.instruments[f["symbol"]].lot_units = f["lot_units"]
        self.instruments[f["symbol"]].dust = 0

    def on_reference(self, f: Fields) -> None:
        self.instruments[f["symbol"]].ref_px = f["px"]

    def on_unlock(self, f: Fields) -> None:
        self.instruments[f["symbol"]].locked = False

    def on_heartbeat(self, f: Fields) -> None:
        """Only time passes."""

    # ---- timers

    def fire_timers(self) -> None:
        due = [(row.expiry_at <= self.now, row.answer_at <= self.now) for row in self.rows]
        for index, (expiry_due, answer_due) in enumerate(due):
            if expiry_due and self.rows[index].expiry_at <= self.now:
                self.meet("expiry", index, {})
            if answer_due and self.rows[index].answer_at <= self.now:
                self.meet("answer", index, {})

    def on_expiry(self, row: Row, f: Fields) -> None:
        """A net below the venue's own expiry."""
        row.expiry_at = NEVER
        if row.at_venue() and not self.cancelling(row):
            self.ask_cancel(row)

    def on_answer(self, row: Row, f: Fields) -> None:
        """Asks the venue; asked in vain, the order stays unknown: a timeout never invents an end."""
        if row.queries < self.max_queries:
            self.ask_venue(row, row.queries + 1)
        else:
            row.unknown, row.queries = True, self.max_queries + 1
            self.instruments[row.symbol].locked = True
            self.report(Event.NOTICE, Why.LOCKED)
