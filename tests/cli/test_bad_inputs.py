"""Bad input to the compiler's commands: one clear line, the documented exit code, nothing half-written, never a traceback."""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, STRATC, Stratc

CROSS = ROOT / "strategies" / "ema_cross.strat"
BTC = ROOT / "strategies" / "data" / "btcusdt_1h_2021.parquet"


def check(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    text = done.stdout + done.stderr
    assert done.returncode == code, text
    assert "Traceback" not in text
    assert [w for w in words if w not in text] == [], text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["check", "missing.strat"], 3, ["missing.strat", "no such file"]),
        (["check", "."], 3, ["is a folder"]),
        (["check", "binary.strat"], 3, ["not UTF-8", "byte 3"]),
        (["check", "empty.strat", "--format", "xml"], 2, ["unknown format `xml`"]),
        (["check"], 2, ["Missing argument"]),
        (["chekc", "x"], 2, ["chekc"]),
        (["build", "empty.strat"], 1, ["holds no strategy"]),
        (["build", "node.strat", "--target", "fpga"], 2, ["fpga", "not built yet"]),
        (["build", "node.strat", "--target", "gpu"], 2, ["unknown target `gpu`"]),
        (["build", "node.strat", "-j", "0"], 2, ["--jobs 0"]),
        (["build", "broken.yaml"], 3, ["not YAML"]),
        (["build", "other.yaml"], 3, ["the key `manifest` is missing"]),
        (["build", "newer.yaml"], 3, ["manifest format 99"]),
        (["build", "partial.yaml"], 3, ["field required"]),
        (["explain", "E9999"], 2, ["no code E9999"]),
        (["explain", "hello"], 2, ["`HELLO` is no code"]),
        (["log", "missing.log"], 3, ["no such file"]),
        (["log", "node.strat"], 4, ["node.strat"]),
        (["backtest", "missing.strat", "--data", "bars=x"], 3, ["missing.strat"]),
    ],
)
def test_commands(stratc: Stratc, tmp_path: Path, arguments: list[str], code: int, words: list[str]) -> None:
    (tmp_path / "binary.strat").write_bytes(b"abc\xff\xfe")
    (tmp_path / "empty.strat").write_text("# nothing here\n")
    (tmp_path / "node.strat").write_text("node f(x: ratio): ratio { yield x; }\n")
    (tmp_path / "broken.yaml").write_text("a: [1, 2\n")
    (tmp_path / "other.yaml").write_text("a: 1\n")
    (tmp_path / "newer.yaml").write_text("manifest: 99\n")
    (tmp_path / "partial.yaml").write_text("manifest: 1\n")
    check(stratc(*arguments), code, *words)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--data", "bars=missing.parquet"], 3, ["missing.parquet"]),
        (["--data", "missing.parquet"], 2, ["not FEED=FILE"]),
        (["--data", "bars=broken.parquet"], 3, ["not a readable Parquet file"]),
        (["--data", f"bars={BTC}", "--set", "fastn=3"], 2, ["fastn", "fast_n"]),
        (["--data", f"bars={BTC}", "--set", "fast_n=1"], 2, ["fast_n", "2", "200"]),
        (["--data", f"bars={BTC}", "--from", "yesterday"], 2, ["yesterday"]),
        (["--data", f"bars={BTC}", "--from", "2031-01-01"], 4, ["2021"]),
        ([], 2, ["--data"]),
    ],
)
def test_backtest(stratc: Stratc, tmp_path: Path, arguments: list[str], code: int, words: list[str]) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and then nothing of use PAR1")
    check(stratc("backtest", CROSS, *arguments), code, *words)


def test_a_manifest_of_other_nodes_is_refused_with_the_line(stratc: Stratc, tmp_path: Path) -> None:
    assert stratc("build", CROSS, "--out", "a").returncode == 0
    text = (tmp_path / "a" / "ema_cross.yaml").read_text()
    (tmp_path / "changed.yaml").write_text(text.replace("state_bytes: ", "state_bytes: 1"))
    check(stratc("build", "changed.yaml"), 3, "can't be rebuilt", "state_bytes")


def test_no_compiler_says_what_to_install(stratc: Stratc, tmp_path: Path) -> None:
    done = stratc("build", CROSS, "--out", "a", env={"PATH": str(tmp_path), "CC": ""})
    check(done, 6, "compiler", "gcc")
    assert not (tmp_path / "a" / "ema_cross").exists()


def test_a_failing_compiler_is_reported(stratc: Stratc, tmp_path: Path) -> None:
    fake = tmp_path / "cc"
    fake.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo fake 1; exit 0; }\necho boom >&2; exit 1\n')
    fake.chmod(0o755)
    done = stratc("build", CROSS, "--out", "a", env={"CC": str(fake), "STRATC_CACHE_DIR": str(tmp_path / "cache")})
    check(done, 6, "boom")


def test_an_unwritable_place_for_the_artifact(stratc: Stratc, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    check(stratc("build", CROSS, "--out", "file/x"), 5, "file/x")
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.parametrize(
    "arguments", [["version"], ["check", str(CROSS)], ["inspect", str(CROSS)], ["cost", str(CROSS)]]
)
def test_a_full_disk_behind_stdout(stratc: Stratc, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([STRATC, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert "standard output" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_size_limit_leaves_no_artifact(tmp_path: Path) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [STRATC, "build", CROSS, "--out", "a"],
        cwd=tmp_path,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (5, 6)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a" / "ema_cross").exists()


def test_an_interrupt_ends_the_backtest_without_a_summary(tmp_path: Path) -> None:
    fifo = tmp_path / "bars.csv"
    os.mkfifo(fifo)
    run = subprocess.Popen(
        [STRATC, "backtest", CROSS, "--out", "run", "--data", f"bars={fifo}"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    _, text = run.communicate(timeout=60)
    assert run.returncode in (130, 3)
    assert "Traceback" not in text
    assert not (tmp_path / "run" / "summary.json").exists()
