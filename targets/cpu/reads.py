"""Which expressions a Program evaluates where, and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...compiler import program as p


def constant(warm_up: p.WarmUp) -> bool:
    """Whether no parameter moves it."""
    return not any(form.terms for form in warm_up.forms)


def walk(expr: p.Expr, ticking: bool = False) -> Iterator[p.Expr]:
    """`expr` and every expression in it. ticking: evaluated at a tick alone, so without what no tick ever asks for."""
    yield expr
    for part in (expr.value,) if ticking and isinstance(expr, p.Default) and always_there(expr) else _parts(expr):
        yield from walk(part, ticking)


def _parts(expr: p.Expr) -> tuple[p.Expr, ...]:
    match expr:
        case p.Operation(operands=operands):
            return operands
        case p.Select(condition=condition, then=then, other=other):
            return (condition, then, other)
        case p.Default(value=value, other=other):
            return (value, other)
        case _:
            return ()


def reads_context(expr: p.Expr) -> bool:
    """Whether its value depends on anything but the text of the program."""
    return any(not isinstance(part, p.Constant | p.Na | p.Operation | p.Select) for part in walk(expr))


def settled(expr: p.Expr) -> Iterator[p.Expr]:
    """The largest parts of it that only parameters move, and that take more than reading one."""
    parts = list(walk(expr))
    pure = all(isinstance(part, p.Constant | p.Na | p.ParamRef | p.Operation | p.Select) for part in parts)
    if pure and isinstance(expr, p.Operation | p.Select) and any(isinstance(part, p.ParamRef) for part in parts):
        yield expr
        return
    for part in _parts(expr):
        yield from settled(part)


def always_there(expr: p.Default) -> bool:
    """Whether at every tick it is `value`: that is never na and ready from the first."""
    return constant(expr.ready) and expr.ready.at(()) <= 0 and not _may_be_na(expr.value)


def _may_be_na(expr: p.Expr) -> bool:
    """At a tick, for what it is made of: the type alone may allow for an na that never comes."""
    match expr:
        case p.Operation(operator=operator, operands=operands):
            return expr.optional and (operator in ("div", "mod", "sqrt") or any(map(_may_be_na, operands)))
        case p.Select(condition=condition, then=then, other=other):
            return expr.optional and any(map(_may_be_na, (condition, then, other)))
        case p.Default(other=other):
            return expr.optional and not always_there(expr) and _may_be_na(other)
        case _:
            return p.is_optional(expr)


def evaluated(equation: p.Equation) -> tuple[p.Expr, ...]:
    match equation:
        case p.Let(value=value):
            return (value,)
        case p.Memory(first=first):
            return (first,)
        case p.Window(source=source):
            return (source,)
        case p.Delay():
            return ()


def committed(equation: p.Equation) -> tuple[p.Expr, ...]:
    match equation:
        case p.Memory(next=next_):
            return (next_,)
        case p.Delay(source=source):
            return (source,)
        case _:
            return ()


def acting(program: p.Program) -> Iterator[p.Expr]:
    """What is evaluated outside the dataflow: order fields, rules, the machine with its commands."""
    parts: list[p.Expr | None] = []
    for template in program.templates:
        parts += (template.qty, template.price, template.trigger, template.expires)
    parts += (bound.limit for bound in program.bounds)
    for rule in program.standing:
        parts += (rule.condition, rule.limit, rule.until, *(wake.limit for wake in rule.wakes))
    for state in program.machine.states:
        parts.append(state.cooldown)
        for t in state.transitions:
            parts += (t.condition, t.delay, t.cooldown)
    parts += (command.duration for command in commands(program))
    return (part for part in parts if part is not None)


def commands(program: p.Program) -> Iterator[p.Command]:
    """Every command that is written in it."""
    for state in program.machine.states:
        for t in state.transitions:
            yield from t.commands
    for rule in program.standing:
        yield from rule.actions
    yield from program.on_stop


def reads_session(program: p.Program) -> bool:
    """Whether anything asks if a session is open."""
    exprs = [e for equation in program.equations for e in (*evaluated(equation), *committed(equation))]
    parts = (part for expr in (*exprs, *acting(program)) for part in walk(expr))
    return any(isinstance(part, p.Latched) and part.name == "in_session" for part in parts)


def read(exprs: Iterable[p.Expr], ticking: bool = True) -> set[int]:
    return {e.index for expr in exprs for e in walk(expr, ticking) if isinstance(e, p.ValueRef)}


def live_equations(program: p.Program, roots: set[int]) -> list[p.Equation]:
    """The equations that the roots read, directly or through others, in schedule order."""
    live, waiting = set(roots), sorted(roots)
    while waiting:
        equation = program.equations[waiting.pop()]
        fresh = read((*evaluated(equation), *committed(equation))) - live
        live |= fresh
        waiting += sorted(fresh)
    return [e for e in program.equations if e.index in live]
