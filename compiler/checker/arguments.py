"""The arguments of a declaration: names, assets and exact decimal amounts."""

from __future__ import annotations

from decimal import Decimal

from ...lang import tree
from ..program import Scale
from .context import Context
from .literals import decimal


def named_arguments(context: Context, call: tree.Call, known: tuple[str, ...]) -> dict[str, tree.Expr] | None:
    """The arguments of a declaration by name, or None after a report."""
    given: dict[str, tree.Expr] = {}
    for argument in call.arguments:
        if argument.name is None:
            context.report(
                "E0106", argument.span, f"`{call.name.text}` takes named arguments", help=f"as in `{known[0]} = …`"
            )
            return None
        if argument.name not in known:
            context.reporter.unknown(
                argument.span,
                f"argument of `{call.name.text}`",
                argument.name,
                known,
                code="E0106",
                help=f"known: {', '.join(known)}",
            )
            return None
        if argument.name in given:
            context.report("E0106", argument.span, f"`{argument.name}` is given twice")
            return None
        given[argument.name] = argument.value
    return given


def upper(context: Context, node: tree.Expr, what: str) -> str | None:
    if isinstance(node, tree.Upper):
        return node.text
    context.report("E0108", node.span, f"{what} is written in upper case", help="as in `BTC`")
    return None


def amount(context: Context, node: tree.Expr, unit: str, what: str) -> Decimal | None:
    """A positive literal amount of one asset, exactly."""
    if not isinstance(node, tree.Amount):
        context.report(
            "E0108", node.span, f"`{what}` is a literal amount of {unit}", help=f"as in `{what} = 0.01 {unit}`"
        )
        return None
    if node.asset != unit:
        context.report(
            "E0211",
            node.span,
            f"`{what}` is an amount of {unit}, not of {node.asset}",
            f"this is {node.asset}",
            help=f"write `{node.text} {unit}`",
        )
        return None
    value = decimal(node.text)
    if value <= 0 or -int(value.normalize().as_tuple().exponent) > 12 or value >= 10**15:
        context.report("E0108", node.span, f"`{what}` must be above 0, below 10^15, with at most 12 decimals")
        return None
    return value


def scale(value: Decimal) -> Scale:
    _, digits, exponent = value.normalize().as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, digits)))
    return Scale(number * 10 ** max(0, exponent), max(0, -exponent))
