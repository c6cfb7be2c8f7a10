"""Session time of an instrument: its sessions are [open, close) in ns, ascending; with none it is always open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from ..program import Instrument

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE
NEVER = 2**63 - 1
Span = tuple[int, int]


class Calendar:
    """days: first open and last close of each trading day; empty: each session is one."""

    def __init__(self, sessions: tuple[Span, ...] = (), days: tuple[Span, ...] = ()) -> None:
        self.sessions, self.days = sessions, days or sessions
        self._closes = [closes for _, closes in sessions]
        self._day_opens = [opens for opens, _ in self.days]
        self._day_closes = [closes for _, closes in self.days]

    def _from(self, now: int) -> Iterator[Span]:
        """The sessions that close after now."""
        return (self.sessions[i] for i in range(bisect_right(self._closes, now), len(self.sessions)))

    def is_open(self, now: int) -> bool:
        return not self.sessions or any(opens <= now for opens, _ in self._first(now))

    def _first(self, now: int) -> tuple[Span, ...]:
        at = bisect_right(self._closes, now)
        return self.sessions[at : at + 1]

    def elapsed(self, since: int, now: int) -> int:
        """Session time in [since, now)."""
        if not self.sessions:
            return now - since
        total = 0
        for opens, closes in self._from(since):
            if opens >= now:
                break
            total += max(0, min(now, closes) - max(since, opens))
        return total

    def reached(self, since: int, span: int) -> int:
        """The first time at which `span` has elapsed; never where the sessions end before."""
        if not self.sessions or span <= 0:
            return min(since + span, NEVER)
        left = span
        for opens, closes in self._from(since):
            begin = max(since, opens)
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        return NEVER

    def next_boundary(self, now: int) -> int:
        return next((opens if opens > now else closes for opens, closes in self._first(now)), NEVER)

    def day(self, now: int) -> int:
        """The number of the trading day: it changes where one ends (in UTC) or, with sessions, after one opened."""
        return bisect_left(self._day_opens, now) if self.sessions else (now - 1) // DAY

    def day_end(self, now: int) -> int:
        """Until when a DAY order lives: the close of this trading day, else of the next, else the end of the UTC day."""
        at = bisect_right(self._day_closes, now)
        return self._day_closes[at] if at < len(self.days) else (now // DAY + 1) * DAY


def calendar_of(instrument: Instrument) -> Calendar:
    return Calendar(instrument.sessions, instrument.days)
