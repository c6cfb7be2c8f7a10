"""What each standing rule promises: when it is broken and when it holds again, and that nothing adds risk meanwhile.

A rule's `observe` says since when it is broken or holds again: the changes that a step reveals, those before it by time alone included.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tests.risk.markets import DAY
from tests.risk.replay import DOLLAR, Step

Change = tuple[int, bool]  # when, whether it is broken then
Until = Callable[[int], bool]  # of the number of the last bar


class Rule(Protocol):
    def observe(self, step: Step) -> list[Change]: ...


@dataclass
class Confirmed:
    """Broken twice in a row, at bars that changed the mark; it ends at such a bar too, once `until` holds as well."""

    until: Until = lambda bar: True
    mark: int = 0
    bar: int = -1
    breaches: int = 0
    broken: bool = False

    def tell(self, step: Step, fallen: bool) -> list[Change]:
        self.bar += 1
        if step.books.mark == self.mark:
            return []
        self.mark = step.books.mark
        self.breaches = self.breaches + 1 if fallen else 0
        was = self.broken
        self.broken = self.breaches >= 2 if not was else fallen or not self.until(self.bar)
        return [] if was == self.broken else [(step.now, self.broken)]


@dataclass
class Drawdown(Confirmed):
    """Equity against the highest that any instant of the window saw. window: ns, whole minutes."""

    share: float = 0.0
    window: int = 0
    seen: list[tuple[int, int]] = field(default_factory=list)  # when equity became so much

    def observe(self, step: Step) -> list[Change]:
        equity = step.books.equity
        self.seen.append((step.now, equity))
        if step.kind != "bar":
            return []
        self.seen = [(at, equity) for at, equity in self.seen if at > step.now - self.window]
        highest = max(equity for _, equity in self.seen)
        return self.tell(step, float(highest - equity) > self.share * float(highest))


@dataclass
class Loss(Confirmed):
    """Equity against what it was when the day began: a bar that ends at midnight is of the day before."""

    dollars: int = 0
    capital: int = 0
    day: int = -1
    before: int = 0
    began_with: int = 0

    def observe(self, step: Step) -> list[Change]:
        day = (step.now - 1) // DAY
        if day != self.day:
            self.began_with = self.before if self.day >= 0 else self.capital * DOLLAR
            self.day = day
        self.before = step.books.equity
        return self.tell(step, self.began_with - self.before > self.dollars * DOLLAR) if step.kind == "bar" else []


@dataclass
class Streak:
    """Round trips in a row that lost; forgiven when `until` holds."""

    most: int
    until: Until
    bar: int = -1
    told: int = 0
    losses: int = 0
    broken: bool = False

    def observe(self, step: Step) -> list[Change]:
        self.bar += step.kind == "bar"
        for profit in step.books.trips[self.told :]:
            self.losses = self.losses + 1 if profit < 0 else 0
        self.told, was = len(step.books.trips), self.broken
        if not was:
            self.broken = self.losses > self.most
        elif self.until(self.bar):
            self.losses, self.broken = 0, False
        return [] if was == self.broken else [(step.now, self.broken)]


@dataclass
class Age:
    """A bar must come before the last one is so old. start: of the run, from which the age counts before the first bar."""

    limit: int
    start: int
    broken: bool = False

    def observe(self, step: Step) -> list[Change]:
        changes = []
        if not self.broken and step.now >= self.start + self.limit:
            self.broken = True
            changes.append((self.start + self.limit, True))
        if step.kind == "bar":
            self.start = step.now
            if self.broken:
                self.broken = False
                changes.append((step.now, False))
        return changes


@dataclass
class Session:
    """In a session only: each lasts from its opening until, not at, its close. Nothing is told before the first bar."""

    sessions: list[tuple[int, int]]
    told: int | None = None

    def observe(self, step: Step) -> list[Change]:
        if self.told is None:
            if step.kind != "bar":
                return []
            self.told = step.now
            opened = any(opens <= step.now < closes for opens, closes in self.sessions)
            return [] if opened else [(step.now, True)]
        edges = ((edge, closes) for opens, end in self.sessions for edge, closes in ((opens, False), (end, True)))
        due = [edge for edge in edges if self.told < edge[0] <= step.now]
        self.told = step.now
        return due


@dataclass(frozen=True)
class Actions:
    """halt: ns, 0 for none."""

    cancel_all: bool = False
    flatten: bool = False
    halt: int = 0


@dataclass
class Watch:
    """Follows a run beside a rule. changes: of the whole run. bars: the most that a flatten lasted."""

    rule: Rule
    actions: Actions
    changes: list[Change] = field(default_factory=list)
    broken: bool = False
    halted_until: int = 0
    flattening: bool = False
    bars: int = 0
    _lasting: int = 0
    _open: set[int] = field(default_factory=set)
    _to_cancel: dict[int, set[int]] = field(default_factory=dict)

    def problems(self, steps: Iterable[Step]) -> Iterator[str]:
        """What was sent that must not be, or was not though it must."""
        for step in steps:
            yield from self._changed(step)
            yield from self._sent(step)
            self._open = set(step.books.orders)
            if not self._open and not step.books.position:
                self.flattening = False
            self._lasting = self._lasting + (step.kind == "bar") if self.flattening else 0
            self.bars = max(self.bars, self._lasting)

    def _changed(self, step: Step) -> Iterator[str]:
        if step.kind in ("bar", "report") or not isinstance(self.rule, Confirmed | Streak):
            for at, broken in self.rule.observe(step):
                self.changes.append((at, broken))
                self.broken = broken
                if broken:
                    self._act(at)
        for at in [at for at in self._to_cancel if at < step.now]:
            left = self._to_cancel.pop(at) & self._open
            if left:
                yield f"{step}: broken since {at}, and orders {left} were not cancelled then"

    def _act(self, at: int) -> None:
        """A flatten that runs is not started again."""
        if self.actions.cancel_all or (self.actions.flatten and not self.flattening):
            self._to_cancel[at] = set(self._open)
        self.flattening |= self.actions.flatten
        self.halted_until = max(self.halted_until, at + self.actions.halt)

    def _sent(self, step: Step) -> Iterator[str]:
        if step.kind == "cancel":
            for waiting in self._to_cancel.values():
                waiting.discard(step.frame["id"])
        if step.adds and (self.broken or self.flattening or step.now < self.halted_until):
            yield f"{step}: adds risk; broken {self.broken}, flattening {self.flattening}, halted until {self.halted_until}"
        if step.kind == "submit" and self.flattening and step.order is not None and not step.order.flattens:
            yield f"{step}: while flattening"
