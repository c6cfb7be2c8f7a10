"""The machine as a picture: a box per state with what it does without leaving, an arrow per transition in the source's words."""

from __future__ import annotations

from ..program import Constant, Expr, ParamRef, Program, State, Transition
from .picture import Edge, Node, Picture, wrapped
from .signals import duration

START = "start"


def machine_picture(program: Program) -> Picture:
    states = program.machine.states
    nodes = [Node(START, "start", "", (), "the machine starts here")]
    nodes += [_state(index, state, program) for index, state in enumerate(states)]
    edges = [Edge(START, _id(states[program.machine.initial]), title="the machine starts here")]
    for rule in program.machine.adopts:
        if rule.target is not None:
            title = f"to {states[rule.target].name}, line {rule.place.line}: {rule.text}"
            edges.append(Edge(START, _id(states[rule.target]), _label(rule, states[rule.target].name), title=title))
    for index, state in enumerate(states):
        for transition in state.transitions:
            if transition.target is not None and transition.target != index:
                edges.append(_edge(state, states[transition.target], transition))
    return Picture("machine", f"{program.name}: machine", tuple(nodes), tuple(edges), across=False)


def _id(state: State) -> str:
    return f"state_{state.name}"


def _state(index: int, state: State, program: Program) -> Node:
    lines = list(wrapped(f"cooldown {_text(state.cooldown, program)}")) if state.cooldown is not None else []
    for transition in state.transitions:
        if transition.target in (None, index):
            lines += wrapped(transition.text or _plain(transition), "  ")
    initial = index == program.machine.initial
    title = f"{'initial ' * initial}state {state.name}, line {state.place.line}"
    return Node(_id(state), "state", state.name, tuple(lines), title, strong=initial)


def _edge(source: State, target: State, transition: Transition) -> Edge:
    title = f"{source.name} to {target.name}, line {transition.place.line}: {transition.text or _plain(transition)}"
    return Edge(_id(source), _id(target), _label(transition, target.name), title=title)


def _label(transition: Transition, target: str) -> tuple[str, ...]:
    """`when up`, then `do submit(entry)`: the arrow itself says where it leads."""
    condition, arrow, rest = transition.text.partition("->")
    if not arrow:
        return wrapped(transition.text or _plain(transition), "  ")
    return (*wrapped(condition.strip(), "  "), *wrapped(rest.strip().removeprefix(target).strip(), "  "))


def _plain(transition: Transition) -> str:
    """Of a program that was not made from text."""
    return f"{transition.kind} {transition.event or ''}".strip()


def _text(delay: Expr, program: Program) -> str:
    match delay:
        case Constant(value=value):
            return duration(int(value))
        case ParamRef(index=index):
            return program.params[index].name
        case _:
            return "that is computed"
