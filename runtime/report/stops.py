"""Where stop orders stood, and for how long: from the frames of the order log."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from ..logs import read_log
from ..schemas.frames import ENUMS, MESSAGES
from .folder import RunFolder

_HEADER_SIZE = 32
_INSTRUMENT = struct.Struct("<I")
_CODE = struct.Struct("<H")
_WANTED = {"submit", "replace", "report"}
_MOVED = ENUMS["report"].index("REPLACE_ACK")
_CLOSED = ENUMS["phase"].index("CLOSED")


@dataclass(frozen=True)
class Level:
    """A trigger price from one instant to another, in nanoseconds."""

    begin: int
    end: int
    price: float


def stop_levels(run: RunFolder) -> list[Level]:
    """Of the first instrument, in the order in which they began; a level ends where its order closes or is moved."""
    manifest = yaml.safe_load(run.manifest)
    if not any("STOP" in order["kind"] for order in manifest["orders"]):
        return []
    unit, end = Decimal(run.summary["instruments"][0]["price_unit"]), int(run.summary["period"]["end_ns"])
    standing: dict[int, tuple[int, int]] = {}  # order id → since when, at which trigger
    asked: dict[int, int] = {}  # order id → the trigger that a replace asks for
    levels: list[Level] = []

    def close(order: int, now: int) -> None:
        begin, trigger = standing.pop(order)
        if now > begin:
            levels.append(Level(begin, now, float(trigger * unit)))

    for record in read_log(run.path / "order.log", decode_frame=_frame):
        frame: Any = record["frame"]
        now: Any = record["now"]
        match frame:
            case {"frame": "submit", "instrument": 0, "id": order, "trigger": trigger} if trigger > 0:
                standing[order] = (now, trigger)
            case {"frame": "replace", "id": order, "trigger": trigger} if order in standing and trigger > 0:
                asked[order] = trigger
            case {"frame": "report", "id": order, "event": event} if event == _MOVED and order in standing:
                trigger = asked.pop(order, standing[order][1])
                if trigger != standing[order][1]:
                    close(order, now)
                    standing[order] = (now, trigger)
            case {"frame": "report", "id": order, "phase": phase} if phase == _CLOSED and order in standing:
                close(order, now)
    for order in list(standing):
        close(order, end)
    return sorted(levels, key=lambda level: (level.begin, level.end, level.price))


def _frame(data: bytes) -> dict[str, object]:
    """The fields of a frame that matters here. The record's checksum, which the log's reader has tested, covers it."""
    name, _, layout, fields = MESSAGES[_CODE.unpack_from(data, 2)[0]]
    if name not in _WANTED:
        return {}
    values = struct.unpack_from(layout, data, _HEADER_SIZE)
    single = [field for field, _, count, _, _ in fields if not count]  # what is repeated is unused and stands last
    instrument = _INSTRUMENT.unpack_from(data, 24)[0]
    return {"frame": name, "instrument": instrument, **dict(zip(single, values, strict=False))}
