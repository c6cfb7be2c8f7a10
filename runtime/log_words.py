"""Records of the logs in the words and units of the program that wrote them (docs/logs.md has the tables)."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .schemas.frames import ENUMS

Fields = dict[str, object]
Scale = tuple[int, int]  # a unit is numerator * 10**-decimals

RECORD = struct.Struct("<QqHHIII4q")
SEAL = 15
STRATEGY_KINDS = {1: "SIGNAL", 2: "RISK", 3: "TRANSITION", 4: "COMMAND", 5: "NOTE", 6: "FAULT", SEAL: "SEAL"}
ORDER_KINDS = {8: "IN", 9: "OUT", SEAL: "SEAL"}
KINDS = STRATEGY_KINDS | ORDER_KINDS

_NOBODY = 0xFFFF  # of no template, from no state
_BEYOND = 2**63 - 1  # a worst case that has no number, because there was no price yet
_VERBS = {
    16: "submit",
    17: "replace",
    18: "cancel",
    128: "flatten",
    129: "halt",
}  # 16 to 18: types of the command frames
_CAUSES = {1: "when", 2: "on", 3: "after", 4: "start", 5: "flatten", 6: "adopt"}
_FAULTS = {1: "POSITION", 2: "MONEY", 3: "OUTPUT", 4: "REPORT", 5: "ADOPT"}
_VERDICTS = ("pass", "reject", "clamp")


@dataclass(frozen=True)
class TemplateWords:
    """An order of the strategy, and the units in which its instrument counts."""

    name: str
    price: Scale | None = None
    lot: Scale | None = None


@dataclass(frozen=True)
class RuleWords:
    """A risk rule, and what its two numbers count; None: it has none. Lots and prices are those of the order's instrument."""

    text: str
    unit: Literal["lot", "price", "money", "number"] | None = None
    standing: bool = False  # a rule of every instant, else one that is asked before an order


@dataclass(frozen=True)
class LogNames:
    """What ids and integers of a log mean, from the program's manifest; what is not told stays a number."""

    signals: Sequence[str] = ()
    states: Sequence[str] = ()
    templates: Sequence[TemplateWords] = ()
    rules: Sequence[RuleWords] = ()
    notes: Sequence[str] = ()
    money: Scale | None = None

    def template(self, number: int) -> TemplateWords:
        return self.templates[number] if number < len(self.templates) else TemplateWords("")


def decode(record: bytes, offset: int, names: LogNames, decode_frame: Callable[[bytes], Fields] | None) -> Fields:
    """One record that was checked; `offset` is where it stands in its file."""
    seq, now, kind, number, line, _, aux, *payload = RECORD.unpack_from(record)
    common: Fields = {"offset": offset, "seq": seq, "now": now, "kind": KINDS[kind], "line": line}
    match KINDS[kind]:
        case "SIGNAL":
            value = _as_float(payload[0]) if aux & 1 else None
            return common | {"signal": _named(names.signals, number), "value": value}
        case "RISK":
            return common | _risk(number, aux, payload, names)
        case "TRANSITION":
            ends = {"from": _named(names.states, number), "to": _named(names.states, aux)}
            return common | ends | {"cause": _CAUSES.get(payload[0], payload[0]), "transition": payload[1]}
        case "COMMAND":
            return common | _command(number, aux, payload, names)
        case "NOTE":
            return common | {"note": _named(names.notes, number)}
        case "FAULT":
            return common | {"fault": _FAULTS.get(number, number)}
        case _:
            frame = record[RECORD.size :]
            fields = _order(number, aux, payload, names)
            return common | fields | {"frame": decode_frame(frame) if decode_frame else frame.hex()}


def _risk(number: int, aux: int, payload: list[int], names: LogNames) -> Fields:
    rule = names.rules[number] if number < len(names.rules) else None
    if rule and rule.standing:
        return {"rule": rule.text, "verdict": "fires" if aux else "ends"} | _measured(rule, payload, names, None)
    template = names.template(payload[2])
    asked: Fields = {"template": template.name or payload[2], "qty": _scaled(payload[3], template.lot)}
    verdict = _VERDICTS[aux] if aux < len(_VERDICTS) else aux
    return (
        {"rule": rule.text if rule else number, "verdict": verdict} | _measured(rule, payload, names, template) | asked
    )


def _measured(rule: RuleWords | None, payload: list[int], names: LogNames, template: TemplateWords | None) -> Fields:
    """The two numbers that were compared."""
    if rule and rule.unit is None:
        return {}
    scales = {"money": names.money}
    if template:
        scales |= {"lot": template.lot, "price": template.price}
    scale = scales.get(rule.unit or "") if rule else None
    operand = None if payload[0] == _BEYOND else _scaled(payload[0], scale)
    return {"operand": operand, "bound": _scaled(payload[1], scale)}


def _command(number: int, verb: int, payload: list[int], names: LogNames) -> Fields:
    said: Fields = {"verb": _VERBS.get(verb, verb)}
    if number == _NOBODY:
        return said | ({"until": payload[0]} if said["verb"] == "halt" else {})
    template = names.template(number)
    order, quantity, price, position = payload
    return {
        "template": template.name or number,
        **said,
        "order": order,
        "qty": _scaled(quantity, template.lot),
        "price": _scaled(price, template.price),
        "position": _scaled(position, template.lot),
    }


def _order(number: int, aux: int, payload: list[int], names: LogNames) -> Fields:
    template = names.template(number)
    order, cum, leaves, position = payload
    return {
        "template": template.name or number,
        "phase": _member("phase", aux & 255),
        "reason": _member("reason", aux >> 8 & 255),
        "flags": aux >> 16,
        "order": order,
        "cum": _scaled(cum, template.lot),
        "leaves": _scaled(leaves, template.lot),
        "position": _scaled(position, template.lot),
    }


def _named(names: Sequence[str], number: int) -> str | int | None:
    if number == _NOBODY:
        return None
    return names[number] if number < len(names) else number


def _member(enumeration: str, number: int) -> str | int:
    members = ENUMS[enumeration]
    return members[number] if number < len(members) else number


def _scaled(count: int, scale: Scale | None) -> str | int:
    """count * scale as exact decimal text; the bare integer where no scale is known."""
    if scale is None:
        return count
    numerator, decimals = scale
    digits = str(abs(count * numerator)).rjust(decimals + 1, "0")
    whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    sign = "-" if count < 0 else ""
    return sign + whole + ("." + part if part else "")


def _as_float(bits: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<q", bits))[0]
    return value
