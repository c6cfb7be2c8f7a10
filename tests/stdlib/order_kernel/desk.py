"""Talks to an order kernel in few words: defaults for every field, one message a call, reports in short."""

from typing import Any

SECOND = 1_000_000_000
START = 1_000 * SECOND
FIRST = 16  # the id of the first order of row 0
LIMITS = {
    "max_qty": 100,
    "max_notional": 100_000,
    "collar": 50,
    "max_open": 8,
    "max_position": 100,
    "pace": 0,
    "burst": 0,
}
SUBMIT: dict[str, Any] = {
    "symbol": 0,
    "side": "BUY",
    "kind": "LIMIT",
    "tif": "GTC",
    "qty": 10,
    "px": 100,
    "trigger": 0,
    "post_only": False,
    "reduce_only": False,
    "expires": 0,
    "held": False,
    "sibling": 0,
    "child_a": 0,
    "child_b": 0,
    "tag": 7,
}
FILL: dict[str, Any] = {
    "symbol": 0,
    "side": "BUY",
    "tag": 7,
    "px": 100,
    "fee": 3,
    "in_base": False,
    "fee_lots": 0,
    "fee_rest": 0,
    "liquidity": "TAKER",
    "has_cum": False,
    "cum": 0,
}


def order(row: int = 0, generation: int = 1) -> int:
    return generation * 16 + row


class Desk:
    """A kernel with generous limits and a reference of 100. now: the time of what is said next. said: all that came out so far."""

    def __init__(self, kernel: Any) -> None:
        self.kernel, self.now = kernel, START
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.limits()
        self.send("reference", symbol=0, px=100)

    def send(self, name: str, **fields: Any) -> list[tuple[str, dict[str, Any]]]:
        said = self.kernel.step(name, self.now, fields)
        assert not self.kernel.broken, f"{name} {fields} breaks {set(self.kernel.broken)}"
        assert not self.kernel.fault, f"{name} {fields} posts too much"
        self.said += said
        return said

    def limits(self, **changes: int) -> None:
        self.send("limits", **{**LIMITS, **changes})

    def submit(self, id: int = FIRST, **changes: Any) -> list[str]:
        return told(self.send("submit", **{**SUBMIT, "id": id, **changes}))

    def working(self, id: int = FIRST, **changes: Any) -> None:
        """Submitted and acknowledged."""
        self.submit(id, **changes)
        self.send("ack", id=id)
        assert self.row(id)["phase"] == "WORKING", self.said[-2:]

    def fill(self, qty: int, exec_seq: int, id: int = FIRST, **changes: Any) -> list[str]:
        return told(self.send("fill", **{**FILL, "id": id, "qty": qty, "exec_seq": exec_seq, **changes}))

    def cancel(self, id: int = FIRST) -> list[str]:
        return told(self.send("cancel_request", id=id, tag=7))

    def replace(self, id: int = FIRST, **changes: Any) -> list[str]:
        fields = {"qty": 10, "px": 100, "trigger": 0, "expires": 0, "tag": 7, **changes}
        return told(self.send("replace_request", id=id, **fields))

    def say(self, name: str, id: int = FIRST, **fields: Any) -> list[str]:
        return told(self.send(name, id=id, **fields))

    def pass_time(self, nanoseconds: int) -> list[str]:
        self.now += nanoseconds
        return told(self.send("heartbeat"))

    def hold(self, lots: int) -> None:
        """Makes the position `lots`, by a fill of an order that nobody here knows."""
        change = lots - self.position
        if change:
            self.fill(abs(change), 1, id=order(15, 9_000), side="BUY" if change > 0 else "SELL")
        assert self.position == lots

    def row(self, id: int = FIRST) -> dict[str, Any]:
        return self.kernel.state["slot"][id % 16]

    @property
    def market(self) -> dict[str, Any]:
        return self.kernel.state["market"][0]

    @property
    def gate(self) -> dict[str, Any]:
        return self.kernel.state["gate"]

    @property
    def position(self) -> int:
        return int(self.market["position"])

    def is_in(self, *phases: str, id: int = FIRST, **registers: Any) -> None:
        """Asserts the phase, and registers by name."""
        row = self.row(id)
        assert row["phase"] in phases, row
        assert {name: row[name] for name in registers} == registers


def told(said: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """`cancel 16`, `FILL 16`, or with a reason `DENY 16 KILLED`."""
    return [_short(name, fields) for name, fields in said]


def _short(name: str, fields: dict[str, Any]) -> str:
    if name != "report":
        return f"{name} {fields['id']}"
    why = "" if fields["why"] == "OK" else f" {fields['why']}"
    return f"{fields['event']} {fields['id']}{why}"
