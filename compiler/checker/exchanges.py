"""The sessions of an exchange, from the package `exchange_calendars`, over a span that the day of the build does not move.

The package is imported only where a strategy names an exchange, and only once: what it said is kept (session_cache.py).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from .session_cache import keep, kept, library_version

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar

FIRST, LAST = "1990-01-01", "2030-12-31"  # or what the package knows of it
Span = tuple[int, int]
Day = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """name: the canonical one. version: of the package. days: the sessions [open, close) of each trading day, in ns."""

    name: str
    version: str
    days: tuple[Day, ...]


class ExchangeError(Exception):
    """Why there is no calendar, and what to do. known: the codes that there are, where the code is none of them."""

    def __init__(self, what: str, help: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.help, self.known = help, known


def exchange(code: str) -> Exchange:
    """The calendar of a code or of one of its other names; raises ExchangeError."""
    version = library_version()
    if version is None:
        raise ExchangeError(
            f"`{code}` is the calendar of an exchange, and the package `exchange_calendars` is missing",
            "pip install 'stratc[calendars]'",
        )
    return _known(code, version)


@cache
def _known(code: str, version: str) -> Exchange:
    label = f"{code} {version} {FIRST} {LAST}"
    found = kept(label)
    if found is None:
        found = _computed(code, version)
        keep(label, *found)
    return Exchange(found[0], version, found[1])


def _computed(code: str, version: str) -> tuple[str, tuple[Day, ...]]:
    """The package warns of things that its user can't mend, and raises whatever pandas raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from exchange_calendars import get_calendar, get_calendar_names, resolve_alias
        except ImportError as error:
            raise ExchangeError(
                f"the package `exchange_calendars` can't be loaded: {error}",
                "pip install --force-reinstall 'stratc[calendars]'",
            ) from error
        names = tuple(name for name in get_calendar_names() if name.isalnum() and name.isupper())
        if code not in names:
            raise ExchangeError(
                f"no exchange has the calendar `{code}`",
                "the codes are the ISO ones, such as `XNYS`, `XLON`, `CMES`; a market that never closes has `ALWAYS`",
                names,
            )
        name = resolve_alias(code)
        try:
            days = _days(get_calendar(name, *_bounds(type(get_calendar(name)))))
        except Exception as error:
            raise ExchangeError(
                f"exchange_calendars {version} can't make the calendar `{name}`: {_first_line(error)}",
                'list the sessions in a file: `calendar = file("sessions.csv")`',
            ) from error
        return name, days


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 100 else f"{lines[0][:100]} …"


def _bounds(kind: type[ExchangeCalendar]) -> tuple[str, str]:
    """Never the package's own default, which ends a year from today."""
    earliest, latest = kind.bound_min(), kind.bound_max()
    first = FIRST if earliest is None else max(FIRST, str(earliest.date()))
    return first, LAST if latest is None else min(LAST, str(latest.date()))


def _days(calendar: ExchangeCalendar) -> tuple[Day, ...]:
    """One per row; a break makes two sessions of it."""
    columns = (calendar.opens_nanos, calendar.break_starts_nanos, calendar.break_ends_nanos, calendar.closes_nanos)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    days = tuple(
        ((opens, rests), (resumes, closes)) if min(rests, resumes) > opens else ((opens, closes),)
        for opens, rests, resumes, closes in rows
    )
    check(days)
    return days


def check(days: tuple[Day, ...]) -> None:
    """Sessions ascend and never overlap; raises ValueError."""
    edges = [edge for day in days for session in day for edge in session]
    if not edges or edges[0] < 0:
        raise ValueError("it has no session since 1970")
    sessions = [session for day in days for session in day]
    if any(opens >= closes for opens, closes in sessions) or any(a[1] > b[0] for a, b in pairwise(sessions)):
        raise ValueError("its sessions overlap")
