"""The sessions of exchanges: what they are, that no day of the build moves them, where they are kept, and what is said without them."""

import importlib.metadata
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from stratc.compiler.checker import exchanges, session_cache
from stratc.compiler.checker.exchanges import Exchange, ExchangeError, exchange
from stratc.compiler.manifest import ExchangeEntry, describe, read, write
from stratc.compiler.program import Instrument
from tests.support.strategies import build, errors, strategy

HOUR = 3600 * 10**9
NEVER_MADE = "never computed in this test"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def sessions(code: str, day: str) -> list[tuple[str, str]]:
    """Those of the trading day that closes on that date, as HH:MM in UTC."""
    found = [row for row in exchange(code).days if _date(row[-1][1]) == date.fromisoformat(day)]
    return [(_clock(opens), _clock(closes)) for row in found for opens, closes in row]


def _date(ns: int) -> date:
    return datetime.fromtimestamp(ns // 10**9, UTC).date()


def _clock(ns: int) -> str:
    return datetime.fromtimestamp(ns // 10**9, UTC).strftime("%H:%M")


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("XNYS", "2013-11-27", [("14:30", "21:00")]),
        ("XNYS", "2013-11-28", []),  # Thanksgiving
        ("XNYS", "2013-11-29", [("14:30", "18:00")]),
        ("XNYS", "2013-07-03", [("13:30", "17:00")]),
        ("XNYS", "2013-07-04", []),
        ("XNYS", "2013-03-08", [("14:30", "21:00")]),
        ("XNYS", "2013-03-11", [("13:30", "20:00")]),  # summer time since Sunday
        ("XNYS", "2012-10-29", []),  # a hurricane
        ("XNYS", "2001-09-12", []),
        ("XLON", "2024-12-24", [("08:00", "12:30")]),
        ("XHKG", "2024-01-03", [("01:30", "04:00"), ("05:00", "08:00")]),
        ("XHKG", "2024-02-09", [("01:30", "04:00")]),  # the eve of the new year
        ("XTKS", "2024-01-05", [("00:00", "02:30"), ("03:30", "06:00")]),
        ("CMES", "2024-01-03", [("23:00", "23:00")]),  # since the evening before
    ],
)
def test_a_trading_day_has_these_sessions(code: str, day: str, expected: list[tuple[str, str]]) -> None:
    assert sessions(code, day) == expected


def test_another_name_is_the_same_calendar() -> None:
    assert exchange("NYSE") == exchange("XNYS")
    assert (exchange("NYSE").name, exchange("CME").name) == ("XNYS", "CMES")


def test_the_span_ends_on_a_fixed_day_or_where_the_package_ends() -> None:
    days = exchange("XNYS").days
    assert (_date(days[0][0][0]), _date(days[-1][-1][1])) == (date(1990, 1, 2), date(2030, 12, 31))
    assert _date(exchange("XTKS").days[0][0][0]) == date(1997, 1, 6)
    shanghai = exchange("XSHG").days
    assert _date(shanghai[0][0][0]) == date(1990, 12, 3)
    assert (_date(shanghai[-1][-1][1]).month, _date(shanghai[-1][-1][1]).day) == (12, 31)


@pytest.mark.slow
def test_every_calendar_is_sound_or_refused() -> None:
    """What the package can't make with the pandas of the day is an error of ours, never a traceback."""
    from exchange_calendars import get_calendar_names

    made = {name: _made(name) for name in get_calendar_names(include_aliases=False) if name.isupper()}
    sound = {name: found for name, found in made.items() if not isinstance(found, str)}
    assert len(sound) >= 60, made
    for name, found in sound.items():
        edges = [session for day in found.days for session in day]
        assert found.name == name
        assert all(opens < closes for opens, closes in edges), name
        assert all(a[1] <= b[0] for a, b in pairwise(edges)), name


def _made(code: str) -> Exchange | str:
    try:
        return exchange(code)
    except ExchangeError as error:
        return f"{error}: {error.help}"


@pytest.mark.parametrize(
    "days", [(), (((5, 5),),), (((5, 4),),), (((-9, 4),),), (((5, 9),), ((8, 12),)), (((5, 9), (8, 12)),)]
)
def test_days_that_overlap_are_refused(days: Any) -> None:
    with pytest.raises(ValueError, match="session"):
        exchanges.check(days)


# ---- what is said


