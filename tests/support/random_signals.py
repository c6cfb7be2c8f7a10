"""Strategy texts made at random, valid by the rules that know no proofs: every division but by a number may be missing, and is answered
where it must be. So each compiles with proofs and without, and can be compared. Dividing is what they do most.
"""

from random import Random

HEAD = """\
use ta {{ ema, sma, stdev, rsi }};

node kept(x: ratio?): ratio {{
  state last: ratio = 1.0;
  let now = x ?? last;
  next last = now;
  yield now;
}}

def share(a: ratio, b: ratio): ratio = a / b ?? 0.25;
def under<Q>(p: price<Q>, q: price<Q>): ratio? = (q - p) / q;
def maybe(a: ratio?, b: ratio): ratio? = a / (1.5 + abs(b));

strategy RANDOM_{seed} "random" {{
  instrument BTC_USDT: perp(venue = "binance", base = BTC, quote = USDT, tick = 0.01 USDT, lot = 0.00001 BTC, allow = BOTH);
  account {{ capital = 100_000 USDT; }}
  feed bars: ohlcv(BTC_USDT, every = 1h);
  param n: count = {n} in 2 .. 40;
  param r: ratio = {r} in 0.25 .. 4.0;
  param z: ratio = 0.5 in -1.0 .. 1.0;
"""
TAIL = """\
  risk {{
    bound abs(position) <= 100 BTC else reject;
    guard bars.close * {guard} > -1000 USDT else cancel_all;
  }}
  order early {{ side = BUY; kind = LIMIT; qty = 1 BTC * (1.5 - {early} - under(bars.close, bars.open)); price = bars.close * {early}; }}
  order entry {{ side = BUY; kind = MARKET; qty = 0.5 BTC * {qty}; }}
  order unwind {{ side = SELL; kind = MARKET; qty = abs(position) / (1.0 + abs({qty})); reduce_only = true; }}
  machine {{
    initial state IDLE {{ after 10min do submit(early); when warm -> LOOKING; on denied -> IDLE; on closed -> IDLE; }}
    state LOOKING {{ when {enter} -> ENTERED do submit(entry); on denied -> IDLE; on closed -> IDLE; after 3650d do flatten; }}
    state ENTERED {{
      when {leave} -> LEFT do submit(unwind);
      after 30h -> IDLE do flatten;
      on closed(early) do notify("e"); on denied(early) do notify("e");
      on denied -> IDLE; on closed do notify("c");
    }}
    state LEFT {{ on flat -> IDLE; on denied -> IDLE; on closed -> IDLE; }}
  }}
}}
"""
LITERALS = ("0.5", "2.0", "-1.25", "0.0", "100.0", "0.001")
CERTAIN = (
    "bars.close / bars.open",
    "(bars.close - bars.low) / bars.close",
    "bars.high / bars.close",
    "1.0 / r",
    "r / n",
)
UNCERTAIN = (
    "bars.volume / (bars.volume + 1 BTC)",
    "bars.volume / bars.volume",
    "(bars.close - bars.open) / (bars.high - bars.low)",
    "r / z",
)


