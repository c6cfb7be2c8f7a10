"""The account: its capital, how much it may hold for each unit of it, and at what it is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...lang import tree
from ..program import Instrument, Place
from .arguments import amount
from .context import Context
from .literals import decimal
from .markets import MAX_MONEY

_FIELDS = ("capital", "leverage", "mark")
_MARKS_LATER = {"MID", "LAST", "VENUE"}
_MAX_LEVERAGE = 1000


@dataclass(frozen=True, slots=True)
class Account:
    """capital in money units; leverage as a number and as written; place: where it is stated."""

    capital: int
    leverage: float
    leverage_text: str
    place: Place


def account(context: Context, node: tree.Account, traded: Sequence[Instrument]) -> Account | None:
    """The account, or None after a report."""
    found = traded[0]
    fields = _fields(context, node)
    if fields is None or not _mark(context, fields.get("mark")):
        return None
    if "capital" not in fields:
        context.report("E0105", node.span, "the account has no capital", help=f"add `capital = 100_000 {found.quote};`")
        return None
    capital = _capital(context, fields["capital"], found)
    leverage = _leverage(context, fields.get("leverage"), traded)
    if capital is None or leverage is None:
        return None
    stated = fields.get("leverage", node)
    return Account(capital, float(decimal(leverage)), leverage, context.place(stated.span))


def _fields(context: Context, node: tree.Account) -> dict[str, tree.Field] | None:
    fields: dict[str, tree.Field] = {}
    for item in node.fields:
        name = item.name.text
        if name not in _FIELDS:
            context.reporter.unknown(
                item.name.span, "account field", name, _FIELDS, code="E0107", help=f"fields: {', '.join(_FIELDS)}"
            )
            return None
        if name in fields:
            first = ((fields[name].span, "first one"),)
            context.report("E0102", item.span, f"`{name}` is given twice", "second one", also=first)
            return None
        fields[name] = item
    return fields


def _capital(context: Context, item: tree.Field, found: Instrument) -> int | None:
    value = amount(context, item.value, found.quote, "capital")
    if value is None:
        return None
    units = int(value * 10**found.money_decimals)
    if units >= MAX_MONEY:
        context.report("E0108", item.value.span, "capital is too large for this tick and lot")
        return None
    return units


def _leverage(context: Context, item: tree.Field | None, traded: Sequence[Instrument]) -> str | None:
    """As written, without `_`."""
    if item is None:
        return "1"
    text = item.value.text.replace("_", "") if isinstance(item.value, tree.Number) else ""
    if not text or not 1 <= decimal(text) <= _MAX_LEVERAGE:
        context.report(
            "E0108",
            item.value.span,
            f"`leverage` is a number from 1 to {_MAX_LEVERAGE}",
            "how many times the equity may be held",
            help="as in `leverage = 2`",
        )
        return None
    if all(of.kind == "spot" for of in traded) and decimal(text) != 1:
        context.report(
            "E0608",
            item.value.span,
            "a spot account has no leverage",
            f"`{traded[0].name}` is bought with the cash that is there",
            help="write `leverage = 1`, or trade a `perp`",
        )
        return None
    return text


def _mark(context: Context, item: tree.Field | None) -> bool:
    """False after a report."""
    if item is None or (isinstance(item.value, tree.Upper) and item.value.text == "CLOSE"):
        return True
    if isinstance(item.value, tree.Upper) and item.value.text in _MARKS_LATER:
        context.report(
            "E0901",
            item.value.span,
            f"`mark = {item.value.text}` is not built yet",
            "needs quotes or trades",
            help="`mark = CLOSE` is: the last bar's close",
        )
        return False
    text = context.reporter.source.text[item.value.span.start : item.value.span.end]
    context.reporter.unknown(item.value.span, "`mark`", text, {"CLOSE", *_MARKS_LATER}, help="write `mark = CLOSE`")
    return False
