"""value ?? other: the other side where the value is na or not ready."""

from __future__ import annotations

from .interval import NOTHING, Interval, hull


def filled(value: Interval, other: Interval, ready: bool) -> Interval:
    """ready: it certainly is. Without that, and where the value may be na, `other` counts."""
    found = value.present()
    return hull(found, other) if value.na or not ready else hull(found, NOTHING)
