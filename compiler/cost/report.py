"""All that is known of a program's cost, signal by signal and in total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import state_size
from ..program import Equation, Program
from .counts import Counts, of_expr, summed
from .critical_path import CriticalPath, critical_path
from .equations import amortised, at_worst, default, largest
from .machine import MachineCost, machine_cost


@dataclass(frozen=True, slots=True)
class Part:
    """A signal, or what an order, the risk rules or the machine remember by themselves.

    most: the worst instant at the parameters' highest values; usual: at their defaults; amortised: there, per instant over many.
    """

    name: str
    line: int
    bytes: int
    most: Counts
    usual: Counts
    amortised: Counts


@dataclass(frozen=True, slots=True)
class RiskCost:
    """operations: of what the standing rules test in every instant."""

    bounds: int
    standing: int
    operations: int


@dataclass(frozen=True, slots=True)
class Cost:
    """usual_path: operations of the critical path at the default parameters."""

    strategy: str
    parts: tuple[Part, ...]
    path: CriticalPath
    usual_path: int
    machine: MachineCost
    risk: RiskCost
    templates: int
    slots: int

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def most(self) -> Counts:
        return summed([part.most for part in self.parts])

    @property
    def usual(self) -> Counts:
        return summed([part.usual for part in self.parts])

    @property
    def amortised(self) -> Counts:
        return summed([part.amortised for part in self.parts])


def cost(program: Program) -> Cost:
    usual = default(program.params)
    return Cost(
        strategy=program.name,
        parts=tuple(_part(name, group, program) for name, group in _groups(program.equations).items()),
        path=critical_path(program.equations, largest),
        usual_path=critical_path(program.equations, usual).operations,
        machine=machine_cost(program.machine),
        risk=_risk(program),
        templates=sum(not template.reserved for template in program.templates),
        slots=program.slot_count,
    )


def _groups(equations: Sequence[Equation]) -> dict[str, list[Equation]]:
    """Equations by the signal they belong to, in schedule order."""
    found: dict[str, list[Equation]] = {}
    for equation in equations:
        found.setdefault(equation.signal, []).append(equation)
    return found


def _part(name: str, equations: list[Equation], program: Program) -> Part:
    usual = default(program.params)
    declared = [signal.place.line for signal in program.signals if signal.name == name]
    return Part(
        name=name,
        line=declared[0] if declared else equations[0].place.line,
        bytes=state_size.total(equations),
        most=summed([at_worst(equation, largest) for equation in equations]),
        usual=summed([at_worst(equation, usual) for equation in equations]),
        amortised=summed([amortised(equation, usual) for equation in equations]),
    )


def _risk(program: Program) -> RiskCost:
    tested = [of_expr(expr) for rule in program.standing for expr in (rule.condition, rule.limit, rule.until)]
    return RiskCost(len(program.bounds), len(program.standing), summed(tested).total)
