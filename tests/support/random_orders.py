"""Instruments, order templates, bounds and standing rules made at random: every kind, with every action."""

import math
from dataclasses import replace
from random import Random
from typing import Any

from stratc.compiler.program import (
    Bound,
    Command,
    Constant,
    Expr,
    FieldRef,
    Instrument,
    Latched,
    Na,
    ParamRef,
    Scale,
    Select,
    Standing,
    Template,
    Verb,
    Wake,
    WarmUp,
)
from tests.support.programs import (
    BOOL,
    HOUR,
    INSTRUMENT,
    INTEGER,
    NUMBER,
    apply,
    at,
    command,
    integer,
    number,
    standing,
    template,
)
from tests.support.random_expressions import DELAYS, RandomExpressions

MINUTE = HOUR // 60
EDGES = (1, 0, -1, 2**62 - 1)  # of a duration
KINDS = ("MARKET", "MARKET", "LIMIT", "STOP", "STOP_LIMIT")
TIFS = ("GTC", "GTC", "GTD", "DAY", "IOC", "FOK")
LIMITS: dict[Any, tuple[float, ...]] = {
    "position": (1.2, 2.5, 4.0, 1e300), "gross": (150_000.0, 450_000.0, 30.0), "net": (100_000.0, 1e6, 25.0),
    "notional": (60_000.0, 200_000.0, 30_000.0), "collar": (1500.0, 0.05, 5000.0), "open_orders": (1.0, 2.0, 3.9),
    "order_rate": (3.0, 6.0, 12.0), "leverage": (1.0, 3.0, 10.0),
}  # fmt: skip
NOTHING_PASSES = (-1.0, math.nan, 0.0)
SHARES = (0.01, 0.002, 0.0001)
AGES = (HOUR, HOUR // 2, 2 * HOUR, 90 * MINUTE, 0, 40 * HOUR)
WINDOWS = (HOUR, 24 * HOUR, 24 * HOUR, 5 * HOUR, 90 * MINUTE // 60, MINUTE)


def _days(sessions: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Two sessions and one, in turn, are a trading day."""
    starts = [i for i in range(len(sessions)) if i % 3 != 1]
    ends = [*(start - 1 for start in starts[1:]), len(sessions) - 1]
    return tuple((sessions[a][0], sessions[b][1]) for a, b in zip(starts, ends, strict=True)) if sessions else ()


class RandomOrders(RandomExpressions):
    # ---- what is traded

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(self._instrument(index) for index in range(self.instrument_count))

    def _instrument(self, index: int) -> Instrument:
        rng = self.random
        price, lot = rng.choice(((1, 1), (25, 1), (1, 5)))
        made = replace(
            INSTRUMENT, tick=rng.choice((1, 1, 5)), price=Scale(price, 2), lot=Scale(lot, 5),
            money_per_unit=10 * price * lot, min_qty=rng.choice((1, 1, 1000, 10_000)),
            min_notional=rng.choice((0, 0, 0, 1_000_000_000)), max_qty=rng.choice((10**9, 10**9, 10**6)),
            lot_units=1000 * lot, fee_in_base=rng.random() < 0.4, sessions=self._sessions(),
            allow=rng.choice(("LONG", "SHORT", "BOTH")), name=f"{INSTRUMENT.name}_{index}",
        )  # fmt: skip
        return replace(made, days=_days(made.sessions) if len(made.sessions) % 2 == 0 else ())

    def _sessions(self) -> tuple[tuple[int, int], ...]:
        """Some days of them, or always open."""
        rng, found, now = self.random, [], 0
        if rng.random() < 0.6:
            return ()
        for _ in range(rng.randint(1, 12)):
            opens = now + rng.randint(1, 8) * HOUR // 2
            now = opens + rng.randint(1, 20) * HOUR // 2
            found.append((opens, now))
        return tuple(found)

    # ---- orders

    def templates(self) -> tuple[Template, ...]:
        found: list[Template] = []
        slot = 0
        for i in range(self.template_count):
            max_open = self.random.choice((1, 1, 2, 3))
            found.append(self._template(f"t{i}", slot, max_open, found))
            slot += max_open
        return tuple(self._linked(found))

    def _linked(self, templates: list[Template]) -> list[Template]:
        """Pairs of which one cancels the other, and brackets."""
        of = self.random.choice([t.instrument for t in templates] or [0])  # the venue links orders of one instrument
        single = [i for i, t in enumerate(templates) if t.max_open == 1 and t.instrument == of]
        if len(single) >= 2 and self.random.random() < 0.6:
            a, b = self.random.sample(single, 2)
            templates[a], templates[b] = replace(templates[a], sibling=b), replace(templates[b], sibling=a)
        children = [i for i in single if i > 0]
        if children and self.random.random() < 0.6:
            chosen = tuple(sorted(self.random.sample(children, min(len(children), self.random.choice((1, 2))))))
            parents = [i for i, t in enumerate(templates) if i not in chosen and t.instrument == of]
            if parents:
                parent = self.random.choice(parents)
                templates[parent] = replace(templates[parent], children=chosen)
        return templates

    def _template(self, name: str, slot: int, max_open: int, others: list[Template]) -> Template:
        rng = self.random
        kind, tif = rng.choice(KINDS), rng.choice(TIFS)
        side, reduce_only = rng.choice(("BUY", "SELL")), False
        of = self._some_instrument()
        qty: Expr = number(
            rng.choice((0.5, 1.0, 1.5)) if rng.random() < 0.95 else 5000.0
        )  # the first one: with it most programs come to hold something
        if others:
            qty, reduce_only = self._quantity(), rng.random() < 0.2
        if others and rng.random() < 0.5:  # one that may well make the strategy flat
            side, reduce_only = "BUY" if others[0].side == "SELL" else "SELL", True
            held = apply("abs", Latched(NUMBER, "position", instrument=of))
            qty = rng.choice((held, held, apply("mul", held, number(0.5))))
        hints = Random(f"hints {self.seed} {name}")  # apart, so that they change nothing else
        return template(
            name, side, qty, slot, kind=kind, tif=tif, max_open=max_open, reduce_only=reduce_only,
            instrument=of,
            price=self._near(of, is_first=not others) if kind in ("LIMIT", "STOP_LIMIT") else None,
            trigger=self._near(of, is_first=not others) if kind in ("STOP", "STOP_LIMIT") else None,
            expires=self._lifetime() if tif == "GTD" else None, post_only=kind == "LIMIT" and rng.random() < 0.3,
            urgency=hints.choice(("PASSIVE", "MID", "CROSS")), route=hints.choice((0, 0, 1, 2, 65_535)),
            place=at(rng.randint(1, 60)),
        )  # fmt: skip

    def _quantity(self) -> Expr:
        rng = self.random
        lots = rng.choice((0.5, 1.0, 1.0, 0.1, 2.345678, 0.75, 9.999999999, 5000.0 if rng.random() < 0.3 else 1.5))
        if rng.random() < 0.5:
            return number(lots if rng.random() < 0.97 else 1e12)
        growing = apply("add", number(0.5), apply("mul", FieldRef(0, "close"), number(1e-5)))
        held = apply("abs", Latched(NUMBER, "position"))
        return rng.choice(
            (
                held,
                growing,
                growing,
                FieldRef(0, "volume"),
                FieldRef(0, "volume"),
                self._fading(),
                self.expr(NUMBER, 2, range(len(self.plan))),
            )
        )

    def _fading(self) -> Expr:
        """One of a falling bar, less than a lot of a rising one: what a replace may then refuse."""
        falls = apply("lt", FieldRef(0, "close"), FieldRef(0, "open"))
        return Select(NUMBER, falls, number(1.0), number(1e-9), optional=False)

    def _near(self, instrument: int, *, is_first: bool) -> Expr:
        """A price not far from the market."""
        rng = self.random
        pick, factor = rng.random(), number(rng.uniform(0.95, 1.05))
        if pick < 0.1 and not is_first:
            return self.expr(NUMBER, 2, range(len(self.plan)))
        close = FieldRef(next(i for i, f in enumerate(self.feeds) if f.instrument == instrument), "close")
        return apply("mul", close if pick < 0.85 or is_first else Latched(NUMBER, "avg_px", 0, True), factor)

    def _lifetime(self) -> Expr:
        return (
            integer(self.random.choice((HOUR, 1, HOUR, 0, -1, 2**62 - 1)))
            if self.random.random() < 0.9
            else Na(INTEGER)
        )

    # ---- bounds

    def bounds(self) -> tuple[Bound, ...]:
        rng = self.random
        measures = rng.sample(tuple(LIMITS), rng.choice((0, 0, 1, 1, 2, 2, 3)))
        return tuple(self._bound(i, measure) for i, measure in enumerate(measures))

    def _bound(self, index: int, measure: Any) -> Bound:
        rng = self.random
        value = rng.choice(LIMITS[measure])
        limit: Expr = number(value)
        if rng.random() < 0.04:
            limit = rng.choice((*map(number, NOTHING_PASSES), Na(NUMBER)))
        elif measure == "position" and rng.random() < 0.3 and (given := self._param(NUMBER)) is not None:
            limit, value = given, float(self.params[given.index].value)
        return Bound(
            f"bound {index}", limit, at(10 + index), measure, relative=measure == "collar" and value < 1.0,
            window=rng.choice((HOUR, 5 * HOUR, 1)) if measure == "order_rate" else 0,
            clamp=measure in ("position", "gross", "net", "notional") and rng.random() < 0.5, ceiling=value,
            instrument=self._bounded(measure, relative=measure == "collar" and value < 1.0),
        )  # fmt: skip

    def _bounded(self, measure: Any, *, relative: bool) -> int | None:
        """An amount of an asset belongs to one instrument, what the account counts to none."""
        if measure in ("open_orders", "order_rate", "leverage"):
            return None
        one = measure == "position" or (measure == "collar" and not relative) or self.random.random() < 0.4
        return self._some_instrument() if one else None

    # ---- standing rules

    def standing(self) -> tuple[Standing, ...]:
        """Sometimes two that fire together, with actions of their own."""
        rng = self.random
        rules = [self._standing(i) for i in range(rng.choice((0, 0, 0, 0, 1, 1, 2, 3)))]
        if rules and rng.random() < 0.4:
            rules.append(replace(rules[0], actions=self._actions(rules[0].kind)))
        return tuple(rules)

    def _standing(self, index: int) -> Standing:
        rng = self.random
        kind = rng.choice(
            ("guard", "guard", "assume", "drawdown", "drawdown", "loss", "loss", "loss_streak", "loss_streak", "assume")
        )
        more: dict[str, Any] = {"actions": self._actions(kind), "place": at(rng.randint(1, 60))}
        if kind in ("guard", "assume"):
            more |= self._guard()
        elif kind == "loss_streak":
            more["limit"] = number(rng.choice((0.0, 0.0, 1.0, 2.0)))
        else:
            more["relative"] = rng.random() < 0.5
            amount = rng.choice(SHARES) if more["relative"] else rng.choice((0.5, 20.0, 500.0))
            more["limit"] = number(amount) if rng.random() < 0.95 else rng.choice((Na(NUMBER), number(math.nan)))
            more["window"] = rng.choice(WINDOWS) if kind == "drawdown" else 0
            more["confirm"] = rng.choice((1, 1, 2, 2, 3))
        if rng.random() < 0.3:
            more["until"] = self._condition(range(len(self.plan)))
        return standing(kind, text=f"rule {index}", **more)

    def _guard(self) -> dict[str, Any]:
        rng = self.random
        if rng.random() < 0.6:  # fresh data, with the timers that see them go stale
            limit, after = Constant(INTEGER, rng.choice(AGES)), rng.random() < 0.5
            wakes = [Wake(limit, after)]
            if rng.random() < 0.3:
                wakes.append(Wake(Constant(INTEGER, rng.choice((*DELAYS, 2**63 - 1))), rng.random() < 0.5))
            fresh = apply("le" if after else "lt", Latched(INTEGER, "age"), limit)
            return {"condition": fresh, "wakes": tuple(wakes)}
        mostly = apply("ge", FieldRef(0, "close"), apply("mul", FieldRef(0, "open"), number(0.99)))
        holds = rng.choice(
            (
                mostly,
                mostly,
                Latched(BOOL, "in_session", instrument=self._some_instrument()),
                self.expr(BOOL, 2, range(len(self.plan))),
            )
        )
        return {"condition": holds, "ready": rng.choice((WarmUp(), self.warm_up()))}

    def _actions(self, kind: str) -> tuple[Command, ...]:
        """In the order in which the checker puts them."""
        rng = self.random
        found = [command(Verb.CANCEL_ALL)] if rng.random() < 0.4 else []
        found += [command(Verb.FLATTEN)] if rng.random() < 0.4 else []
        found += [self._halt()] if rng.random() < 0.4 else []
        found += [command(Verb.NOTIFY, None, rng.randrange(2)) for _ in range(rng.choice((0, 0, 1, 2)))]
        return tuple(replace(c, place=at(rng.randint(1, 60))) for c in found) if kind != "assume" else tuple(found)

    def _halt(self) -> Command:
        """Seldom without an end: nothing but a `resume` would let the program go on."""
        rng = self.random
        ends: Expr | None = rng.choice((integer(HOUR), integer(3 * HOUR), integer(5 * HOUR), integer(-1), Na(INTEGER)))
        return command(Verb.HALT, duration=ends if rng.random() < 0.9 else None, line=rng.randint(1, 60))

    # ---- what the machine needs too

    def _condition(self, every: range) -> Expr:
        return self._plain() if self.random.random() < 0.3 else self.expr(BOOL, self.random.randint(0, 3), every)

    def _plain(self) -> Expr:
        rises = apply(self.random.choice(("ge", "le", "gt")), FieldRef(0, "close"), FieldRef(0, "open"))
        flat = Latched(BOOL, "flat")
        return self.random.choice((rises, rises, flat, apply("not", flat), apply("and", flat, rises)))

    def _delay(self, every: range) -> Expr:
        if self.random.random() < 0.1:
            return self.expr(INTEGER, 1, every)
        given: ParamRef | None = self._param(INTEGER, duration=True) if self.random.random() < 0.5 else None
        return given or Constant(INTEGER, self.random.choice(DELAYS))
