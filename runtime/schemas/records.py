"""Generated from stdlib/schemas.strat: do not edit. Regenerate with `make schemas`."""

from __future__ import annotations

# name: (version, columns as (name, type, optional, range))
SCHEMAS: dict[str, tuple[int, tuple[tuple[str, str, bool, str], ...]]] = {
    "ohlcv": (
        1,
        (
            ("open", "price", False, "1ticks .."),
            ("high", "price", False, "open .."),
            ("low", "price", False, "1ticks .. open"),
            ("close", "price", False, "low .. high"),
            ("volume", "qty", False, "0 .."),
            ("trades", "count?", True, ""),
        ),
    ),
    "trade": (
        1,
        (
            ("px", "price", False, "1ticks .."),
            ("qty", "qty", False, "0 .."),
            ("side", "aggressor_side", False, ""),
            ("trade_id", "count?", True, ""),
        ),
    ),
    "quote": (
        1,
        (
            ("bid", "price", False, "1ticks .."),
            ("bid_qty", "qty", False, "0 .."),
            ("ask", "price", False, "bid .."),
            ("ask_qty", "qty", False, "0 .."),
        ),
    ),
    "l2": (
        1,
        (
            ("px", "price", False, "1ticks .."),
            ("qty", "qty", False, "0 .."),
            ("side", "level_side", False, ""),
            ("action", "level_action", False, ""),
            ("update_id", "count", False, ""),
        ),
    ),
    "l3": (
        1,
        (
            ("order_id", "count", False, ""),
            ("px", "price", False, "1ticks .."),
            ("qty", "qty", False, "0 .."),
            ("side", "level_side", False, ""),
            ("action", "order_action", False, ""),
        ),
    ),
    "funding": (
        1,
        (
            ("rate", "ratio", False, ""),
            ("mark", "price?", True, "1ticks .."),
            ("interval", "duration", False, ""),
        ),
    ),
    "open_interest": (
        1,
        (
            ("open_interest", "qty", False, "0 .."),
        ),
    ),
    "text": (
        1,
        (
            ("text_id", "count", False, ""),
            ("source", "count", False, ""),
            ("length", "count", False, ""),
            ("published", "time", False, ""),
        ),
    ),
}