def with_calendar(name: str, members: str = "") -> str:
    return strategy(members).replace("lot = 0.00001 BTC)", f"lot = 0.00001 BTC, calendar = {name})")


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing is remembered from other tests, in the process or on disk."""
    exchanges._known.cache_clear()
    monkeypatch.setenv("STRATC_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_without_the_package_it_says_what_to_install(forgetful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(session_cache.metadata, "version", missing)
    with pytest.raises(ExchangeError) as failure:
        exchange("XNYS")
    assert failure.value.help == "pip install 'stratc[calendars]'"
    assert errors(with_calendar("XNYS")) == [
        ("E0112", "`XNYS` is the calendar of an exchange, and the package `exchange_calendars` is missing")
    ]


def test_a_package_that_is_broken_is_no_traceback(forgetful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "exchange_calendars", None)
    (code, title), *_ = errors(with_calendar("XNYS"))
    assert (code, title[:55]) == ("E0112", "the package `exchange_calendars` can't be loaded: impor")


def test_what_the_package_raises_is_told(forgetful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: object) -> None:
        raise NotImplementedError("no vectorised Easter\nand more")

    monkeypatch.setattr(exchanges, "_days", raises)
    ((code, title),) = errors(with_calendar("XNYS"))
    assert code == "E0112"
    assert title.startswith("exchange_calendars ")
    assert title.endswith(" can't make the calendar `XNYS`: no vectorised Easter")


# ---- what is kept


def test_a_calendar_is_computed_once(forgetful: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = exchange("NYSE")
    exchanges._known.cache_clear()
    monkeypatch.setattr(exchanges, "_computed", lambda *_: pytest.fail(NEVER_MADE))
    assert exchange("NYSE") == first
    assert first.name == "XNYS"


@pytest.mark.parametrize("damage", [b"", b"XNYS 0\n", b"\xff", b"XNYS " + b"0" * 64 + b"\n1,2\n"])
def test_a_file_that_does_not_hold_what_was_written_is_made_anew(forgetful: Path, damage: bytes) -> None:
    first = exchange("XNYS")
    (file,) = forgetful.glob("sessions-*")
    whole = file.read_bytes()
    file.write_bytes(damage or whole[:-20])
    exchanges._known.cache_clear()
    assert exchange("XNYS") == first
    assert file.read_bytes() == whole


@pytest.mark.parametrize("what", ["version", "pandas", "zones", "end"])
def test_another_version_of_anything_that_decides_is_another_file(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = session_cache._file("XNYS 4 1990 2030")
    known = session_cache._version
    if what == "pandas":
        monkeypatch.setattr(session_cache, "_version", lambda name: "0" if name == "pandas" else known(name))
    if what == "zones":
        monkeypatch.setattr(session_cache, "_zones", lambda: "# version 1999a")
    label = {"version": "XNYS 5 1990 2030", "end": "XNYS 4 1990 2031"}.get(what, "XNYS 4 1990 2030")
    assert session_cache._file(label) != before


def test_it_works_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    exchanges._known.cache_clear()
    monkeypatch.setattr(session_cache, "cache_folder", lambda: None)
    assert exchange("XHKG").days


# ---- what a program holds of it


def instrument(name: str) -> Instrument:
    return build(with_calendar(name, "signal open_now = session(BTC_USDT); log open_now;")).instruments[0]


def test_an_instrument_has_the_sessions_and_the_canonical_name() -> None:
    found = instrument("NYSE")
    assert (found.calendar, found.all_days, found.days) == ("XNYS", False, ())
    assert found.library == importlib.metadata.version("exchange_calendars")
    assert (at("2013-11-29T14:30"), at("2013-11-29T18:00")) in found.sessions
    assert found.sessions == instrument("XNYS").sessions


def test_a_day_with_a_break_is_one_trading_day_of_two_sessions() -> None:
    found = instrument("XHKG")
    day = at("2024-01-03T00:00")
    assert (day + HOUR * 3 // 2, day + 4 * HOUR) in found.sessions
    assert (day + 5 * HOUR, day + 8 * HOUR) in found.sessions
    assert (day + HOUR * 3 // 2, day + 8 * HOUR) in found.days
    assert len(found.days) < len(found.sessions) < 2 * len(found.days)


@pytest.mark.parametrize("name", ["XNYS", "XHKG"])
def test_the_manifest_pins_the_calendar(name: str) -> None:
    manifest = describe(build(with_calendar(name)))
    entry = manifest.instruments[0].sessions
    assert isinstance(entry, ExchangeEntry)
    found = exchange(name)
    assert (entry.exchange, entry.library, entry.days) == (name, found.version, len(found.days))
    assert (entry.first, entry.last) == ("1990-01-02", "2030-12-31")
    assert entry.sha256 == session_cache._digest(session_cache.canonical(found.days))
    assert read(write(manifest)) == manifest


def test_another_half_day_is_another_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = describe(build(with_calendar("XNYS"))).instruments[0].sessions
    found = exchange("XNYS")
    opens, closes = found.days[-1][0]
    other = Exchange(found.name, found.version, (*found.days[:-1], ((opens, closes - HOUR),)))
    monkeypatch.setattr(exchanges, "_known", lambda *_: other)
    after = describe(build(with_calendar("XNYS"))).instruments[0].sessions
    assert isinstance(before, ExchangeEntry)
    assert isinstance(after, ExchangeEntry)
    assert before.sha256 != after.sha256
    assert before.model_copy(update={"sha256": ""}) == after.model_copy(update={"sha256": ""})
