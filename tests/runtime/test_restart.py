"""A run with a journal that is killed at any instant goes on to the very files of the run that was not; a replay makes both logs again."""

import os
import random
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from stratc.runtime.logs import crc32c
from tests.support.runs import STRATEGIES, YEAR, run_stratc

HOUR, MINUTE = 3600 * 10**9, 60 * 10**9
KILLS = 200
GROWING = ("journal.bin", "strategy.log", "order.log")


def year() -> pa.Table:
    return pq.read_table(YEAR)


def walk(count: int, every: int, seed: int) -> pa.Table:
    """A year's level, at random."""
    chance = np.random.default_rng(seed)
    closes = 40_000 * np.exp(np.cumsum(chance.normal(0, 0.0015, count)))
    opens = closes * np.exp(chance.normal(0, 0.0005, count))
    high = np.maximum(opens, closes) * (1 + chance.exponential(0.001, count))
    low = np.minimum(opens, closes) * (1 - chance.exponential(0.001, count))
    start = 1_609_459_200 * 10**9
    columns = {"open": opens, "high": high, "low": low, "close": closes}
    cents = {name: np.rint(column * 100) for name, column in columns.items()}
    cents["high"], cents["low"] = np.maximum.reduce(list(cents.values())), np.minimum.reduce(list(cents.values()))
    table = {"ts_event": start + every * np.arange(count), **{n: c / 100 for n, c in cents.items()}}
    return pa.table({**table, "volume": chance.exponential(50.0, count).round(3)})


class Subject:
    """An example strategy as a binary, with its data."""

    def __init__(self, name: str, feeds: dict[str, pa.Table], folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        source = folder / f"{name}.strat"
        shutil.copy(STRATEGIES / f"{name}.strat", source)
        run_stratc("build", str(source), "--out", str(folder / "built"), cwd=folder)
        self.binary = folder / "built" / name
        self.data = []
        for feed, table in feeds.items():
            path = folder / f"{feed}.arrow"
            feather.write_feather(table, str(path), compression="uncompressed")
            self.data += ["--data", f"{feed}={path}"]
        self.unbroken = self.run(folder / "unbroken")

    def command(self, out: Path) -> list[str]:
        return [str(self.binary), "backtest", *self.data, "--journal", "--out", str(out), *self.options]

    def run(self, out: Path) -> Path:
        done = subprocess.run(self.command(out), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return out

    def again(self, verb: str, out: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(self.binary), verb, str(out)], capture_output=True, text=True, check=False)


MAKERS: dict[str, Callable[[Path], Subject]] = {
    "breakout": lambda folder: Subject("breakout", {"bars": year()}, folder, "--dump-signals"),
    "mean_revert": lambda folder: Subject(
        "mean_revert", {"bars": walk(30_000, MINUTE, 3)}, folder, "--latency", "all=200ms"
    ),
    "pairs": lambda folder: Subject(
        "pairs",
        {"btc": walk(8_000, 30 * MINUTE, 1), "eth": walk(8_000, 30 * MINUTE, 2).slice(5)},
        folder,
        "--set",
        "n=48",
        "--set",
        "z_in=1.0",
        "--snapshot",
        "3h",
    ),
}


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in MAKERS.items()}


@pytest.fixture(scope="module")
def unbroken(subjects: dict[str, Subject]) -> dict[str, dict[str, bytes]]:
    """Every file of a run that was not broken off."""
    return {name: files(subject.unbroken) for name, subject in subjects.items()}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


@pytest.mark.parametrize("name", MAKERS)
def test_a_journal_changes_nothing_else(
    name: str, subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    subject = subjects[name]
    command = [part for part in subject.command(tmp_path / "plain") if part != "--journal"]
    if "--snapshot" in command:
        del command[command.index("--snapshot") :][:2]
    subprocess.run(command, check=True, capture_output=True)
    plain = files(tmp_path / "plain")
    assert set(unbroken[name]) - set(plain) == {"journal.bin", "snapshot.0.bin", "snapshot.1.bin", "arguments.txt"}
    assert [file for file in plain if plain[file] != unbroken[name][file]] == []


@pytest.mark.parametrize("name", MAKERS)
def test_a_replay_makes_both_logs_again(
    name: str, subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]]
) -> None:
    done = subjects[name].again("replay", subjects[name].unbroken)
    assert (done.returncode, done.stderr) == (0, "")
    sizes = [len(unbroken[name][log]) for log in ("strategy.log", "order.log")]
    assert done.stdout.split(", ")[1:] == [f"{sizes[0]} bytes of strategy.log", f"{sizes[1]} bytes of order.log\n"]
    assert int(done.stdout.split()[1]) > 5000


