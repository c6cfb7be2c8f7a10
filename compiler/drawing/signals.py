"""The dataflow as a picture: feeds, the signals that read them, and the orders, risk rules and transitions that read those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..manifest import warm_up_text
from ..program import Command, Equation, Expr, Feed, FieldRef, Program, Signal, Transition, ValueRef
from ..walk import later, now, subexpressions
from .picture import Edge, Node, Picture, wrapped

_NS = (("d", 86_400 * 10**9), ("h", 3_600 * 10**9), ("min", 60 * 10**9), ("s", 10**9), ("ms", 10**6))


def signal_picture(program: Program) -> Picture:
    """A reader that reads no signal and no feed is left out: an order of `abs(position)`, a transition that waits for a report."""
    reads = _Reads(program)
    found: list[tuple[Node, dict[str, bool]]] = []
    found += [(_feed_node(feed, program), _made_of(feed, program)) for feed in feeds(program)]
    found += [(_signal_node(s, program), reads.of_signal(s)) for s in program.signals]
    readers = ((node, reads.of(exprs)) for node, exprs in _readers(program))
    found += [(node, sources) for node, sources in readers if sources]
    edges = [
        Edge(source, node.id, delayed=delayed, title=f"{node.name} reads {_name(source)}{' of before' * delayed}")
        for node, sources in found
        for source, delayed in sorted(sources.items())
    ]
    return Picture(
        id="signals",
        title=f"{program.name}: signals",
        nodes=tuple(node for node, _ in found),
        edges=tuple(edges),
        across=True,
        note="dashed: reads what it was at a tick before",
    )


def feeds(program: Program) -> Sequence[Feed]:
    return program.feeds


def instrument_name(program: Program, feed: Feed) -> str:
    return program.instruments[feed.instrument].name


# ---- boxes


def _feed_node(feed: Feed, program: Program) -> Node:
    of = instrument_name(program, feed) if feed.source is None else program.feeds[feed.source].name
    what = f"{feed.schema if feed.source is None else 'resample'}({of})"
    return Node(
        f"feed_{feed.name}",
        "feed",
        feed.name,
        (what, f"every {duration(feed.every)}" if feed.is_bars else f"python {feed.python}"),
        f"feed {feed.name}, line {feed.place.line}",
    )


def _made_of(feed: Feed, program: Program) -> dict[str, bool]:
    return {} if feed.source is None else {f"feed_{program.feeds[feed.source].name}": False}


def _signal_node(signal: Signal, program: Program) -> Node:
    warm_up = warm_up_text(program.equations[signal.equation].warm_up, program)
    lines = (*wrapped(signal.type), *wrapped(f"warm-up {warm_up}", "  "))
    return Node(
        f"signal_{signal.name}", "signal", signal.name, lines, f"signal {signal.name}, line {signal.place.line}"
    )


def _readers(program: Program) -> Iterator[tuple[Node, list[Expr | None]]]:
    """Each with the expressions it evaluates."""
    for template in program.templates:
        id_, title = f"order_{template.name}", f"order {template.name}, line {template.place.line}"
        node = Node(id_, "order", template.name, (f"order: {template.side} {template.kind}",), title)
        yield node, [template.qty, template.price, template.trigger, template.expires]
    for index, bound in enumerate(program.bounds):
        yield _rule_node(f"bound_{index}", bound.text, bound.place.line), [bound.limit]
    for index, rule in enumerate(program.standing):
        exprs = [rule.condition, rule.limit, rule.until, *_durations(rule.actions)]
        yield _rule_node(f"standing_{index}", rule.text, rule.place.line), exprs
    for state in program.machine.states:
        for transition in state.transitions:
            parts = [transition.condition, transition.delay, transition.cooldown, *_durations(transition.commands)]
            yield _transition_node(state.name, transition, program), parts


def _durations(commands: Iterable[Command]) -> list[Expr | None]:
    return [command.duration for command in commands]


def _rule_node(id_: str, text: str, line: int) -> Node:
    return Node(id_, "risk", "", wrapped(text, "  "), f"risk rule, line {line}: {text}")


def _transition_node(state: str, transition: Transition, program: Program) -> Node:
    target = transition.target
    name = state if target is None else f"{state} -> {program.machine.states[target].name}"
    condition = transition.text.partition("->")[0].partition(" do ")[0].strip()
    title = f"transition, line {transition.place.line}: in {state} {transition.text}"
    return Node(f"transition_{transition.index}", "transition", name, wrapped(condition, "  "), title)


def _name(id_: str) -> str:
    return id_.partition("_")[2]


def duration(ns: int) -> str:
    """`1h`, `90min`, `1500ms`: in the largest unit that divides it."""
    unit, size = next(((unit, size) for unit, size in _NS if ns and ns % size == 0), ("ns", 1))
    return f"{ns // size}{unit}"


# ---- who reads what


class _Reads:
    """By the id of what is read: whether only its past is."""

    def __init__(self, program: Program) -> None:
        self.equations = program.equations
        self.feeds = [feed.name for feed in feeds(program)]
        self.declared = {signal.name for signal in program.signals}

    def of_signal(self, signal: Signal) -> dict[str, bool]:
        own = [e for e in self.equations if e.signal == signal.name or e.index == signal.equation]
        found: dict[str, bool] = {}
        for equation in own:
            self._add_equation(equation, found, False, {e.index for e in own})
        return found

    def of(self, exprs: Iterable[Expr | None]) -> dict[str, bool]:
        found: dict[str, bool] = {}
        seen: set[int] = set()
        for expr in exprs:
            self._add(expr, found, False, seen)
        return found

    def _add_equation(self, equation: Equation, found: dict[str, bool], delayed: bool, seen: set[int]) -> None:
        for expr in now(equation):
            self._add(expr, found, delayed, seen)
        for expr in later(equation):
            self._add(expr, found, True, seen)

    def _add(self, expr: Expr | None, found: dict[str, bool], delayed: bool, seen: set[int]) -> None:
        """seen: equations that belong to the reader itself and are looked at already."""
        for part in subexpressions(expr) if expr is not None else ():
            if isinstance(part, FieldRef):
                self._note(f"feed_{self.feeds[part.feed]}", found, delayed)
            elif isinstance(part, ValueRef) and part.index not in seen:
                equation = self.equations[part.index]
                if equation.signal in self.declared:
                    self._note(f"signal_{equation.signal}", found, delayed)
                else:  # a helper of an order, a rule or the machine
                    seen.add(part.index)
                    self._add_equation(equation, found, delayed, seen)

    def _note(self, id_: str, found: dict[str, bool], delayed: bool) -> None:
        found[id_] = found.get(id_, True) and delayed
