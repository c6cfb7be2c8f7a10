"""Units of measure: a free abelian group over assets, erased before code generation.

`price<Q/B>` is Q/B, `qty<B>` is B, `notional<Q>` is Q, `ratio` is the neutral element. Inside a generic node an asset may be a rigid
variable (the generic's name); at a call it is replaced by what the argument has.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """exponents: (asset, exponent) pairs, sorted, no zero exponent."""

    exponents: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        total = dict(self.exponents)
        for asset, exponent in other.exponents:
            total[asset] = total.get(asset, 0) + exponent
        return Unit(tuple(sorted((a, e) for a, e in total.items() if e)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other.inverse()

    def inverse(self) -> Unit:
        return Unit(tuple((a, -e) for a, e in self.exponents))

    def root(self) -> Unit | None:
        """The unit whose square this is, if there is one."""
        if any(e % 2 for _, e in self.exponents):
            return None
        return Unit(tuple((a, e // 2) for a, e in self.exponents))

    def as_price(self) -> tuple[Unit, Unit] | None:
        """(quote, base) if this is one asset per another."""
        plus = [a for a, e in self.exponents if e == 1]
        minus = [a for a, e in self.exponents if e == -1]
        if len(self.exponents) == 2 and len(plus) == len(minus) == 1:
            return asset(plus[0]), asset(minus[0])
        return None

    def __str__(self) -> str:
        above = "*".join(a if e == 1 else f"{a}^{e}" for a, e in self.exponents if e > 0)
        below = "*".join(a if e == -1 else f"{a}^{-e}" for a, e in self.exponents if e < 0)
        return f"{above or '1'}/{below}" if below else above or "1"


RATIO = Unit()


def asset(name: str) -> Unit:
    return Unit(((name, 1),))
