"""Fixtures and rules of every test: golden files, what a machine may lack (real data, a browser), and no skips on CI."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).resolve().parent
SHARED_DATA = TESTS.parent.parent / "shared" / "data"
ON_CI = os.environ.get("CI") == "true"

# Time limits say more about a busy machine than about the code; on CI a failure must come back on the next run.
settings.register_profile("stratc", deadline=None, derandomize=ON_CI, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stratc")

DESELECTED = pytest.StashKey[dict[str, int]]()

# Marker → is it here, and what is missing where it is not.
NEEDED = {
    "shared": (SHARED_DATA.is_dir(), "real data in ../shared/data, which is not there"),
    "browser": (
        any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
        "Chromium, which is not installed (Debian: apt-get install chromium)",
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the tests see into tests/golden")


def pytest_configure(config: pytest.Config) -> None:
    if ON_CI and config.getoption("--update-golden"):
        raise pytest.UsageError("--update-golden would hide differences on CI")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need what is not here; never on CI."""
    config.stash[DESELECTED] = {}
    for marker, (here, _) in NEEDED.items():
        if ON_CI or here:
            continue
        needing = [item for item in items if item.get_closest_marker(marker)]
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)
        config.stash[DESELECTED][marker] = len(needing)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    counts = config.stash.get(DESELECTED, {})
    return [f"{count} tests deselected: they need {NEEDED[marker][1]}" for marker, count in counts.items() if count]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    return _failed_if_skipped_on_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    return _failed_if_skipped_on_ci((yield))


def _failed_if_skipped_on_ci(report: Any) -> Any:
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


class Golden(str):
    """The text of a golden file; to compare it under --update-golden is to write it."""

    path: Path
    update: bool

    def __new__(cls, path: Path, update: bool) -> "Golden":
        text = path.read_bytes().decode() if path.exists() else ""
        self = super().__new__(cls, text)
        self.path, self.update = path, update
        return self

    def __call__(self, name: str) -> "Golden":
        """The golden file `name` of the same test file, for a test that compares several texts."""
        return Golden(self.path.parent / name, self.update)

    def __eq__(self, seen: object) -> bool:
        if self.update and isinstance(seen, str):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(seen.encode())
            return True
        if not self.path.exists():
            pytest.fail(f"no golden file {self.path.relative_to(TESTS)}: write it with pytest --update-golden")
        return str.__eq__(self, seen) is True

    def __ne__(self, seen: object) -> bool:
        return not self == seen

    __hash__ = str.__hash__


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """tests/golden/FOLDER/TEST_FILE/TEST_NAME.txt: write `assert text == golden`, or `golden("name.txt")` for more."""
    folder = TESTS / "golden" / request.path.relative_to(TESTS).with_suffix("")
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    return Golden(folder / f"{name}.txt", request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data beside the repository; mark the test `shared`."""
    assert SHARED_DATA.is_dir(), "no ../shared/data: a test that uses it is marked `shared`"
    return SHARED_DATA
