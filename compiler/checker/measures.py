"""What a bound may be about: the closed list of measures, each with the window it needs and the unit of its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ...lang import tree
from ..program import Measure, StandingKind
from ..types import COUNT, NUMBER, Stage, Type
from . import expressions, readings
from .context import Context, adapt, fits, to_number
from .literals import nanoseconds
from .markets import report_which
from .orders import positive
from .values import Value

AnyMeasure: TypeAlias = Measure | StandingKind
STANDING: tuple[StandingKind, ...] = ("drawdown", "loss", "loss_streak")
OF_POSITION: tuple[Measure, ...] = ("position", "gross", "net")
_OF_ONE = ("exposure", "gross", "net", "notional", "collar")  # what also may be bounded for one instrument
COUNTED = ("open_orders", "order_rate", "loss_streak")
RELATIVE = ("collar", "drawdown", "loss")  # which may be limited by a share
_WORDS: dict[str, AnyMeasure] = {
    "exposure": "gross",
    "gross": "gross",
    "net": "net",
    "notional": "notional",
    "collar": "collar",
    "open_orders": "open_orders",
    "order_rate": "order_rate",
    "drawdown": "drawdown",
    "loss": "loss",
    "loss_streak": "loss_streak",
}
_MS, _DAY = 10**6, 86_400 * 10**9
_WINDOWS = {"order_rate": (_MS, _DAY, "1ms", "1d", "1s"), "drawdown": (60 * 10**9, 30 * _DAY, "1min", "30d", "1d")}
MOST = {"order_rate": 10_000, "open_orders": 255, "loss_streak": 1_000_000}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a bound is about. instrument: whose part; None: of the account."""

    measure: AnyMeasure
    instrument: int | None = None


def measured(context: Context, rule: tree.Bound) -> Measured | None:
    """What is bounded, or None after a report."""
    match rule.measure:
        case tree.Apply(
            function=tree.Name(text="abs"), arguments=(tree.Argument(value=tree.Name(text="position") as inner),)
        ):
            return _of_the_only_one(context, "position", inner.span, "abs(position({}))")
        case tree.Apply(
            function=tree.Name(text="abs"),
            arguments=(tree.Argument(value=tree.Apply(function=tree.Name(text="position")) as inner),),
        ):
            return _of_one(context, "position", inner)
        case tree.Name(text="position"):
            context.report(
                "E0610",
                rule.measure.span,
                "a short position is below every limit",
                "may be negative",
                help="bound its size: `bound abs(position) <= …`",
            )
            return None
        case tree.Name(text="collar", span=span):
            return _collar(context, rule, span)
        case tree.Name(text=text) if text in _WORDS:
            return Measured(_WORDS[text])
        case tree.Apply(function=tree.Name(text=text)) as call if text in _OF_ONE:
            return _of_one(context, _WORDS[text], call)
    words = ["abs(position)", *_WORDS]
    text = context.reporter.source.text[rule.measure.span.start : rule.measure.span.end]
    context.reporter.unknown(
        rule.measure.span,
        "measure of risk",
        text,
        words,
        code="E0610",
        help=f"one of {', '.join(words)}; `guard` takes any condition",
    )
    return None


def _of_one(context: Context, measure: AnyMeasure, node: tree.Apply) -> Measured | None:
    """`exposure(ETH_USDT)`."""
    match node.arguments:
        case (tree.Argument(name=None, value=tree.Upper(text=name, span=span)),):
            index = readings.instrument(context, name, span)
            return None if index is None else Measured(measure, index)
    example = context.shared.markets[0].name
    context.report("E0106", node.span, "the name of an instrument is wanted here", help=f"as in `exposure({example})`")
    return None


def _of_the_only_one(context: Context, measure: AnyMeasure, span: tree.Span, example: str) -> Measured | None:
    markets = context.shared.markets
    if len(markets) == 1:
        return Measured(measure, 0)
    report_which(context, span, f"the {measure} of which instrument?", f"write `{example.format(markets[0].name)}`")
    return None


def _collar(context: Context, rule: tree.Bound, span: tree.Span) -> Measured | None:
    """A share is one of any price; an amount belongs to the prices of one instrument."""
    value = expressions.value(context, rule.limit)
    if value.poisoned or adapt(value, NUMBER) is not None:
        return Measured("collar")
    return _of_the_only_one(context, "collar", span, "collar({}) <= …")


def window(context: Context, rule: tree.Bound, measure: AnyMeasure) -> int | None:
    """ns; 0 for a measure without one; None after a report."""
    if measure == "loss":
        if rule.per is None or rule.per.text != "day" or rule.over is not None:
            span = rule.per.span if rule.per else rule.over.span if rule.over else rule.measure.span
            context.report("E0609", span, "a loss is bounded per day", help="as in `bound loss <= 2pct per day`")
            return None
        return 0
    if rule.per is not None or (measure not in _WINDOWS and rule.over is not None):
        span = rule.per.span if rule.per else (rule.over or rule.measure).span
        context.report("E0609", span, "this measure has no such window", "has no effect", help="remove it")
        return None
    if measure not in _WINDOWS:
        return 0
    low, high, least, most, example = _WINDOWS[measure]
    if rule.over is None:
        help_ = f"add it after the limit: `over {example}`"
        context.report("E0609", rule.measure.span, f"`{measure}` is over a window", "which one?", help=help_)
        return None
    found = nanoseconds(rule.over) if isinstance(rule.over, tree.Quantity) else None
    if found is None or not low <= found <= high:
        context.report(
            "E0609",
            rule.over.span,
            f"the window of `{measure}` is a duration from {least} to {most}",
            "not one",
            help=f"as in `over {example}`",
        )
        return None
    return found


Limit = tuple[Value, bool]  # and whether it is a share


def limit(context: Context, rule: tree.Bound, of: Measured) -> Limit | None:
    """The limit as a number in the unit of its measure, known before the run; None after a report."""
    value = expressions.value(context, rule.limit)
    if value.poisoned:
        return None
    wanted, relative = _type(context, of, value)
    found = fits(
        context,
        value,
        wanted,
        f"the limit of `{context.reporter.source.text[rule.measure.span.start : rule.measure.span.end]}`",
    )
    if found is None or not positive(context, found, "a limit", "nothing would ever pass"):
        return None
    if found.stage > Stage.PARAM:
        context.report(
            "E0301",
            rule.limit.span,
            "a limit is known before the run",
            "changes from tick to tick",
            help="use a literal, a `const` or a `param`; `guard` takes any condition",
        )
        return None
    return (to_number(found), relative) if of.measure in COUNTED else (found, relative)


def _type(context: Context, of: Measured, value: Value) -> tuple[Type, bool]:
    market, measure = context.shared.markets[of.instrument or 0], of.measure
    if measure in COUNTED:
        return COUNT, False
    absolute: Type = {"position": market.size, "collar": market.price}.get(measure, market.notional)
    if measure in RELATIVE and adapt(value, absolute) is None and adapt(value, NUMBER) is not None:
        return NUMBER, True
    return absolute, False