def kill_within(subject: Subject, out: Path, journal_bytes: int) -> int:
    """Starts a run and kills it once its journal is so long; how long it was then."""
    running = subprocess.Popen(subject.command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal, until = out / "journal.bin", time.monotonic() + 30
    while running.poll() is None and time.monotonic() < until:
        if journal.exists() and journal.stat().st_size >= journal_bytes:
            break
    running.send_signal(signal.SIGKILL)
    running.wait()
    return journal.stat().st_size if journal.exists() else 0


@pytest.mark.slow
def test_killed_at_200_instants_it_goes_on_to_the_same_files(
    subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    chance, mid_run = random.Random(20), 0
    for number in range(KILLS):
        name = list(MAKERS)[number % len(MAKERS)]
        subject, expected = subjects[name], unbroken[name]
        out = tmp_path / f"{number}"
        reached = kill_within(subject, out, chance.randrange(1, len(expected["journal.bin"])))
        mid_run += 0 < reached < len(expected["journal.bin"])
        done = subject.again("resume", out)
        assert (done.returncode, done.stderr) == (0, ""), f"kill {number} of {name} at {reached} bytes"
        assert_same(files(out) | {"arguments.txt": b""}, expected | {"arguments.txt": b""})
        shutil.rmtree(out)
    assert mid_run >= 0.8 * KILLS


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_whatever_of_its_files_a_break_leaves_it_goes_on(
    name: str, subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """Each file that grows may end anywhere, one of the snapshots may be torn, what is written last may be missing."""
    chance, expected = random.Random(name), unbroken[name]
    for number in range(25):
        out = tmp_path / f"{number}"
        out.mkdir()
        for file, content in expected.items():
            keep = len(content)
            if file in GROWING:
                keep = chance.choice((0, 1, 79, 80, keep, *[chance.randrange(keep) for _ in range(5)]))
                keep = max(keep, 80) if file == "journal.bin" else keep
            if file == "snapshot.1.bin" and chance.random() < 0.5:
                keep = chance.randrange(keep)
            if file in GROWING or file.startswith("snapshot") or file == "arguments.txt":
                (out / file).write_bytes(content[:keep])
        done = subjects[name].again("resume", out)
        assert (done.returncode, done.stderr) == (0, ""), number
        assert_same(files(out), expected)
        shutil.rmtree(out)


def copy(subject: Subject, out: Path) -> Path:
    shutil.copytree(subject.unbroken, out)
    return out


def poke(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x55
    path.write_bytes(bytes(content))


def test_a_run_that_was_finished_is_only_made_again(
    subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    assert subjects["breakout"].again("resume", out).returncode == 0
    assert_same(files(out), unbroken["breakout"])


@pytest.mark.parametrize("file", GROWING)
def test_a_changed_byte_is_found_by_resume(file: str, subjects: dict[str, Subject], tmp_path: Path) -> None:
    chance = random.Random(file)
    for number in range(20):
        out = copy(subjects["breakout"], tmp_path / f"{number}")
        size = (out / file).stat().st_size
        at = chance.randrange(size)
        poke(out / file, at)
        before = files(out)
        done = subjects["breakout"].again("resume", out)
        assert done.returncode in (3, 5, 70), (file, at)
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 2
        after = files(out)
        assert [name for name in GROWING if after[name] != before[name]] == [], "nothing of what there is gets lost"
        shutil.rmtree(out)


@pytest.mark.parametrize("log", ["strategy.log", "order.log"])
def test_a_replay_names_the_first_difference(log: str, subjects: dict[str, Subject], tmp_path: Path) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    size = {"strategy.log": 64, "order.log": 192}[log]
    poke(out / log, 64 + 300 * size + 40)  # payload 1 of record 300
    poke(out / log, 64 + 400 * size)
    done = subjects["breakout"].again("replay", out)
    assert done.returncode == 7
    assert f"{log}: record 300 differs at byte 40 of it (payload 1)" in done.stderr
    assert done.stdout == ""


def forged(journal: bytes, kind: int, number: int, at: int) -> bytes:
    """With one byte changed in the body of an entry of this kind, and the checksum of the entry made right again."""
    content, offset, seen = bytearray(journal), 80, 0
    while offset < len(content):
        size, _, _, _, _, _, its_kind, _ = struct.unpack_from("<IIQqqiHH", content, offset)
        fits = its_kind == kind and (kind != 16 or content[offset + 40 + 56] == 2)  # of answers, a fill
        seen += fits
        if fits and seen == number:
            content[offset + 40 + at] ^= 0x10
            content[offset + 4 : offset + 8] = bytes(4)
            entry = np.frombuffer(bytes(content[offset : offset + size]), np.uint8).reshape(1, -1)
            struct.pack_into("<I", content, offset + 4, int(crc32c(entry)[0]))
            return bytes(content)
        offset += size
    raise AssertionError("there is no such entry")


@pytest.mark.parametrize(
    ("kind", "number", "at"),
    [
        (2, 300, 32 + 20),  # REPORT: a quantity
        (4, 2000, 8 * 7 + 6),  # BARS: its high, twice as high: then the strategy sends other orders
        (16, 300, 8 * 3),  # the venue's word of a fill: its price
    ],
)
def test_a_replay_finds_what_was_forged_in_the_journal(
    kind: int, number: int, at: int, subjects: dict[str, Subject], tmp_path: Path
) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    journal = out / "journal.bin"
    journal.write_bytes(forged(journal.read_bytes(), kind, number, at))
    done = subjects["breakout"].again("replay", out)
    assert (done.returncode, done.stdout) == (7, "")
    assert "the report in the journal is not the one that the order kernel makes" in done.stderr


def test_an_unfinished_run_is_not_replayed(subjects: dict[str, Subject], tmp_path: Path) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    (out / "summary.json").unlink()
    done = subjects["breakout"].again("replay", out)
    assert done.returncode == 3
    assert done.stderr == f"error: {out}: the run did not finish\nhelp: `resume` it first\n"


def test_another_program_does_not_go_on(subjects: dict[str, Subject], tmp_path: Path) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    source = tmp_path / "breakout.strat"
    text = (STRATEGIES / "breakout.strat").read_text(encoding="utf-8")
    source.write_text(text.replace("leverage = 2", "leverage = 3"), encoding="utf-8")
    run_stratc("build", str(source), "--out", str(tmp_path / "built"), cwd=tmp_path)
    for verb in ("resume", "replay"):
        command = [str(tmp_path / "built" / "breakout"), verb, str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert "the journal is of another program" in done.stderr


def test_other_data_does_not_go_on(subjects: dict[str, Subject], tmp_path: Path) -> None:
    subject = subjects["breakout"]
    data = tmp_path / "bars.arrow"
    shutil.copy(subject.folder / "bars.arrow", data)
    command = [str(subject.binary), "backtest", "--data", f"bars={data}", "--journal", "--out", str(tmp_path / "run")]
    subprocess.run(command, check=True, capture_output=True)
    feather.write_feather(year().slice(0, 8000), str(data), compression="uncompressed")
    done = subject.again("resume", tmp_path / "run")
    assert done.returncode == 3
    assert "the data files are not those that the run began with" in done.stderr


@pytest.mark.parametrize("verb", ["resume", "replay"])
def test_a_folder_without_a_journal_is_told_apart(verb: str, subjects: dict[str, Subject], tmp_path: Path) -> None:
    done = subjects["breakout"].again(verb, tmp_path)
    assert done.returncode == 3
    assert "holds no run with a journal" in done.stderr
    missing = subprocess.run([str(subjects["breakout"].binary), verb], capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr) == (2, f"error: {verb} takes the folder of a run\n")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--journal",), "--journal writes into the run folder"),
        (("--journal", "--out", "run", "--snapshot", "soon"), "--snapshot soon: expected a duration above 0"),
        (("--journal", "--out", "run", "--snapshot", "0s"), "--snapshot 0s: expected a duration above 0"),
    ],
)
def test_wrong_options_say_what_is_expected(
    options: tuple[str, ...], text: str, subjects: dict[str, Subject], tmp_path: Path
) -> None:
    command = [str(subjects["breakout"].binary), "backtest", *subjects["breakout"].data, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert text in done.stderr


def test_the_command_line_finds_the_program_of_a_run(
    subjects: dict[str, Subject], unbroken: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    out = copy(subjects["breakout"], tmp_path / "run")
    assert run_stratc("replay", str(out), cwd=tmp_path).startswith("identical: ")
    (out / "summary.json").unlink()
    run_stratc("resume", str(out), cwd=tmp_path)
    assert_same(files(out), unbroken["breakout"])
    moved = tmp_path / "elsewhere"
    shutil.copy(subjects["breakout"].binary, moved)
    os.chmod(moved, 0o755)
    assert run_stratc("replay", str(out), "--program", str(moved), cwd=tmp_path).startswith("identical: ")
