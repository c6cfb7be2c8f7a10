"""Numbers, times and conventions as a reader of the page sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

NOTHING = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_UNITS = ((86_400_000_000_000, "d"), (3_600_000_000_000, "h"), (60_000_000_000, "min"), (1_000_000_000, "s"))


def grouped(number: Decimal | int | float, decimals: int = 2) -> str:
    """12345.678 → 12,345.68, with the true minus sign."""
    return f"{number:,.{decimals}f}".replace("-", _MINUS)


def exact(text: str) -> str:
    """The decimals of a result file as they are, whole part grouped, closing zeros left out."""
    if not text:
        return NOTHING
    number = f"{Decimal(text):,f}"
    return (number.rstrip("0").rstrip(".") if "." in number else number).replace("-", _MINUS)


def percent(number: Decimal | float | None) -> str:
    return NOTHING if number is None else grouped(100 * float(number)) + "\N{NO-BREAK SPACE}%"


def plain(number: Decimal | float | None) -> str:
    return NOTHING if number is None else grouped(float(number))


def instant(ns: int) -> str:
    """2021-01-05 06:00, UTC; seconds only where there are any."""
    moment = datetime.fromtimestamp(ns // 10**9, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second or ns % 10**9 else "%Y-%m-%d %H:%M")


def day(ns: int) -> str:
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%Y-%m-%d")


def duration(ns: Decimal | int | float | None) -> str:
    """The two largest units: 4 d 3 h."""
    if ns is None:
        return NOTHING
    rest, parts = int(ns), []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def convention(statistic: Mapping[str, Any]) -> str:
    """How a number was computed: every field but its value."""
    parts = [str(statistic["interval"]), f"n {statistic['n']:,}"]
    if statistic["periods"] is not None:
        periods = Decimal(statistic["periods"])
        parts.append(f"{periods:,.{0 if periods == periods.to_integral_value() else 2}f}/year")
    if statistic["ddof"] is not None:
        parts.append(f"ddof {statistic['ddof']}")
    if statistic["rf"] is not None:
        parts.append(f"rf {exact(str(100 * Decimal(statistic['rf'])))} %")
    return " · ".join(parts)


def setting(value: object) -> str:
    """A value of the summary as text: exact, never rounded."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int() | Decimal():
            return exact(str(value))
        case list():
            return ", ".join(setting(each) for each in value) or "none"
        case Mapping():
            return ", ".join(f"{name} {setting(each)}" for name, each in value.items()) or "none"
        case _:
            return str(value)