class RandomSignals:
    """Expressions are texts in parentheses, each with whether it may be missing. past: whether they may remember."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, Random(f"signals {seed}")
        self.named: dict[str, bool] = {}
        self.past = False

    def strategy(self) -> str:
        rng = self.random
        lines = [HEAD.format(seed=self.seed, n=rng.randint(2, 40), r=rng.choice((0.25, 0.5, 1.5, 4.0)))]
        for index in range(rng.randint(2, 7)):
            self.past = index > 0
            text, missing = self.expr(rng.randint(1, 4))
            if rng.random() < 0.2:
                text, missing = self.plain(text, missing), False
                lines.append(f"  signal s{index}: ratio = {text};\n")
            else:
                lines.append(f"  signal s{index} = {text};\n")
            self.named[f"s{index}"] = missing
        self.past = False
        for word in ("enter", "leave"):
            lines.append(f"  signal {word} = {self.condition(2)};\n")
        lines.append(f"  log {', '.join([*self.named, 'enter', 'leave'])};\n")
        known = rng.choice(tuple(self.named))
        tail = {"guard": known, "early": "s0", "qty": known, "enter": "enter", "leave": "leave"}
        return "".join((*lines, TAIL.format(**tail)))

    def plain(self, text: str, missing: bool) -> str:
        return f"({text} ?? {self.random.choice(LITERALS)})" if missing else text

    def sure(self, depth: int) -> str:
        return self.plain(*self.expr(depth))

    def condition(self, depth: int) -> str:
        (a, b), (c, d) = self.expr(depth), self.expr(depth)
        compared = f"({a} {self.random.choice(('<', '<=', '>', '>='))} {c})"
        return f"({compared} ?? {self.random.choice(('true', 'false'))})" if b or d else compared

    def expr(self, depth: int) -> tuple[str, bool]:
        rng = self.random
        if depth == 0 or rng.random() < 0.1:
            return self._leaf()
        pick = rng.random()
        if pick < 0.3:
            return self._divided(depth)
        if pick < 0.45:
            other, missing = self.expr(depth - 1)
            return f"({self.expr(depth - 1)[0]} ?? {other})", missing
        if pick < 0.7 and self.past:
            return self._past(depth)
        if pick < 0.8:
            return self._chosen(depth)
        if pick < 0.88:
            return self._called(depth)
        (a, b), (c, d) = self.expr(depth - 1), self.expr(depth - 1)
        word = rng.choice(("+", "-", "*", "min", "max", "abs"))
        if word == "abs":
            return f"abs({a})", b
        return (f"{word}({a}, {c})" if len(word) > 1 else f"({a} {word} {c})"), b or d

    def _leaf(self) -> tuple[str, bool]:
        pick = self.random.random()
        if pick < 0.3 and self.named:
            name = self.random.choice(tuple(self.named))
            return name, self.named[name]
        if pick < 0.55:
            return f"({self.random.choice(CERTAIN)})", True
        if pick < 0.7:
            return f"({self.random.choice(UNCERTAIN)})", True
        return self.random.choice((*LITERALS, "r", "z", "(r * 2.0)")), False

    def _divided(self, depth: int) -> tuple[str, bool]:
        (a, _), (b, _) = self.expr(depth - 1), self.expr(depth - 1)
        divisor = self.random.choice(
            (b if b != "0.0" else "z", f"(1.0 + abs({b}))", f"max({b}, 0.5)", f"({b} * {b} + 0.1)")
        )
        word = self.random.choice(("/", "/", "/", "%", "sqrt"))
        if word == "sqrt":
            return f"sqrt(abs({a}))", True
        return f"({a} {word} {divisor} * 1.0)", True

    def _past(self, depth: int) -> tuple[str, bool]:
        text, missing = self.expr(depth - 1)
        pick = self.random.randrange(6)
        if pick == 0:
            return f"{text}[{self.random.choice(('1', '3', 'n'))}]", missing
        if pick == 1:
            other, may = self.expr(0)
            return f"({other} fby {text})", missing or may
        if pick == 2:
            fold = self.random.choice(("mean", "sum", "min", "max", "variance"))
            return f"{fold}(window({self.plain(text, missing)}, {self.random.choice(('3', 'n', '40'))}))", False
        if pick == 3:
            return f"kept({text})", False
        word = self.random.choice(("ema", "sma", "stdev", "rsi"))
        return f"{word}({self.plain(text, missing)}, {self.random.choice(('5', 'n'))})", False

    def _chosen(self, depth: int) -> tuple[str, bool]:
        """What remembers may not stand in a branch."""
        past, self.past = self.past, False
        (a, b), (c, d) = self.expr(depth - 1), self.expr(depth - 1)
        self.past = past
        return f"(if {self.condition(0)} then {a} else {c})", b or d

    def _called(self, depth: int) -> tuple[str, bool]:
        a = self.expr(depth - 1)
        if self.random.random() < 0.5:
            return f"share({self.plain(*a)}, {self.sure(0)})", False
        return f"maybe({a[0]}, {self.sure(0)})", True


def random_strategy(seed: int) -> str:
    return RandomSignals(seed).strategy()
