"""The closed tables of docs/language hold exactly the words that the compiler knows, none more and none less."""

import re
from typing import get_args

import pytest

from stratc.compiler import unsupported
from stratc.compiler.checker import accounts, calls, markets, measures, order_fields, readings, risk_actions
from stratc.compiler.checker.expressions import COLUMNS
from stratc.compiler.checker.machines import EVENTS
from stratc.compiler.checker.typerefs import TYPE_NAMES
from stratc.compiler.checker.verbs import VERBS
from stratc.compiler.library import LIBRARIES, exports
from stratc.compiler.program import EventName, Verb
from stratc.lang.keywords import KEYWORDS, MEMBERS, UNITS
from stratc.lang.tables import literals
from tests.support.language_pages import first_column

OPERATOR_WORDS = {"when", "implies", "or", "and", "not", "is", "is not", "in", "fby"}
WITH_WORDS = {"if c then a else b", "x when c", "f(x) restart on c", "x[k]", "f(x)", "bars.close", "-x"}


def words(page: str, heading: str) -> list[str]:
    """The first word of everything in the table's first column."""
    found = []
    for text in first_column(page, heading):
        match = re.match(r"[A-Za-z_0-9]+", text)
        assert match, f"{page}.md, {heading}: {text!r}"
        found.append(match[0])
    return found


TABLES = [
    ("surface", "Units of literals", set(UNITS)),
    ("types", "The types", set(TYPE_NAMES)),
    ("instruments", "Kinds of instruments", set(markets._KINDS)),
    ("instruments", "Arguments of an instrument", {*markets._REQUIRED, *markets._OPTIONAL}),
    ("instruments", "The account", set(accounts._FIELDS)),
    ("feeds-and-clocks", "Columns", set(COLUMNS)),
    ("risk", "Bounds on commands", {"abs", *measures._WORDS} - set(measures.STANDING)),
    ("risk", "Actions of bounds on commands", set(risk_actions.PRE_TRADE)),
    ("risk", "Standing rules", {*measures.STANDING, "guard", "assume"}),
    ("risk", "Actions of standing rules", set(risk_actions.STANDING)),
    ("risk", "What of the run may be read", (readings.WORDS | readings.CALLS) - set(readings.OF_ORDERS)),
    (
        "orders",
        "Fields",
        order_fields.FIELDS - KEYWORDS - unsupported.FIELDS.keys(),
    ),  # a keyword can't be written as a field
    ("orders", "Kinds of orders", set(order_fields.KINDS) - unsupported.KINDS.keys()),
    ("orders", "Time in force", set(order_fields.TIFS) - unsupported.TIFS.keys()),
    ("orders", "What may be read of an order", set(readings.OF_ORDERS)),
    ("machine", "Verbs", {verb.value for verb in Verb}),
    ("machine", "Events", set(get_args(EventName))),
    ("functions", "All functions", {*calls.BUILTINS, "hold"}),
    ("functions", "Not yet", calls.LATER),
    *(("library", library, set(exports(library))) for library in LIBRARIES),
]


@pytest.mark.parametrize(
    ("page", "heading", "known"), TABLES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_closed_table_holds_what_the_compiler_knows(page: str, heading: str, known: set[str]) -> None:
    assert set(words(page, heading)) == known
    texts = first_column(page, heading)
    assert len(texts) == len(set(texts)), "each is listed once"


def test_the_words_of_orders_that_no_target_runs_are_listed_as_such() -> None:
    listed = set(words("orders", "Checked, not run"))
    later = {*unsupported.FIELDS, *unsupported.KINDS, *unsupported.TIFS}
    assert listed == later | {"schedule", "after", "on", "trigger"}


def test_the_names_of_verbs_and_events_are_those_of_the_program() -> None:
    assert set(VERBS) == {verb.value for verb in Verb}
    assert set(EVENTS) == set(get_args(EventName))


def test_every_mark_and_operator_is_in_a_table() -> None:
    marks, operators = first_column("surface", "Marks"), first_column("types", "Operators")
    known = set(literals()) - KEYWORDS
    assert set(marks) | {o for o in operators if o in known} == known
    assert set(operators) - known == (OPERATOR_WORDS - {"when"}) | WITH_WORDS


def test_the_table_of_members_holds_what_only_a_strategy_may_hold() -> None:
    listed = {word.split()[0] for word in first_column("surface", "Files")}
    assert listed == MEMBERS - {"extern"} | {"const", "node", "def", "on"}
