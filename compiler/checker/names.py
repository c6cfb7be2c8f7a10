"""Names: fills the file's and the strategy's scope, and finds what is declared twice or missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...lang import tree
from .. import library
from ..reporter import Reporter
from ..reserved import FLATTEN
from ..types import Enumeration
from .context import Context
from .readings import WORDS
from .values import Entry, EnumEntry, NodeEntry, OrderEntry, Scope, SignalEntry, Unavailable

RESERVED = {*WORDS, FLATTEN}  # can't be declared
NOT_BUILT: dict[type, str] = {
    tree.OnRun: "`on adopt`",
    tree.TypeDecl: "a ranged type",
    tree.Schema: "a schema of your own",
    tree.Message: "a message of your own",
    tree.Kernel: "a kernel",
}


@dataclass(slots=True)
class Members:
    """The members of a strategy by kind, in textual order."""

    instruments: list[tree.Instrument] = field(default_factory=list)
    accounts: list[tree.Account] = field(default_factory=list)
    feeds: list[tree.Feed] = field(default_factory=list)
    externs: list[tree.Extern] = field(default_factory=list)
    consts: list[tree.Const] = field(default_factory=list)
    params: list[tree.Param] = field(default_factory=list)
    signals: list[tree.Signal | tree.Regime] = field(default_factory=list)
    logs: list[tree.Log] = field(default_factory=list)
    risks: list[tree.Risk] = field(default_factory=list)
    orders: list[tree.Order] = field(default_factory=list)
    machines: list[tree.Machine] = field(default_factory=list)
    stops: list[tree.OnRun] = field(default_factory=list)
    adopts: list[tree.OnRun] = field(default_factory=list)


def declare(reporter: Reporter, scope: Scope, name: tree.Ident, entry: Entry) -> bool:
    """Enters a name; reports and keeps the first if it is taken in this scope."""
    if name.text in scope.entries:
        first, second = sorted((scope.declared_at.get(name.text, name.span), name.span))
        also = ((first, "first declaration"),) if first != second else ()
        scope.entries[name.text] = Unavailable(first)  # who uses it may mean either
        reporter.report(
            "E0102",
            second,
            f"`{name.text}` is declared twice",
            "second declaration",
            also=also,
            help="give one of them another name",
        )
        return False
    if name.text in RESERVED:
        reporter.report(
            "E0102",
            name.span,
            f"`{name.text}` is a word of the language",
            "can't be declared",
            help="give it another name",
        )
        return False
    scope.entries[name.text] = entry
    scope.declared_at[name.text] = name.span
    return True


def declare_file(context: Context, file: tree.File) -> tuple[list[NodeEntry], list[tree.Const], list[tree.Strategy]]:
    """Uses, nodes and defs of a file enter its scope."""
    entries: list[NodeEntry] = []
    consts: list[tree.Const] = []
    strategies: list[tree.Strategy] = []
    for item in file.items:
        match item:
            case tree.Use():
                _use(context, item)
            case tree.NodeDecl() | tree.Define():
                entry = NodeEntry(item, context.scope, None)
                if declare(context.reporter, context.scope, item.name, entry):
                    entries.append(entry)
            case tree.Const():
                consts.append(item)
            case tree.EnumDecl():
                members = distinct(context, item.members, "member")
                declare(context.reporter, context.scope, item.name, EnumEntry(Enumeration(item.name.text, members)))
            case tree.Strategy():
                strategies.append(item)
            case _:
                _refuse(context, item)
    return entries, consts, strategies


def distinct(context: Context, names: tuple[tree.Ident, ...], what: str) -> tuple[str, ...]:
    """The names, each once; a second one is reported."""
    seen: dict[str, tree.Ident] = {}
    for name in names:
        if name.text in seen:
            context.report(
                "E0102",
                name.span,
                f"{what} `{name.text}` is declared twice",
                "second declaration",
                also=((seen[name.text].span, "first declaration"),),
            )
        seen.setdefault(name.text, name)
    return tuple(seen)


def _refuse(context: Context, item: tree.Item | tree.StrategyMember) -> None:
    what = NOT_BUILT[type(item)]
    name = getattr(item, "name", None)
    span = name.span if isinstance(name, tree.Ident) else item.span
    context.report(
        "E0901",
        span,
        f"{what} is not built yet",
        "parsed, but this version can't run it",
        help="see docs/language-status.md for what runs today",
    )
    if isinstance(name, tree.Ident):
        context.scope.entries.setdefault(name.text, Unavailable(name.span))


def _use(context: Context, use: tree.Use) -> None:
    home = "::".join(use.path)
    if home not in library.LIBRARIES:
        context.reporter.unknown(
            use.span, "library", home, library.LIBRARIES, code="E0104", help=f"there is {', '.join(library.LIBRARIES)}"
        )
        for name in use.names:
            context.scope.entries.setdefault(name.text, Unavailable(name.span))
        return
    offered = library.exports(home)
    scope = library_scope(home)
    for name in use.names:
        if name.text not in offered:
            context.reporter.unknown(
                name.span,
                f"name in library `{home}`",
                name.text,
                offered,
                code="E0104",
                help=f"`{home}` has {', '.join(sorted(offered))}",
            )
            context.scope.entries.setdefault(name.text, Unavailable(name.span))
            continue
        entry = scope.entries[name.text]
        declare(context.reporter, context.scope, name, entry)


def library_scope(home: str) -> Scope:
    """The names a library's bodies see: its own."""
    scope = Scope()
    for name, item in library.exports(home).items():
        scope.entries[name] = NodeEntry(item, scope, home)
    return scope


