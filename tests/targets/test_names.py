"""Names in generated C are readable, never meet and never mean something to C."""

import pytest
from hypothesis import given, strategies as st

from stratc.targets.cpu.names import RESERVED, Names, artifact_name, base_name, identifier, program_prefix

WORDS = st.text("abc_123é-. ", min_size=1, max_size=6)


def test_a_free_name_stays_as_it_is() -> None:
    assert Names("my").claim("fast__ema__y") == "fast__ema__y"


@pytest.mark.parametrize("word", ["double", "register", "int64_t", "main", "errno", "c", "output"])
def test_a_word_of_c_gets_a_suffix(word: str) -> None:
    assert Names("my").claim(word) == f"{word}_2"


def test_a_derived_name_gives_way_to_the_one_that_came_first() -> None:
    names = Names("my")
    assert [names.claim(x) for x in ("x_ok", "x", "x_ok", "x_ok")] == ["x_ok", "x", "x_ok_2", "x_ok_3"]


def test_values_keep_clear_of_names_at_file_level() -> None:
    names = Names("my")
    assert names.claim("my_step") == "v_my_step"
    assert names.claim("stratc_begin") == "v_stratc_begin"
    assert names.function("step") == "my_step"


@given(st.lists(WORDS, max_size=20))
def test_no_name_is_given_twice(words: list[str]) -> None:
    names = Names("p")
    claimed = [names.claim(word) for word in words] + [names.function(word) for word in words]
    assert len(set(claimed)) == len(claimed)
    assert not RESERVED & set(claimed)
    assert all(name.isascii() and name.isidentifier() for name in claimed)


def test_the_artifact_is_called_as_the_strategy_file() -> None:
    assert artifact_name("strategies/ema-cross.v2.strat") == "ema-cross.v2"
    assert base_name("some/where/x.strat") == "x.strat"
    assert program_prefix("ema-cross.v2") == "ema_cross_v2"
    assert program_prefix("2day") == "s_2day"
    assert program_prefix("stratc") == "s_stratc"
    assert identifier("_x") == "s__x"
