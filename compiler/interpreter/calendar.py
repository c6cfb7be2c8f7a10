"""Session time of an instrument: its sessions are [open, close) in ns, ascending; with none it is always open."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE
NEVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Calendar:
    sessions: tuple[tuple[int, int], ...] = ()

    def is_open(self, now: int) -> bool:
        return not self.sessions or any(opens <= now < closes for opens, closes in self.sessions)

    def elapsed(self, since: int, now: int) -> int:
        """Session time in [since, now)."""
        if not self.sessions:
            return now - since
        return sum(max(0, min(now, closes) - max(since, opens)) for opens, closes in self.sessions)

    def reached(self, since: int, span: int) -> int:
        """The first time at which `span` has elapsed; never where the sessions end before."""
        if not self.sessions or span <= 0:
            return min(since + span, NEVER)
        left = span
        for opens, closes in self.sessions:
            begin = max(since, opens)
            if begin < closes:
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
        return NEVER

    def next_boundary(self, now: int) -> int:
        return min((edge for session in self.sessions for edge in session if edge > now), default=NEVER)

    def day(self, now: int) -> int:
        """The number of the trading day: it changes where one ends (in UTC) or, with sessions, after one opened."""
        if not self.sessions:
            return (now - 1) // DAY
        return sum(opens < now for opens, _ in self.sessions)

    def day_end(self, now: int) -> int:
        """Until when a DAY order lives: the close of this session, else of the next, else the end of the UTC day."""
        return min((closes for _, closes in self.sessions if closes > now), default=(now // DAY + 1) * DAY)
