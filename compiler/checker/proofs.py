"""What intervals prove while equations are still being made: domains of operators, and whole numbers that fit 64 bits.

Only what is known at that moment counts: an equation whose past or value is yet to come may be anything. What is proved decides which
programs are accepted, never what an accepted one means (docs/decisions/0008-proved-domains.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...lang import tree
from ..intervals import add, mul, neg, sub
from ..intervals.evaluate import Evaluator, apply
from ..intervals.inputs import Inputs
from ..intervals.interval import HIGHEST_INTEGER, LOWEST_INTEGER, Interval, is_bounded
from ..intervals.solve import reads as reads_of, solve
from ..program import Expr, Feed, Instrument, Kind, Operation, Operator
from ..walk import references

if TYPE_CHECKING:
    from .context import Context
    from .draft import Draft
    from .values import Value


@dataclass(slots=True)
class Proofs:
    """known: intervals of equations that are final, with all they read. rough: of others, as long as `settled` equations were."""

    instruments: tuple[Instrument, ...] = ()
    feeds: tuple[Feed, ...] = ()
    known: dict[int, Interval] = field(default_factory=dict)
    rough: dict[int, Interval] = field(default_factory=dict)
    settled: int = 0

    def of(self, draft: Draft, roots: Iterable[int], inputs: Inputs) -> dict[int, Interval]:
        """Of equations that an expression reads; one that is not final is left out."""
        if self.settled != draft.settled:
            self.settled, self.rough = draft.settled, {}
        wanted = list(roots)
        reads = self._reached(draft, wanted)
        if reads:
            around = {read for of in reads.values() for read in of}
            found = solve(draft.equations, list(reads), inputs, self._kept(around), warm=False)
            unsure = self._unsure(draft, reads)
            for index, value in found.items():
                (self.rough if index in unsure else self.known)[index] = value
        return self._kept(wanted)

    def _kept(self, indices: Iterable[int]) -> dict[int, Interval]:
        found = {}
        for index in indices:
            value = self.known.get(index) or self.rough.get(index)
            if value is not None:
                found[index] = value
        return found

    def _reached(self, draft: Draft, roots: Iterable[int]) -> dict[int, set[int]]:
        """What the roots read, as far as it is final and not kept: each after what it reads itself, and with that."""
        reads: dict[int, set[int]] = {}
        begun: set[int] = set()
        stack = [(root, False) for root in roots]
        while stack:
            index, expanded = stack.pop()
            if expanded:
                reads[index] = reads_of(draft.equations[index])
            elif not (index in begun or index in self.known or index in self.rough or index in draft.pending):
                begun.add(index)
                stack.append((index, True))
                stack.extend((read, False) for read in reads_of(draft.equations[index]))
        return reads

    def _unsure(self, draft: Draft, reads: dict[int, set[int]]) -> set[int]:
        """Of these equations, those that read something which is not final, directly or through others."""
        readers: dict[int, list[int]] = {}
        for index, of in reads.items():
            for read in of:
                readers.setdefault(read, []).append(index)
        unsure: set[int] = set()
        waiting = [read for read in readers if read in draft.pending or read in self.rough]
        while waiting:
            fresh = [reader for reader in readers.get(waiting.pop(), ()) if reader not in unsure]
            unsure.update(fresh)
            waiting += fresh
        return unsure


def interval(context: Context, expr: Expr) -> Interval:
    """Between which values it lies. Of the body of a node by itself nothing is known but constants."""
    shared = context.shared
    if shared.checking:
        return Evaluator(Inputs(), {}, held=True, warm=False).interval(expr)
    inputs = Inputs(shared.ranges, shared.proofs.instruments, shared.proofs.feeds, tuple(shared.traded))
    values = shared.proofs.of(context.draft, references(expr), inputs)
    return Evaluator(inputs, values, held=context.held, warm=False).interval(expr)


def has_result(
    context: Context, operator: Operator, kind: Kind, operands: tuple[Value, ...], span: tree.Span
) -> bool | None:
    """Has the operator a result wherever its operands have a value? None: it never has one, which is reported."""
    sides = [interval(context, operand.expr).present() for operand in operands]
    if any(side.void for side in sides):
        return False
    expr = Operation(kind, operands[0].type.kind, operator, tuple(o.expr for o in operands), optional=True)
    found = apply(expr, sides)
    if found.void:
        _report_never(context, operator, sides[-1], operands[-1].span, span)
        return None
    return not found.na


def _report_never(context: Context, operator: Operator, last: Interval, operand: tree.Span, span: tree.Span) -> None:
    """last: the interval of the last operand."""
    if operator == "sqrt":
        what, label, mend = "this root has no value", "always below 0", "`abs(x)` is the size of a number"
    elif (last.low, last.high) == (0, 0):
        what, label, mend = "this divides by zero", "always 0", "divide by something that can be other than 0"
    else:
        what, label, mend = "this quotient is never finite", "", "divide by something larger"
    context.report(
        "E0801", operand if label else span, what, label, notes=("the result would always be `na`",), help=mend
    )


_UNWRAPPED = {"add": add.unwrapped, "sub": sub.unwrapped, "mul": mul.unwrapped}


def fits_64_bits(context: Context, operator: Operator, operands: tuple[Value, ...], span: tree.Span) -> bool:
    """False after a report: the result may leave 64 bits though each operand has bounds of its own. A counter has none."""
    sides = [interval(context, operand.expr) for operand in operands]
    if any(side.numberless or not is_bounded(side) for side in sides):
        return True
    low, high = neg.unwrapped(sides[0]) if operator == "neg" else _UNWRAPPED[operator](*sides)
    if low >= LOWEST_INTEGER and high <= HIGHEST_INTEGER:
        return True
    worst = high if high > HIGHEST_INTEGER else low
    context.report(
        "E0802",
        span,
        "this may be too large for a whole number",
        f"may be {_shown(worst)}, whole numbers end near {'-' if worst < 0 else ''}9.2 * 10^18",
        help="narrow the range of the parameters, or calculate with a ratio: write one of the numbers with a point, as in `2.0`",
    )
    return False


def _shown(number: int) -> str:
    exponent = len(str(abs(number))) - 1
    return f"{number / 10**exponent:.1f} * 10^{exponent}"
