"""Which expressions a Program evaluates where, and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...compiler import program as p


def constant(warm_up: p.WarmUp) -> bool:
    """Whether no parameter moves it."""
    return not any(form.terms for form in warm_up.forms)


Clocks = frozenset[int]
NO_CLOCK: Clocks = frozenset()


def walk(expr: p.Expr, ticking: Clocks = NO_CLOCK) -> Iterator[p.Expr]:
    """`expr` and every expression in it. ticking: evaluated at a tick of these clocks alone, so without what no tick ever asks for."""
    yield expr
    for part in (expr.value,) if isinstance(expr, p.Default) and always_there(expr, ticking) else _parts(expr):
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


def settled(expr: p.Expr) -> Iterator[p.Expr]:
    """The largest parts of it that only parameters move, and that take more than reading one."""
    parts = list(walk(expr))
    pure = all(isinstance(part, p.Constant | p.Na | p.ParamRef | p.Operation | p.Select) for part in parts)
    if pure and isinstance(expr, p.Operation | p.Select) and any(isinstance(part, p.ParamRef) for part in parts):
        yield expr
        return
    for part in _parts(expr):
        yield from settled(part)


def always_there(expr: p.Default, ticking: Clocks) -> bool:
    """Whether at every tick it is `value`: that is never na and ready from the first."""
    if not ticking or not set(expr.ready.clocks) <= ticking:
        return False
    return constant(expr.ready) and expr.ready.at(()) <= 0 and not _may_be_na(expr.value, ticking)


def _may_be_na(expr: p.Expr, ticking: Clocks) -> bool:
    """At a tick, for what it is made of: the type alone may allow for an na that never comes."""
    match expr:
        case p.Operation(operator=operator, operands=operands):
            return expr.optional and (
                operator in ("div", "mod", "sqrt") or any(_may_be_na(o, ticking) for o in operands)
            )
        case p.Select(condition=condition, then=then, other=other):
            return expr.optional and any(_may_be_na(e, ticking) for e in (condition, then, other))
        case p.Default(other=other):
            return expr.optional and not always_there(expr, ticking) and _may_be_na(other, ticking)
        case _:
            return p.is_optional(expr)


def evaluated(equation: p.Equation) -> tuple[p.Expr, ...]:
    return (*_evaluated(equation), *(p.ValueRef(p.Kind.BOOL, index) for index in equation.restarts))


def _evaluated(equation: p.Equation) -> tuple[p.Expr, ...]:
    match equation:
        case p.Let(value=value):
            return (value,)
        case p.Memory(first=first):
            return (first,)
        case p.Window(source=source) | p.Cross(source=source):
            return (source,)
        case p.Sample(condition=condition) | p.Restart(condition=condition):
            return (condition,)
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
    for t in program.machine.adopts:
        parts += (t.condition, t.cooldown)
    parts += (command.duration for command in commands(program))
    return (part for part in parts if part is not None)


def commands(program: p.Program) -> Iterator[p.Command]:
    """Every command that is written in it."""
    yield from program.machine.commands
    for rule in program.standing:
        yield from rule.actions
    yield from program.on_stop


def sessions_read(program: p.Program) -> frozenset[int]:
    """The instruments of which anything asks whether a session is open."""
    exprs = [e for equation in program.equations for e in (*evaluated(equation), *committed(equation))]
    parts = (part for expr in (*exprs, *acting(program)) for part in walk(expr))
    return frozenset(
        part.instrument or 0 for part in parts if isinstance(part, p.Latched) and part.name == "in_session"
    )


def read(exprs: Iterable[p.Expr], ticking: Clocks) -> set[int]:
    return {e.index for expr in exprs for e in walk(expr, ticking) if isinstance(e, p.ValueRef)}


def live_equations(program: p.Program, roots: set[int]) -> list[p.Equation]:
    """The equations that the roots read, directly or through others, and what opens their clocks, in schedule order."""
    live, waiting = set(roots), sorted(roots)
    while waiting:
        equation = program.equations[waiting.pop()]
        opened = {program.clocks[equation.clock].equation} - {-1}
        reads = read((*evaluated(equation), *committed(equation)), program.ancestors(equation.clock))
        fresh = (reads | opened) - live
        live |= fresh
        waiting += sorted(fresh)
    return [e for e in program.equations if e.index in live]
