"""The bundled bars: well-formed, on their grid, and exactly what prepare.py makes of the origin tables."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import stratc.strategies.data
from stratc.strategies.data.prepare import BUNDLES, PRICES, SCHEMA, Bundle, prepare, render

FOLDER = Path(stratc.strategies.data.__path__[0])
ROWS = {"btcusdt_1h_2021": 8747, "spy_1m_2017_01_02": 15249}

each_bundle = pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)


def bundled(bundle: Bundle) -> pa.Table:
    return pq.read_table(FOLDER / f"{bundle.name}.parquet")


def test_each_bundled_file_is_made_by_prepare() -> None:
    assert {path.stem for path in FOLDER.glob("*.parquet")} == {bundle.name for bundle in BUNDLES} == ROWS.keys()


@each_bundle
def test_bars_have_the_six_columns_without_nulls_and_their_stated_count(bundle: Bundle) -> None:
    table = bundled(bundle)
    assert table.schema.remove_metadata() == SCHEMA
    assert table.num_rows == ROWS[bundle.name]
    assert all(column.null_count == 0 for column in table.columns)


@each_bundle
def test_times_rise_strictly_and_lie_in_the_period(bundle: Bundle) -> None:
    times = bundled(bundle)["ts_event"].to_numpy()
    assert (np.diff(times) > 0).all()
    assert datetime.fromtimestamp(times[0] / 1e9, UTC) >= bundle.first_day
    assert datetime.fromtimestamp(times[-1] / 1e9, UTC) < bundle.end_day


@each_bundle
def test_open_and_close_lie_between_low_and_high(bundle: Bundle) -> None:
    opens, highs, lows, closes = (bundled(bundle)[name].to_numpy() for name in PRICES)
    assert (lows <= np.minimum(opens, closes)).all()
    assert (highs >= np.maximum(opens, closes)).all()


@each_bundle
def test_prices_are_the_doubles_nearest_to_their_grid_and_positive(bundle: Bundle) -> None:
    for name in PRICES:
        prices = bundled(bundle)[name].to_numpy()
        units = np.rint(prices * bundle.units_per_quote)
        assert (units / bundle.units_per_quote == prices).all()
        assert (units > 0).all()


@each_bundle
def test_volumes_are_finite_and_not_negative(bundle: Bundle) -> None:
    volumes = bundled(bundle)["volume"].to_numpy()
    assert np.isfinite(volumes).all()
    assert (volumes >= 0).all()


@each_bundle
def test_the_notice_states_origin_and_row_count(bundle: Bundle) -> None:
    notice = (FOLDER.parent / "NOTICE").read_text(encoding="utf-8")
    section = notice.partition(f"{bundle.name}.parquet\n---")[2]
    assert f"Rows        {ROWS[bundle.name]}\n" in section


@pytest.mark.shared
def test_prepare_makes_the_bundled_files_from_the_origin_tables(shared_data: Path) -> None:
    made = {bundle.name: prepare(bundle, shared_data / "bars") for bundle in BUNDLES}
    for bundle in BUNDLES:
        assert made[bundle.name][0].equals(bundled(bundle))
    repairs = {name: found for name, (_, found) in made.items()}
    assert render(repairs) == (FOLDER / "REPAIRS.md").read_text(encoding="utf-8")
