"""Source texts made at random from the grammar itself: they parse, and between them they use every rule of `strat.lark`.

The same seed gives the same text. White space and comments stand between any two tokens.
"""

import random
import re
from collections import defaultdict
from functools import cache

import lark

from stratc.lang.tables import tables

LIMIT = 220  # tokens, after which everything is ended as soon as the grammar allows
DEEPEST = 64
# How often a rule only passes on to the next one, so that expressions do not use up the whole text.
PASSING = {"start": 0.95, "expr": 0.6, "imp": 0.9, "or_": 0.85, "and_": 0.85, "not_": 0.9, "test": 0.7, "flow": 0.85, "sum": 0.75,
           "product": 0.75, "unary": 0.8, "postfix": 0.7, "item": 0.95, "member": 1.0, "kernel_item": 1.0, "kernel_stmt": 0.5}  # fmt: skip
SMALL = {
    "expr": (1, 1, 3, 10, 40),
    "sum": (1, 1, 3, 10, 40),
    "args": (6, 20, 60),
    "formals": (6, 20, 60),
}  # tokens that these have at most, about
REPEATED = 0.18  # how often a list ends after its first item
EVEN = (
    "order_item",
    "rule",
    "transition",
    "table",
    "param",
    "column",
)  # elsewhere rules with more parts are chosen more often
GLUED = frozenset("(){}[];,")

SPELLINGS = {
    "NAME": ["x", "abs", "bars", "m", "close", "entry", "order_id", "position_after_the_last_fill", "the_slow_moving_average"],
    "UPPER": ["A", "BTC", "USDT", "IDLE", "WAITING_FOR_THE_VENUE", "STOP_LIMIT"],
    "NUMBER": ["0", "1", "12.50", "100_000", "4_611_686_018_427_387_903"],
    "QUANTITY": ["5s", "10min", "1_0.5pct", "2bps", "3bars", "1ticks"],
    "STRING": ['""', '"binance"', '"a # b; { } // \u00e9"'],
}  # fmt: skip
BLANKS = [" ", " ", " ", " ", "  ", "\n", "\n", "\n\n", "\n \t\n\n\n", "\t", "\r\n"]
COMMENTS = [
    "#",
    "# why",
    "#no blank",
    "# ends in blanks  \t",
    '# "quoted" { ; }',
    "# \u00e9 \u2013 \u2192",
    "# " + "long " * 30,
]


@cache
def grammar() -> dict[str, list[lark.grammar.Rule]]:
    rules: dict[str, list[lark.grammar.Rule]] = defaultdict(list)
    for rule in tables().rules:
        rules[rule.origin.name].append(rule)
    return rules


@cache
def heights() -> dict[int, int]:
    """Of every rule: how deep its least deep derivation is."""
    of_rule: dict[int, int] = {}
    of_symbol: dict[str, int] = {}
    changed = True
    while changed:
        changed = False
        for name, rules in grammar().items():
            for rule in rules:
                inner = [0 if s.is_term else of_symbol.get(s.name) for s in rule.expansion]
                if None in inner:
                    continue
                height = 1 + max((h for h in inner if h is not None), default=0)
                if height < of_rule.get(id(rule), height + 1):
                    of_rule[id(rule)] = height
                    of_symbol[name] = min(height, of_symbol.get(name, height))
                    changed = True
    return of_rule


@cache
def texts_of_terminals() -> dict[str, str]:
    return {t.name: t.pattern.value for t in tables().terminals}


class Derivation:
    """Tokens of a text, and the rules that they were derived with."""

    def __init__(self, choose: random.Random, start: str) -> None:
        self.choose = choose
        self.tokens: list[str] = []
        self.used: set[int] = set()
        self.limit = LIMIT
        self._expand(start, DEEPEST)

    def _expand(self, name: str, depth: int) -> None:
        if name in SMALL and self.limit == LIMIT:
            self.limit = min(LIMIT, len(self.tokens) + self.choose.choice(SMALL[name]))
            self._derive(name, depth)
            self.limit = LIMIT
        else:
            self._derive(name, depth)

    def _derive(self, name: str, depth: int) -> None:
        rule = self._rule(name, depth)
        self.used.add(id(rule))
        for symbol in rule.expansion:
            if not symbol.is_term:
                self._expand(symbol.name, depth - 1)
            elif symbol.name in SPELLINGS:
                self.tokens.append(self.choose.choice(SPELLINGS[symbol.name]))
            else:
                self.tokens.append(texts_of_terminals()[symbol.name])

    def _rule(self, name: str, depth: int) -> lark.grammar.Rule:
        rules = [rule for rule in grammar()[name] if heights()[id(rule)] <= depth]
        least = min(heights()[id(rule)] for rule in rules)
        if len(self.tokens) > self.limit:
            return next(rule for rule in rules if heights()[id(rule)] == least)
        passing = [rule for rule in rules if len(rule.expansion) == 1 and not rule.expansion[0].is_term]
        if name == "item" and self.choose.random() < 0.6:
            passing = [rule for rule in passing if rule.expansion[0].name in ("strategy", "kernel")]
        default = REPEATED if name.startswith("__") else 0.5
        if passing and self.choose.random() < PASSING.get(name, default):
            return self.choose.choice(passing)
        if name in EVEN:
            return self.choose.choice(rules)
        weights = [(1 + sum(not symbol.is_term for symbol in rule.expansion)) ** 2 for rule in rules]
        return self.choose.choices(rules, weights)[0]


def spaced(choose: random.Random, tokens: list[str], comments: float = 0.0) -> str:
    """The tokens with white space of any kind between them, and this share of the places with comments."""
    found = [_trivia(choose, comments)]
    for index, token in enumerate(tokens):
        found.append(token)
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        trivia = _trivia(choose, comments)
        glued = token in GLUED or after in GLUED
        found.append("" if trivia.isspace() and glued and choose.random() < 0.4 else trivia)
    return "".join(found)


def _trivia(choose: random.Random, comments: float) -> str:
    made = choose.choice(BLANKS)
    while choose.random() < comments:
        made += choose.choice(COMMENTS) + "\n" + choose.choice(["", *BLANKS])
    return made


def random_text(seed: int, start: str = "start") -> tuple[str, set[int]]:
    """A text, and the rules in it."""
    choose = random.Random(seed)
    made = Derivation(choose, start)
    return spaced(choose, made.tokens, choose.choice([0.0, 0.0, 0.03, 0.3])), made.used


def comments_of(text: str) -> list[str]:
    """Found by their spelling alone, without the lexer."""
    return [found.rstrip() for found in re.findall(r'"[^"\n]*"|#[^\n]*', text) if found.startswith("#")]
