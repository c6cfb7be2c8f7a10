"""Units form a free abelian group, and types are shown the way people write them."""

from hypothesis import given, strategies as st

from stratc.compiler.types import BOOL, COUNT, NUMBER, Base, Type, show
from stratc.compiler.units import RATIO, Unit, asset

ASSETS = st.sampled_from(["BTC", "ETH", "USDT", "EUR"])


@st.composite
def units(draw: st.DrawFn) -> Unit:
    unit = RATIO
    for name, exponent in draw(st.dictionaries(ASSETS, st.integers(-3, 3))).items():
        for _ in range(abs(exponent)):
            unit = unit * asset(name) if exponent > 0 else unit / asset(name)
    return unit


@given(units(), units(), units())
def test_multiplication_is_associative(a: Unit, b: Unit, c: Unit) -> None:
    assert (a * b) * c == a * (b * c)


@given(units(), units())
def test_multiplication_is_commutative(a: Unit, b: Unit) -> None:
    assert a * b == b * a


@given(units())
def test_the_ratio_is_the_neutral_element(a: Unit) -> None:
    assert a * RATIO == a == a / RATIO


@given(units(), units())
def test_division_undoes_multiplication(a: Unit, b: Unit) -> None:
    assert a * b / b == a
    assert a / a == RATIO


@given(units())
def test_a_square_has_its_root(a: Unit) -> None:
    assert (a * a).root() == a


def test_an_odd_power_has_no_root() -> None:
    assert asset("USDT").root() is None
    assert (asset("USDT") * asset("USDT") / asset("BTC")).root() is None


def test_only_one_asset_per_another_is_a_price() -> None:
    assert (asset("USDT") / asset("BTC")).as_price() == (asset("USDT"), asset("BTC"))
    assert asset("USDT").as_price() is None
    assert RATIO.as_price() is None
    assert (asset("USDT") * asset("USDT") / asset("BTC")).as_price() is None


def test_types_are_shown_as_they_are_written() -> None:
    bases = frozenset({"BTC"})
    price = asset("USDT") / asset("BTC")
    shown = {
        "ratio": NUMBER,
        "ratio?": NUMBER.maybe(),
        "count": COUNT,
        "bool?": BOOL.maybe(),
        "price<USDT>": Type(Base.NUMBER, price),
        "price<USDT/ETH>": Type(Base.NUMBER, asset("USDT") / asset("ETH")),
        "qty<BTC>": Type(Base.NUMBER, asset("BTC")),
        "notional<USDT>": Type(Base.NUMBER, asset("USDT")),
        "number<USDT^2/BTC^2>": Type(Base.NUMBER, price * price),
        "number<1/BTC>": Type(Base.NUMBER, RATIO / asset("BTC")),
    }
    assert {text: show(type_, bases) for text, type_ in shown.items()} == {text: text for text in shown}
