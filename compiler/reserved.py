"""What every program has without writing it: the order `flatten`, the account's leverage as a bound, the note about a late fill."""

from __future__ import annotations

from collections.abc import Sequence

from .program import Bound, Constant, Instrument, Kind, Place, Template

FLATTEN = "flatten"
LATE_FILL = "a fill came after the end of its order: cancel all orders, close the position"


def with_flatten(
    templates: Sequence[Template], instruments: Sequence[Instrument], place: Place
) -> tuple[Template, ...]:
    """The templates and, last, for each instrument the one whose orders close the position at the market; their side and quantity are
    chosen when they are sent."""
    slot = sum(t.max_open for t in templates)
    several = len(instruments) > 1
    closing = (
        Template(
            name=f"{FLATTEN}_{of.name.lower()}" if several else FLATTEN,
            side="BUY",
            kind="MARKET",
            tif="GTC",
            reduce_only=True,
            qty=Constant(Kind.NUMBER, 0.0),
            trigger=None,
            max_open=1,
            first_slot=slot + index,
            place=place,
            reserved=True,
            instrument=index,
        )
        for index, of in enumerate(instruments)
    )
    return (*templates, *closing)


def with_leverage(
    bounds: Sequence[Bound], templates: Sequence[Template], leverage: float, text: str, place: Place
) -> tuple[Bound, ...]:
    """The bounds and, last, the account's own rule; a program that can't add to its position needs none."""
    if all(t.reduce_only for t in templates):
        return tuple(bounds)
    limit = Constant(Kind.NUMBER, leverage)
    return (*bounds, Bound(f"leverage = {text}", limit, place, measure="leverage", ceiling=leverage))
