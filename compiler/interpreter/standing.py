"""Standing risk: guards, drawdown, loss and losing streaks, evaluated in every instant (semantics.md 5c, Risk rules)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..program import Command, Program, Scale, Standing, Verb
from .account import Account
from .calendar import MINUTE
from .dataflow import Dataflow
from .messages import Output, Record
from .rounding import LARGEST_LIMIT, is_positive, limit_steps
from .timers import deadline

ONCE = (Verb.CANCEL_ALL, Verb.FLATTEN, Verb.HALT)  # of all actions of an instant, in this order; then every notify


@dataclass(slots=True)
class Watch:
    """One rule. highest: the highest equity of each minute."""

    rule: Standing
    count: int = 0
    firing: bool = False
    highest: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """measured, limit: as logged."""

    breached: bool
    measured: int = 0
    limit: int = 0


class StandingRisk:
    """day_equity: of the day's start."""

    def __init__(self, program: Program, account: Account, dataflow: Dataflow) -> None:
        self.money, self.first_id = program.money, len(program.bounds)
        self.account, self.dataflow = account, dataflow
        self.watches = [Watch(rule) for rule in program.standing]
        self.day_equity = account.equity

    def refuses(self) -> bool:
        return any(watch.firing or not self._is_ready(watch.rule) for watch in self.watches)

    def _is_ready(self, rule: Standing) -> bool:
        return rule.condition is None or self.dataflow.after(rule.ready)

    def evaluate(self, now: int, *, mark_changed: bool, resumed: bool, out: Output) -> list[Command]:
        """One rule after the other; says what the rules that fire since this instant ask for."""
        risen = []
        for index, watch in enumerate(self.watches):
            was_firing = watch.firing
            finding = self._evaluate(watch, now, mark_changed=mark_changed, resumed=resumed)
            if watch.firing == was_firing:
                continue
            payload = (finding.measured, finding.limit)
            line = watch.rule.place.line
            out.records.append(Record("risk", self.first_id + index, line, int(watch.firing), payload))
            if watch.firing:
                risen.append(watch.rule)
        return list(_together(risen, lambda command: self._halt_end(command, now)))

    def _halt_end(self, command: Command, now: int) -> int:
        return deadline(now, None if command.duration is None else self.dataflow.evaluate(command.duration))

    def _evaluate(self, watch: Watch, now: int, *, mark_changed: bool, resumed: bool) -> Finding:
        rule = watch.rule
        if rule.kind == "drawdown":
            self._remember(watch, now)
        if rule.kind in ("drawdown", "loss") and not mark_changed:
            return Finding(False)
        finding = self._find(watch)
        watch.count = min(watch.count + 1, rule.confirm) if finding.breached else 0
        if not watch.firing:
            watch.firing = watch.count >= rule.confirm
        elif rule.kind == "loss_streak":
            watch.firing = not (resumed or self._streak_is_forgiven(rule))
        elif not finding.breached:
            watch.firing = rule.until is not None and self.dataflow.evaluate(rule.until) is not True
        return finding

    def _streak_is_forgiven(self, rule: Standing) -> bool:
        """By its `until`: the count begins anew."""
        over = rule.until is not None and self.dataflow.evaluate(rule.until) is True
        if over:
            self.account.streak = 0
        return over

    # ---- what each kind measures

    def _find(self, watch: Watch) -> Finding:
        rule = watch.rule
        match rule.kind:
            case "guard" | "assume":
                assert rule.condition is not None
                return Finding(self._is_ready(rule) and self.dataflow.evaluate(rule.condition) is not True)
            case "drawdown":
                return self._fallen(rule, max(watch.highest.values()))
            case "loss":
                return self._fallen(rule, self.day_equity)
            case "loss_streak":
                assert rule.limit is not None
                limit = limit_steps(self.dataflow.evaluate(rule.limit), Scale(1, 0))
                return Finding(self.account.streak > limit, self.account.streak, limit)

    def _remember(self, watch: Watch, now: int) -> None:
        """Takes this instant's equity in and forgets the minutes before the window."""
        minute, first = (now - 1) // MINUTE, (now - watch.rule.window) // MINUTE
        watch.highest[minute] = max(watch.highest.get(minute, self.account.equity), self.account.equity)
        watch.highest = {at: equity for at, equity in watch.highest.items() if at >= first}

    def _fallen(self, rule: Standing, since: int) -> Finding:
        """Equity has fallen below what it was by more than the limit, an amount or a share."""
        assert rule.limit is not None
        limit, fallen = self.dataflow.evaluate(rule.limit), since - self.account.equity
        if not rule.relative:
            allowed = limit_steps(limit, self.money)
            return Finding(fallen > allowed, fallen, allowed)
        share = float(limit) if limit is not None and is_positive(limit) else 0.0
        of = share * float(since)
        logged = math.floor(max(-float(LARGEST_LIMIT), min(float(LARGEST_LIMIT), of)))
        return Finding(float(fallen) > of, fallen, max(-LARGEST_LIMIT, min(LARGEST_LIMIT, logged)))


def _together(rules: list[Standing], halt_end: Callable[[Command], int]) -> Iterator[Command]:
    """The actions of several rules as one list; of halts the longest, of equal ones the first."""
    commands = [command for rule in rules for command in rule.actions]
    for verb in ONCE:
        found = [command for command in commands if command.verb is verb]
        if found:
            yield max(found, key=halt_end) if verb is Verb.HALT else found[0]
    yield from (command for command in commands if command.verb is Verb.NOTIFY)
