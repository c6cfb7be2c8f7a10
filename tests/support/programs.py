"""Programs put together by hand, for tests of what comes after the compiler: `cross` is small, `everything` has every construct."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from stratc.compiler.program import (
    NO_GATE,
    Bound,
    Clock,
    Command,
    Constant,
    Default,
    Delay,
    Equation,
    Expr,
    Feed,
    FieldRef,
    Instrument,
    Kind,
    Latched,
    Let,
    Linear,
    Machine,
    Memory,
    Na,
    Operation,
    Operator,
    Param,
    ParamRef,
    Place,
    Program,
    Scale,
    Select,
    Signal,
    Standing,
    State,
    Template,
    Transition,
    ValueRef,
    Verb,
    WarmUp,
    Window,
    is_optional,
)
from stratc.compiler.reserved import with_flatten

NUMBER, INTEGER, BOOL = Kind.NUMBER, Kind.INTEGER, Kind.BOOL
HOUR = 3_600_000_000_000
CLOSE = FieldRef(0, "close")
FLAT = Latched(BOOL, "flat")
WARM = Latched(BOOL, "warm")

INSTRUMENT = Instrument(
    name="BTC_USDT", kind="spot", venue="binance", base="BTC", quote="USDT",
    price=Scale(1, 2), tick=1, lot=Scale(1, 5), money_per_unit=10, money_decimals=8,
    min_qty=1, min_notional=1_000_000_000, max_qty=1_000_000_000, maker_fee=10_000, taker_fee=10_000,
    all_days=True, place=Place("cross.strat", 2),
)  # fmt: skip
FEED = Feed("bars", "ohlcv", 1, 0, HOUR, Place("cross.strat", 3))


def at(line: int, file: str = "cross.strat") -> Place:
    return Place(file, line)


def after(bars: int, *terms: tuple[int, int]) -> WarmUp:
    return WarmUp((Linear(bars, terms),))


def number(value: float) -> Constant:
    return Constant(NUMBER, value)


def integer(value: int) -> Constant:
    return Constant(INTEGER, value)


def ref(equation: Equation) -> ValueRef:
    return ValueRef(equation.kind, equation.index, equation.optional)


def apply(operator: Operator, *operands: Expr, partial: bool = False) -> Operation:
    """The operation with the kinds and the optionality that the checker would give it."""
    kind = operands[0].kind
    result = kind
    if operator in ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"):
        result = BOOL
    elif operator == "to_number":
        result = NUMBER
    optional = partial or any(map(is_optional, operands)) or operator in ("div", "mod", "sqrt")
    return Operation(result, kind, operator, operands, optional)


def param(name: str, kind: Kind, value: Any, low: Any = None, high: Any = None, **more: Any) -> Param:
    return Param(name, kind, more.get("unit", "count"), more.get("is_duration", False), value, low, high, None, at(4))


def template(name: str, side: Any, qty: Expr, slot: int, **more: Any) -> Template:
    """Its kind follows from its price and trigger, unless it is given."""
    kinds = {(False, False): "MARKET", (True, False): "LIMIT", (False, True): "STOP", (True, True): "STOP_LIMIT"}
    kind = kinds[more.get("price") is not None, more.get("trigger") is not None]
    fields: dict[str, Any] = {
        "kind": kind, "tif": "GTC", "reduce_only": False, "trigger": None, "max_open": 1, "place": at(12),
    }  # fmt: skip
    return Template(name=name, side=side, qty=qty, first_slot=slot, **(fields | more))


def command(
    verb: Verb, template: int | None = None, note: int | None = None, *, line: int = 20, duration: Expr | None = None
) -> Command:
    return Command(verb, template, note, at(line), duration)


def standing(kind: Any, **more: Any) -> Standing:
    fields: dict[str, Any] = {
        "text": f"a {kind}", "condition": None, "limit": None, "relative": False, "window": 0,
        "confirm": 2 if kind in ("drawdown", "loss") else 1, "actions": (), "until": None, "wakes": (),
        "ready": WarmUp((Linear(-1),)), "place": at(14),
    }  # fmt: skip
    return Standing(kind=kind, **(fields | more))


WARM = Latched(BOOL, "warm")


class MachineBuilder:
    """Numbers transitions and timers in textual order."""

    def __init__(self) -> None:
        self.transitions = self.timers = 0

    def _next(self, kind: Any, **fields: Any) -> Transition:
        every: dict[str, Any] = {
            "condition": None, "feeds": (), "event": None, "template": None, "timer": None, "delay": None,
            "target": None, "commands": (), "cooldown": None, "text": "", "place": at(18),
        }  # fmt: skip
        self.transitions += 1
        return Transition(index=self.transitions - 1, kind=kind, **(every | fields))

    def when(self, condition: Expr, target: int | None = None, *commands: Command, **more: Any) -> Transition:
        return self._next("when", condition=condition, target=target, commands=commands, **more)

    def on(
        self, event: Any, of: int | None = None, target: int | None = None, *commands: Command, **more: Any
    ) -> Transition:
        return self._next("on", event=event, template=of, target=target, commands=commands, **more)

    def adopt(self, condition: Expr | None, target: int) -> Transition:
        """Never before every signal is ready, as the checker has it."""
        both = WARM if condition is None else apply("and", WARM, condition)
        return self._next("adopt", condition=both, target=target)

    def after(self, delay: Expr, target: int | None = None, *commands: Command, **more: Any) -> Transition:
        self.timers += 1
        return self._next("after", timer=self.timers - 1, delay=delay, target=target, commands=commands, **more)


def state(name: str, *transitions: Transition, cooldown: Expr | None = None) -> State:
    return State(name, transitions, at(17), cooldown)


def program(equations: Sequence[Equation], signals: Sequence[str], machine: Machine, **more: Any) -> Program:
    """signals: names of equations. instrument: the only one. templates: `flatten` is added to them."""
    if "instrument" in more:
        more["instruments"] = (more.pop("instrument"),)
    named = {e.name: e for e in equations}
    fields: dict[str, Any] = {
        "name": "CROSS", "title": "", "semantics": 1, "compiler": "0.1.0", "instruments": (INSTRUMENT,),
        "capital": 10_000_000_000_000, "feeds": (FEED,), "clocks": (Clock(FEED.name),), "params": (), "warm_up": WarmUp(),
        "templates": (), "bounds": (), "notes": (), "nodes": (), "state_bytes": 0, "source_hash": "0" * 64, "source_text": "",
        "source_name": "cross.strat",
    }  # fmt: skip
    every = fields | more
    if not (every["templates"] and every["templates"][-1].reserved):
        every["templates"] = with_flatten(every["templates"], every["instruments"], at(1))
    every.setdefault("gates", (NO_GATE,) * len(every["instruments"]))
    every["slot_count"] = sum(t.max_open for t in every["templates"])
    found = tuple(Signal(n, named[n].index, named[n].kind.value, True, named[n].place) for n in signals)
    return Program(equations=tuple(equations), signals=found, machine=machine, **every)


CROSS_TEXT = """\
strategy CROSS "two averages" {
  instrument BTC_USDT: spot(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC);
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param slow_n: count = 26 in 2 .. 200;
  signal fast = ema(bars.close, 12);
  signal slow = mean(window(bars.close, slow_n));
  signal up: bool = fast > slow;
"""


def cross() -> Program:
    """Long while a fast EMA is above a slow mean; one stop-loss order; a bound on the position."""
    name = "fast__ema__y"
    y = Memory(
        index=0, name=name, signal="fast", kind=NUMBER, place=at(9, "stdlib/ta.strat"), first=CLOSE,
        next=ValueRef(NUMBER, 1), commit_after=WarmUp(),
    )  # fmt: skip
    move = apply("mul", number(2 / 13), apply("sub", CLOSE, ref(y)))
    fast = Let(index=1, name="fast", signal="fast", kind=NUMBER, place=at(5), value=apply("add", ref(y), move))
    slow = Window(
        index=2, name="slow", signal="slow", kind=NUMBER, place=at(6), warm_up=after(-1, (0, 1)), fold="mean",
        source=CLOSE, length=ParamRef(INTEGER, 0), capacity=200, push_after=WarmUp(),
    )  # fmt: skip
    up = Let(
        index=3, name="up", signal="up", kind=BOOL, place=at(7), warm_up=after(-1, (0, 1)),
        value=apply("gt", ref(fast), ref(slow)),
    )  # fmt: skip
    m = MachineBuilder()
    machine = Machine(
        (
            state("IDLE", m.when(WARM, 1)),
            state("LOOKING", m.when(ref(up), 2, command(Verb.SUBMIT, 0), feeds=(0,))),
            state("ENTERED", m.on("filled", 0, 3, command(Verb.SUBMIT, 2)), m.on("closed", 0, 1), m.on("denied", 0, 1)),
            state(
                "MANAGING",
                m.when(apply("not", ref(up)), 4, command(Verb.CANCEL, 2), command(Verb.SUBMIT, 1), feeds=(0,)),
                m.after(integer(24 * HOUR), 4, command(Verb.CANCEL, 2), command(Verb.SUBMIT, 1)),
                m.on("closed", 2, 4),
            ),
            state(
                "EXITED",
                m.when(FLAT, 0, cooldown=integer(HOUR)),
                m.on("denied", 1, None, command(Verb.NOTIFY, None, 0)),
            ),
        ),
        0,
        m.timers,
    )
    held = Latched(NUMBER, "position")
    stop = apply("mul", CLOSE, number(0.9))
    return program(
        [y, fast, slow, up],
        ["fast", "slow", "up"],
        machine,
        title="two averages",
        source_text=CROSS_TEXT,
        params=(param("slow_n", INTEGER, 26, 2, 200),),
        warm_up=after(-1, (0, 1)),
        templates=(
            template("entry", "BUY", apply("div", number(5000.0), CLOSE), 0),
            template("leave", "SELL", held, 1, reduce_only=True),
            template("stop", "SELL", held, 2, reduce_only=True, trigger=stop),
        ),
        bounds=(Bound("abs(position) <= 1 BTC else reject", number(1.0), at(10)),),
        notes=("the exit was denied??",),
    )


class DataflowBuilder:
    """Appends equations one after another; each belongs to the signal given last."""

    def __init__(self) -> None:
        self.equations: list[Equation] = []
        self.signal = "first"

    def _add(self, kind: type[Any], name: str, value_kind: Kind, **fields: Any) -> Any:
        equation = kind(
            index=len(self.equations), name=name, signal=self.signal, kind=value_kind, place=at(5), **fields
        )
        self.equations.append(equation)
        return equation

    def let(self, name: str, value: Expr, **more: Any) -> Any:
        return self._add(Let, name, value.kind, value=value, optional=is_optional(value), **more)

    def memory(self, name: str, first: Expr, next_: Expr, **more: Any) -> Any:
        optional = is_optional(first) or is_optional(next_)
        return self._add(
            Memory,
            name,
            first.kind,
            first=first,
            next=next_,
            **({"optional": optional, "commit_after": WarmUp()} | more),
        )

    def delay(self, name: str, source: Expr, depth: Expr, capacity: int, **more: Any) -> Any:
        return self._add(
            Delay, name, source.kind, source=source, depth=depth, capacity=capacity,
            **({"optional": is_optional(source), "commit_after": WarmUp()} | more),
        )  # fmt: skip

    def window(self, name: str, fold: Any, source: Expr, length: Expr, capacity: int, **more: Any) -> Any:
        return self._add(
            Window, name, NUMBER, fold=fold, source=source, length=length, capacity=capacity,
            **({"push_after": WarmUp()} | more),
        )  # fmt: skip


PAIRS: tuple[Operator, ...] = ("add", "sub", "mul", "div", "mod", "min", "max", "lt", "le", "gt", "ge", "eq", "ne")
INTEGER_PAIRS: tuple[Operator, ...] = tuple(o for o in PAIRS if o != "div")


def everything() -> Program:
    """Every equation, operator, latched input, event, verb and kind of transition; no sense, and names that C dislikes."""
    d = DataflowBuilder()
    opened, volume = FieldRef(0, "open"), FieldRef(0, "volume")
    spread = d.let("double", apply("sub", CLOSE, opened))
    back = d.delay("register", CLOSE, ParamRef(INTEGER, 0), 9, warm_up=after(0, (0, 1)))
    for operator in PAIRS:
        d.let(f"n_{operator}", apply(operator, ref(spread), ref(back)))
    for unary in ("neg", "abs", "sqrt", "floor", "ceil"):
        d.let(f"n_{unary}", apply(unary, ref(spread)))
    d.signal = "integers"
    count = d.memory("count", integer(1), ValueRef(INTEGER, len(d.equations) + 1))
    d.let("count_next", apply("add", ref(count), integer(3)))
    for operator in INTEGER_PAIRS:
        d.let(f"i_{operator}", apply(operator, ref(count), ParamRef(INTEGER, 0)))
    for unary in ("neg", "abs"):
        d.let(f"i_{unary}", apply(unary, ref(count)))
    wide = d.let("i_wide", apply("mul", integer(2**62), ref(count)))
    d.let("i_number", apply("to_number", ref(wide)))
    d.signal = "main"
    ratio = d.let("ratio", apply("div", ref(spread), apply("sub", CLOSE, FieldRef(0, "high"))))
    odd = d.let("odd", apply("lt", ref(ratio), number(0.5)))
    both = d.let("both", apply("and", ref(odd), apply("not", apply("eq", ParamRef(BOOL, 2), Constant(BOOL, True)))))
    d.let("either", apply("or", ref(both), apply("gt", volume, number(1.0))))
    chosen = d.let("chosen", Select(NUMBER, ref(odd), ref(ratio), Na(NUMBER), True))
    d.let("sure", Default(NUMBER, ref(chosen), number(-1.5), after(3)))
    d.let(
        "unsure",
        Default(NUMBER, ref(chosen), apply("sqrt", ref(spread)), WarmUp((Linear(2), Linear(0, ((0, 2),)))), True),
    )
    last = d.memory(
        "last", Na(NUMBER), ValueRef(NUMBER, len(d.equations) + 2, True), commit_after=after(2), optional=True
    )
    before = d.delay("before", ref(ratio), integer(1), 1, commit_after=WarmUp())
    d.let("renewed", Default(NUMBER, ref(before), ref(last), WarmUp(), True))
    d.delay("older", ref(odd), integer(3), 3, commit_after=after(1))
    d.signal = "folds"
    for fold in ("sum", "mean", "variance", "min", "max"):
        d.window(f"short_{fold}", fold, CLOSE, integer(7), 7)
        d.window(f"long_{fold}", fold, apply("mul", CLOSE, number(0.3)), integer(40), 40)
        d.window(f"moving_{fold}", fold, ref(back), ParamRef(INTEGER, 0), 9, push_after=after(0, (0, 1)))
    d.signal = "latched"
    for name in ("position", "equity", "cash", "realised", "fees"):
        d.let(f"l_{name}", Latched(NUMBER, name))  # type: ignore[arg-type]
    for name in ("flat", "warm"):
        d.let(f"l_{name}", Latched(BOOL, name))  # type: ignore[arg-type]
    cum = d.let("l_cum", Latched(NUMBER, "cum", 0))
    d.let("l_px", Latched(NUMBER, "avg_px", 0, True))
    m = MachineBuilder()
    machine = Machine(
        (
            state("IDLE", m.when(WARM, 1), m.when(ref(odd), None, command(Verb.NOTIFY, None, 0), feeds=(0,))),
            state(
                "BUSY",
                m.when(apply("gt", ref(cum), number(0.0)), 2, command(Verb.SUBMIT, 1), cooldown=ParamRef(INTEGER, 3)),
                m.on("partial", None, None, command(Verb.NOTIFY, None, 1)),
                m.on("late", 0, None, command(Verb.CANCEL_ALL)),
                m.on("denied", 1, 0, condition=ref(odd)),
                m.after(ParamRef(INTEGER, 3), 2, command(Verb.CANCEL, 0), command(Verb.SUBMIT, 0)),
                m.after(integer(HOUR), None, command(Verb.SUBMIT, 0)),
            ),
            state(
                "LAST",
                m.on("flat", None, 0),
                m.when(ref(odd), 0, feeds=(0,)),
                m.on("filled", 0, 1),
                m.on("closed", None, 1),
            ),
        ),
        0,
        m.timers,
    )
    return program(
        d.equations,
        [e.name for e in d.equations],
        machine,
        name="EVERYTHING",
        title='all of it: "quotes", \\ and */ in a title, ünïcode ??/',
        source_name="folder/of-mine/every-thing.strat",
        params=(
            param("n", INTEGER, 4, 1, 9),
            param("share", NUMBER, 0.25, 0.0, 1.0, unit="ratio"),
            param("int", BOOL, False, unit="bool"),
            param("pause", INTEGER, HOUR // 2, 0, 24 * HOUR, unit="duration", is_duration=True),
        ),
        warm_up=WarmUp((Linear(3), Linear(0, ((0, 2),)))),
        templates=(
            template("stratc_entry", "BUY", apply("div", ParamRef(NUMBER, 1), ref(ratio)), 0, max_open=3),
            template("exit", "SELL", Latched(NUMBER, "position"), 3, reduce_only=True, trigger=ref(last)),
        ),
        bounds=(
            Bound("abs(position) <= share", ParamRef(NUMBER, 1), at(10)),
            Bound("abs(position) <= share / 2", apply("div", ParamRef(NUMBER, 1), number(2.0)), at(11)),
        ),
        notes=("why??", "partly\nfilled"),
    )


def smallest() -> Program:
    """No signal, parameter, order, bound, note or timer."""
    return replace(program([], [], Machine((state("IDLE"),), 0, 0)), name="SMALLEST", source_name="smallest.strat")
