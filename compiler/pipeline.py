"""The passes, in order: text → tree → names → types and units → equations → schedule → warm-up → machine → `Program`.

`compile_source` is the table of contents. Each pass reports all it finds; later passes run only on what earlier ones accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath

from ..lang import tree
from ..lang.diagnostics import Diagnostics
from ..lang.parser import parse
from ..lang.source import Source
from . import (
    causality,
    constant_conditions,
    dead_code,
    exit_liveness,
    exits,
    hashes,
    idle_urgency,
    machine_expressions,
    order_checks,
    order_flow,
    overlap,
    reachability,
    readiness,
    reentry,
    reserved,
    state_size,
    unsupported,
    vain_bounds,
)
from .checker import (
    accounts,
    externs,
    feeds,
    links,
    machines,
    markets,
    names,
    orders,
    params,
    portfolio,
    risk,
    signals,
    takeovers,
)
from .checker.accounts import Account
from .checker.context import Context, Describe, Shared
from .checker.names import Members
from .checker.soundness import is_sound
from .checker.values import NodeEntry, Scope, SignalEntry, Value
from .depth import deepest
from .feed_reads import FeedReads
from .gate import gates
from .intervals.inputs import Inputs
from .program import (
    Bound,
    Clock,
    Command,
    Equation,
    Feed,
    Instrument,
    Machine,
    Param,
    Program,
    Proof,
    Signal,
    Standing,
    Template,
)
from .reporter import Reporter
from .schedule import Renumbering, order
from .version import COMPILER, SEMANTICS
from .warmup import Inference, NeverReadyError, NotLinearError, first_tick


@dataclass(frozen=True, slots=True)
class Compilation:
    """program: None if the text has errors, or holds no strategy (then there is nothing to build, but nothing wrong either).

    refused: what is right, but no target runs yet; whoever builds or runs the program stops at it.
    """

    program: Program | None
    diagnostics: Diagnostics
    refused: Diagnostics = field(default_factory=Diagnostics)


def compile_source(source: Source, max_state: int = 64 * 2**20, describe: Describe | None = None) -> Compilation:
    """All passes over one file. max_state: most bytes the dataflow may remember. describe: asks the Python node of an `extern signal`."""
    diagnostics = Diagnostics()
    reporter = Reporter(source, diagnostics)
    # 1. text → tree
    file: tree.File | None = None
    try:
        file, found = parse(source)
        diagnostics.extend(found)
        if file is None or diagnostics.errors:
            return Compilation(None, diagnostics)
        if any(isinstance(item, tree.Kernel) for item in file.items):
            from .kernels.load import check_file, is_kernel_file  # a strategy needs none of it

            if is_kernel_file(file):
                check_file(reporter, file, {})
                return Compilation(None, diagnostics)
        program = _file(reporter, file, max_state, describe)
        return Compilation(program, diagnostics, unsupported.refused(source, file) if program else Diagnostics())
    except RecursionError:
        reporter.report(
            "E0010",
            deepest(file) if file else tree.NOWHERE,
            "the program is nested too deeply, or its signals refer to each other in too long a chain",
            "the deepest place",
            help="name parts of the expression, and declare a signal before those that use it",
        )
        return Compilation(None, diagnostics)


def _file(reporter: Reporter, file: tree.File, max_state: int, describe: Describe | None) -> Program | None:
    # 2. names of the file
    shared = Shared(describe=describe)
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

    instruments: tuple[Instrument, ...]
    account: Account
    feeds: tuple[Feed, ...]
    params: tuple[Param, ...]
    templates: tuple[Template, ...]
    bounds: tuple[Bound, ...]
    standing: tuple[Standing, ...]
    machine: Machine
    on_stop: tuple[Command, ...]
    proofs: tuple[Proof, ...]


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
    settled = draft.clocks.settled(draft.equations)
    clocks = draft.clocks.clocks(settled)
    if not causality.check(reporter, settled, clocks, spans):
        return None
    # 6. warm-up
    lows = {index: low for index, (low, _) in shared.param_extents.items()}
    inference = Inference(settled, draft.inputs, lows)
    equations = _warm(reporter, inference, settled, spans)
    if equations is None:
        return None
    parts = replace(parts, machine=FeedReads(settled, clocks).machine(parts.machine))
    # 7. the machine: readiness, reachability, ways out, orders and risk; dead code
    states = members.machines[0].states
    readiness.check(reporter, parts.machine, states, parts.templates, inference)
    readiness.check_rules(reporter, parts.standing, members.risks[0], inference)
    reachability.check(reporter, parts.machine, states)
    overlap.check(reporter, parts.machine, states)
    _orders(context, members, parts, equations)
    declared = [("parameter", p.name) for p in members.params] + [("signal", s.name) for s in members.signals]
    used = {name for name, entry in context.scope.entries.items() if id(entry) in shared.entries_used}
    dead_code.check(reporter, declared, used | logged, parts.machine, parts.templates, members.orders)
    # 8. schedule
    parts = machine_expressions.rewritten(parts, inference.expr)
    parts = readiness.of_rules(parts, inference)
    numbering = Renumbering(order(equations, clocks))
    parts = machine_expressions.rewritten(parts, numbering.expr)
    scheduled = numbering.equations(equations)
    # 9. conditions and orders that are always the same
    inputs = Inputs(shared.ranges, parts.instruments, parts.feeds, tuple(t.instrument for t in parts.templates))
    known = constant_conditions.evaluator(scheduled, inputs)
    conditions = (replace(c, expr=numbering.expr(inference.expr(c.expr))) for c in shared.conditions)
    constant_conditions.check(reporter, conditions, scheduled, known)
    constant_conditions.check_orders(reporter, parts.templates, members.orders, parts.instruments, known)
    # 10. state size
    size = state_size.total(scheduled)
    if size > max_state:
        reporter.report(
            "E0313",
            strategy.name.span,
            f"the signals remember {size:,} bytes, the limit is {max_state:,}",
            "",
            help="shorten the windows, narrow the parameters' ranges, or raise --max-state",
        )
    # 11. the program
    return _program(context, strategy, parts, scheduled, numbering, members, logged, inference, clocks)


def _orders(context: Context, members: Members, parts: _Parts, equations: list[Equation]) -> None:
    """Orders, risk and the machine together."""
    reporter, ranges, states = context.reporter, context.shared.ranges, members.machines[0].states
    flow = order_flow.explore(parts.machine, parts.templates)
    order_checks.check(reporter, parts.machine, states, parts.templates, members.orders, flow)
    prices = exits.Prices(parts.instruments, parts.feeds, equations, ranges)
    idle_urgency.check(reporter, parts.templates, members.orders, parts.machine)
    exit_liveness.check(reporter, parts.machine, states, parts.templates, parts.standing, flow)
    reentry.check(reporter, parts.machine, states, parts.templates, flow)
    exits.check(reporter, parts.templates, members.orders, parts.bounds, parts.machine, flow, prices)
    vain_bounds.check(
        reporter,
        members.risks[0],
        parts.bounds,
        parts.standing,
        parts.templates,
        parts.instruments,
        parts.account.leverage,
        ranges,
    )


Market = tuple[tuple[Instrument, ...], Account, tuple[Feed, ...]]


def _market(context: Context, members: Members) -> Market | None:
    if not (members.instruments and members.accounts and members.feeds):
        return None
    traded = portfolio.instruments(context, members.instruments)
    if traded is None:
        return None
    context.shared.markets = tuple(map(markets.market_of, traded))
    account = accounts.account(context, members.accounts[0], traded)
    found = _feeds(context, members, traded)
    context.shared.proofs.instruments, context.shared.proofs.feeds = traded, found or ()
    if found is None or account is None or not portfolio.have_feeds(context, members.instruments, traded, found):
        return None
    return traded, account, found


def _feeds(context: Context, members: Members, instruments: tuple[Instrument, ...]) -> tuple[Feed, ...] | None:
    """All of them, in scope, each with its clock; None after a report."""
    found: list[Feed] = []
    for node in members.feeds:
        made = feeds.feed(context, node, instruments, found)
        if made is None or not names.declare(context.reporter, context.scope, node.name, made[1]):
            return None
        found.append(made[0])
    bars = [f.name for f in found]
    for extern in members.externs:
        spoken = externs.extern(context, extern, len(found), bars)
        if spoken is None or not names.declare(context.reporter, context.scope, extern.name, spoken[1]):
            return None
        found.append(spoken[0])
    if len(found) > feeds.MOST_FEEDS:
        extra = [*members.feeds, *members.externs][feeds.MOST_FEEDS]
        context.report("E0108", extra.span, f"a strategy has at most {feeds.MOST_FEEDS} feeds", "one too many")
        return None
    context.draft.clocks.feed_names += [f.name for f in found]
    context.draft.clocks.periods += [f.every for f in found]
    return tuple(found)


def _parameters(context: Context, members: Members) -> tuple[Param, ...]:
    """What is unusable was reported and is poisoned."""
    for const in members.consts:
        params.const(context, const)
    found = [params.param(context, node, index) for index, node in enumerate(members.params)]
    return tuple(p for p in found if p is not None)


def _typed(
    context: Context,
    members: Members,
    market: Market,
    constants: tuple[Param, ...],
) -> _Parts | None:
    root = context.inside(where="signal")
    context.shared.root = root
    traded = [orders.instrument(context, node) for node in members.orders]
    context.shared.traded = [index or 0 for index in traded]
    for signal in members.signals:
        signals.elaborate(root, signal)
    templates: list[Template] = []
    slot = 0
    complete = True
    for node, of in zip(members.orders, traded, strict=True):
        context.draft.signal = context.draft.prefix = f"order_{node.name.text}"
        inside = context.inside(where="order", held=True, name=node.name.text, instrument=of)
        template = orders.template(inside, node, slot)
        complete = complete and template is not None
        if template is not None:
            slot += template.max_open
            templates.append(template)
    if complete:
        links.have_room(context, members.orders, templates)
        templates = list(links.linked(context, members.orders, templates))
    context.draft.signal = context.draft.prefix = "risk"
    bounds, standing, proofs = (
        risk.rules(context.inside(where="risk", held=True), members.risks[0]) if members.risks else ((), (), ())
    )
    context.draft.signal = context.draft.prefix = "machine"
    inner = context.inside(where="machine", held=True, name="machine")
    machine = machines.machine(inner, members.machines[0]) if members.machines else None
    if machine is not None:
        machine = takeovers.with_adopts(inner, members.adopts, machine)
    on_stop = machines.on_stop(inner, members.stops[0]) if members.stops else ()
    if not complete or machine is None:
        return None
    place = context.place(members.machines[0].span)
    account = market[1]
    bounds = reserved.with_leverage(bounds, templates, account.leverage, account.leverage_text, account.place)
    templates = list(reserved.with_flatten(templates, market[0], place))
    return _Parts(*market, constants, tuple(templates), bounds, standing, machine, on_stop, proofs)


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
    clocks: tuple[Clock, ...],
) -> Program:
    source = context.reporter.source
    found = [_signal(context, s, numbering, logged) for s in members.signals]
    first_bars = (first_tick(index) for index in range(len(parts.feeds)))
    warm_up = inference.latest(*first_bars, *(equations[s.equation].warm_up for s in found))
    slot_count = sum(t.max_open for t in parts.templates)
    return Program(
        name=strategy.name.text,
        title=strategy.title or strategy.name.text,
        semantics=SEMANTICS,
        compiler=COMPILER,
        instruments=parts.instruments,
        capital=parts.account.capital,
        feeds=parts.feeds,
        clocks=numbering.clocks(clocks),
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
        gates=gates(parts.instruments, parts.bounds, slot_count),
        late_note=len(context.shared.notes),
        standing=parts.standing,
        on_stop=parts.on_stop,
        routes=tuple(context.shared.routes),
        proofs=parts.proofs,
    )


def _signal(context: Context, node: tree.Signal | tree.Regime, numbering: Renumbering, logged: set[str]) -> Signal:
    value: Value = context.shared.signal_values[node.name.text]
    expr = numbering.expr(value.expr)
    return Signal(
        node.name.text,
        getattr(expr, "index", 0),
        context.show(value.type),
        node.name.text in logged,
        context.place(node.span),
    )