def sort_members(context: Context, strategy: tree.Strategy) -> tuple[Members, list[NodeEntry]]:
    """Members by kind; nodes, signals and orders enter the scope (so order does not matter for them)."""
    members = Members()
    nodes: list[NodeEntry] = []
    for member in strategy.members:
        match member:
            case tree.NodeDecl() | tree.Define():
                entry = NodeEntry(member, context.scope, None)
                if declare(context.reporter, context.scope, member.name, entry):
                    nodes.append(entry)
            case tree.Signal() | tree.Regime():
                if declare(context.reporter, context.scope, member.name, SignalEntry(member)):
                    members.signals.append(member)
            case tree.Order():
                declared = declare(
                    context.reporter, context.scope, member.name, OrderEntry(len(members.orders), member)
                )
                if declared or member.name.text == FLATTEN:  # reported: what refers to it is no second mistake
                    members.orders.append(member)
            case tree.OnRun(event=tree.Event(name=tree.Ident(text="stop"))):
                members.stops.append(member)
            case tree.OnRun(event=tree.Event(name=tree.Ident(text="adopt"))):
                members.adopts.append(member)
            case tree.OnRun(event=tree.Event(name=name)):
                context.reporter.unknown(
                    name.span, "event of the run", name.text, {"stop", "adopt"}, help="`on stop do …;`"
                )
            case (
                tree.Instrument()
                | tree.Account()
                | tree.Feed()
                | tree.Const()
                | tree.Param()
                | tree.Log()
                | tree.Extern()
                | tree.Risk()
                | tree.Machine()
            ):
                _KINDS[type(member)](members).append(member)
    _exactly_one(context, strategy, members)
    return members, nodes


_KINDS = {
    tree.Instrument: lambda m: m.instruments,
    tree.Account: lambda m: m.accounts,
    tree.Feed: lambda m: m.feeds,
    tree.Extern: lambda m: m.externs,
    tree.Const: lambda m: m.consts,
    tree.Param: lambda m: m.params,
    tree.Log: lambda m: m.logs,
    tree.Risk: lambda m: m.risks,
    tree.Machine: lambda m: m.machines,
}

_EXAMPLES = {
    "instrument": 'instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);',
    "account": "account { capital = 100_000 USDT; }",
    "feed": "feed bars: ohlcv(BTC_USDT, every = 1h);",
    "machine": "machine { initial state IDLE { when warm -> LOOKING; } … }",
    "risk block": "risk { bound abs(position) <= 1 BTC else reject; }",
}


def _exactly_one(context: Context, strategy: tree.Strategy, members: Members) -> None:
    """One of each of the parts no strategy can do without, several instruments and feeds aside."""
    wanted: dict[str, list[tree.Node]] = {
        "instrument": list(members.instruments),
        "account": list(members.accounts),
        "feed": list(members.feeds),
        "machine": list(members.machines),
        "risk block": list(members.risks),
        "`on stop`": list(members.stops),
    }
    for what, found in wanted.items():
        if not found and what != "`on stop`":
            code = "E0601" if what == "risk block" else "E0105"
            context.report(
                code,
                strategy.name.span,
                f"strategy `{strategy.name.text}` has no {what}",
                "",
                help=f"add one: `{_EXAMPLES[what]}`",
            )
        for extra in found[1:]:
            if what not in ("feed", "instrument"):
                context.report(
                    "E0102",
                    extra.span,
                    f"a strategy has one {what}",
                    f"second {what}",
                    also=((found[0].span, f"first {what}"),),
                )
