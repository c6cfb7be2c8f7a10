"""The passes, in order: text → tree → names → types and units → equations → schedule → warm-up → machine → `Program`.

`compile_source` is the table of contents. Each pass reports all it finds; later passes run only on what earlier ones accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from ..lang import tree
from ..lang.diagnostics import Diagnostics
from ..lang.parser import parse
from ..lang.source import Source
from . import (
    causality,
    dead_code,
    exits,
    hashes,
    machine_expressions,
    order_checks,
    order_flow,
    reachability,
    readiness,
    reserved,
    state_size,
    vain_bounds,
)
from .checker import accounts, feeds, links, machines, markets, names, orders, params, risk, signals
from .checker.accounts import Account
from .checker.context import Context, Shared
from .checker.names import Members
from .checker.soundness import is_sound
from .checker.values import NodeEntry, Scope, SignalEntry, Value
from .depth import deepest
from .gate import gate
from .kernels.load import check_file, is_kernel_file
from .program import Bound, Command, Equation, Feed, Instrument, Machine, Param, Program, Signal, Standing, Template
from .reporter import Reporter
from .schedule import Renumbering, order
from .version import COMPILER, SEMANTICS
from .warmup import Inference, NeverReadyError, NotLinearError


@dataclass(frozen=True, slots=True)
class Compilation:
    """program: None if the text has errors, or holds no strategy (then there is nothing to build, but nothing wrong either)."""

    program: Program | None
    diagnostics: Diagnostics


def compile_source(source: Source, max_state: int = 64 * 2**20) -> Compilation:
    """All passes over one file. max_state: most bytes the dataflow may remember."""
    diagnostics = Diagnostics()
    reporter = Reporter(source, diagnostics)
    # 1. text → tree
    file: tree.File | None = None
    try:
        file, found = parse(source)
        diagnostics.extend(found)
        if file is None or diagnostics.errors:
            return Compilation(None, diagnostics)
        if is_kernel_file(file):
            check_file(reporter, file, {})
            return Compilation(None, diagnostics)
        return Compilation(_file(reporter, file, max_state), diagnostics)
    except RecursionError:
        reporter.report(
            "E0010",
            deepest(file) if file else tree.NOWHERE,
            "the program is nested too deeply, or its signals refer to each other in too long a chain",
            "the deepest place",
            help="name parts of the expression, and declare a signal before those that use it",
        )
        return Compilation(None, diagnostics)


def _file(reporter: Reporter, file: tree.File, max_state: int) -> Program | None:
    # 2. names of the file
    shared = Shared()
    context = Context(shared, reporter, Scope(), "declaration")
    entries, consts, strategies = names.declare_file(context, file)
    for const in consts:
        params.const(context, const)
    for extra in strategies[1:]:
        reporter.report(
            "E0109",
            extra.name.span,
            "a file holds one strategy",
            "second strategy",
            also=((strategies[0].name.span, "first strategy"),),
        )
    if strategies:
        program = _strategy(context, strategies[0], entries, max_state)
    else:
        program = None
        _check_nodes(context, entries)
    return None if reporter.diagnostics.errors else program


@dataclass(slots=True)
class _Parts:
    """What the front half of the pipeline hands to the back half."""

    instrument: Instrument
    account: Account
    feed: Feed
    params: tuple[Param, ...]
    templates: tuple[Template, ...]
    bounds: tuple[Bound, ...]
    standing: tuple[Standing, ...]
    machine: Machine
    on_stop: tuple[Command, ...]


def _check_nodes(context: Context, entries: list[NodeEntry]) -> None:
    for entry in entries:
        is_sound(context, entry)


def _strategy(outer: Context, strategy: tree.Strategy, outer_nodes: list[NodeEntry], max_state: int) -> Program | None:
    reporter, shared = outer.reporter, outer.shared
    context = outer.inside(scope=Scope(outer.scope))
    # 3. members; instrument, account, feed, constants, parameters; nodes by themselves
    members, own_nodes = names.sort_members(context, strategy)
    market = _market(context, members)
    constants = _parameters(context, members)
    shared.templates = {o.name.text: i for i, o in enumerate(members.orders)}
    _check_nodes(context, [*outer_nodes, *own_nodes])
    if market is None:
        return None
    # 4. signals, order templates, risk, machine: types, units, stages
    parts = _typed(context, members, market, constants)
    logged = _logged(context, members)
    if reporter.diagnostics.errors or parts is None:
        return None
    # 5. causality
    draft = shared.draft
    spans = {f"order_{o.name.text}": o.name.span for o in members.orders}
    spans |= {"machine": members.machines[0].span, "risk": members.risks[0].span} | {
        s.name.text: s.name.span for s in members.signals
    }
    if not causality.check(reporter, draft.equations, spans):
        return None
    # 6. warm-up
    lows = {index: low for index, (low, _) in shared.param_extents.items()}
    inference = Inference(draft.equations, draft.inputs, lows)
    equations = _warm(reporter, inference, draft.equations, spans)
    if equations is None:
        return None
    # 7. the machine: readiness, reachability, ways out, orders and risk; dead code
    states = members.machines[0].states
    readiness.check(reporter, parts.machine, states, parts.templates, inference)
    readiness.check_rules(reporter, parts.standing, members.risks[0], inference)
    reachability.check(reporter, parts.machine, states)
    _orders(context, members, parts, equations)
    declared = [("parameter", p.name) for p in members.params] + [("signal", s.name) for s in members.signals]
    used = {name for name, entry in context.scope.entries.items() if id(entry) in shared.entries_used}
    dead_code.check(reporter, declared, used | logged, parts.machine, parts.templates, members.orders)
    # 8. schedule
    parts = machine_expressions.rewritten(parts, inference.expr)
    parts = readiness.of_rules(parts, inference)
    numbering = Renumbering(order(equations))
    parts = machine_expressions.rewritten(parts, numbering.expr)
    scheduled = numbering.equations(equations)
    # 9. state size
    size = state_size.total(scheduled)
    if size > max_state:
        reporter.report(
            "E0313",
            strategy.name.span,
            f"the signals remember {size:,} bytes, the limit is {max_state:,}",
            "",
            help="shorten the windows, narrow the parameters' ranges, or raise --max-state",
        )
    # 10. the program
    return _program(context, strategy, parts, scheduled, numbering, members, logged, inference)


def _orders(context: Context, members: Members, parts: _Parts, equations: list[Equation]) -> None:
    """Orders, risk and the machine together."""
    reporter, ranges, states = context.reporter, context.shared.ranges, members.machines[0].states
    flow = order_flow.explore(parts.machine, parts.templates)
    order_checks.check(reporter, parts.machine, states, parts.templates, members.orders, flow)
    prices = exits.Prices(parts.instrument, equations, ranges)
    exits.check(reporter, parts.templates, members.orders, parts.bounds, parts.machine, flow, prices)
    vain_bounds.check(
        reporter,
        members.risks[0],
        parts.bounds,
        parts.standing,
        parts.templates,
        parts.instrument,
        parts.account.leverage,
        ranges,
    )


def _market(context: Context, members: Members) -> tuple[Instrument, Account, Feed] | None:
    if not (members.instruments and members.accounts and members.feeds):
        return None
    instrument = markets.instrument(context, members.instruments[0])
    if instrument is None:
        return None
    context.shared.market = markets.market_of(instrument)
    account = accounts.account(context, members.accounts[0], instrument)
    feed = feeds.feed(context, members.feeds[0], instrument)
    if feed is None or account is None:
        return None
    names.declare(context.reporter, context.scope, members.feeds[0].name, feed[1])
    return instrument, account, feed[0]


def _parameters(context: Context, members: Members) -> tuple[Param, ...]:
    """What is unusable was reported and is poisoned."""
    for const in members.consts:
        params.const(context, const)
    found = [params.param(context, node, index) for index, node in enumerate(members.params)]
    return tuple(p for p in found if p is not None)


def _typed(
    context: Context, members: Members, market: tuple[Instrument, Account, Feed], constants: tuple[Param, ...]
) -> _Parts | None:
    root = context.inside(where="signal")
    context.shared.root = root
    for signal in members.signals:
        signals.elaborate(root, signal)
    templates: list[Template] = []
    slot = 0
    complete = True
    for node in members.orders:
        context.draft.signal = context.draft.prefix = f"order_{node.name.text}"
        template = orders.template(context.inside(where="order", name=node.name.text), node, slot)
        complete = complete and template is not None
        if template is not None:
            slot += template.max_open
            templates.append(template)
    if complete:
        links.have_room(context, members.orders, templates)
        templates = list(links.linked(context, members.orders, templates))
    context.draft.signal = context.draft.prefix = "risk"
    bounds, standing = risk.rules(context.inside(where="risk"), members.risks[0]) if members.risks else ((), ())
    context.draft.signal = context.draft.prefix = "machine"
    inner = context.inside(where="machine", name="machine")
    machine = machines.machine(inner, members.machines[0]) if members.machines else None
    on_stop = machines.on_stop(inner, members.stops[0]) if members.stops else ()
    if not complete or machine is None:
        return None
    place = context.place(members.machines[0].span)
    account = market[1]
    bounds = reserved.with_leverage(bounds, templates, account.leverage, account.leverage_text, account.place)
    templates = list(reserved.with_flatten(templates, place))
    return _Parts(*market, constants, tuple(templates), bounds, standing, machine, on_stop)


def _logged(context: Context, members: Members) -> set[str]:
    logged: set[str] = set()
    for clause in members.logs:
        for name in clause.names:
            if isinstance(context.scope.find(name.text), SignalEntry):
                logged.add(name.text)
            else:
                context.reporter.unknown(name.span, "signal", name.text, [s.name.text for s in members.signals])
    return logged


def _warm(
    reporter: Reporter, inference: Inference, equations: list[Equation], spans: dict[str, tree.Span]
) -> list[Equation] | None:
    try:
        return inference.apply()
    except NotLinearError as failure:
        signal = equations[failure.equation].signal
        reporter.report(
            "E0312",
            spans.get(signal, tree.NOWHERE),
            f"the history of `{signal}` has a length that is not linear in the parameters",
            "",
            help="use sums, maxima and constant multiples of parameters",
        )
    except NeverReadyError as failure:
        signal = equations[failure.equation].signal
        reporter.report(
            "E0308",
            spans.get(signal, tree.NOWHERE),
            f"`{signal}` waits for its own past and is never ready",
            "",
            help="give it a first value: `first fby x`, or `x[1] ?? first`",
        )
    return None


def _program(
    context: Context,
    strategy: tree.Strategy,
    parts: _Parts,
    equations: tuple[Equation, ...],
    numbering: Renumbering,
    members: Members,
    logged: set[str],
    inference: Inference,
) -> Program:
    source = context.reporter.source
    found = [_signal(context, s, numbering, logged) for s in members.signals]
    warm_up = inference.latest(*(equations[s.equation].warm_up for s in found))
    slot_count = sum(t.max_open for t in parts.templates)
    return Program(
        name=strategy.name.text,
        title=strategy.title or strategy.name.text,
        semantics=SEMANTICS,
        compiler=COMPILER,
        instrument=parts.instrument,
        capital=parts.account.capital,
        feed=parts.feed,
        params=parts.params,
        equations=equations,
        signals=tuple(found),
        warm_up=warm_up,
        templates=parts.templates,
        bounds=parts.bounds,
        machine=parts.machine,
        notes=(*context.shared.notes, reserved.LATE_FILL),
        nodes=hashes.node_uses(context.shared.nodes_used),
        slot_count=slot_count,
        state_bytes=state_size.total(equations),
        source_hash=hashes.text_hash(source.text),
        source_text=source.text,
        source_name=PurePath(source.name).name,
        gate=gate(parts.instrument, parts.bounds, slot_count),
        late_note=len(context.shared.notes),
        standing=parts.standing,
        on_stop=parts.on_stop,
    )


def _signal(context: Context, node: tree.Signal, numbering: Renumbering, logged: set[str]) -> Signal:
    value: Value = context.shared.signal_values[node.name.text]
    expr = numbering.expr(value.expr)
    return Signal(
        node.name.text,
        getattr(expr, "index", 0),
        context.show(value.type),
        node.name.text in logged,
        context.place(node.span),
    )
