"""`stratc fmt`: what it writes, what it prints, when it fails, and that no file is ever lost."""

import os
import stat
from pathlib import Path

import pytest

from stratc.cli import exits, fmt
from stratc.cli.console import CommandError
from tests.cli.conftest import Stratc

UGLY = "const  A=1; # why\nconst LONGER=(2);\n"
TIDY = f"const A      = 1;{' ' * 36}# why\nconst LONGER = 2;\n"
BROKEN = "const A 1\n"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    path = tmp_path / "ugly.strat"
    path.write_text(UGLY)
    return path


def test_a_file_is_rewritten_once_and_then_left_alone(stratc: Stratc, ugly: Path) -> None:
    done = stratc("fmt", ugly)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"formatted {ugly}\n", "")
    assert ugly.read_text() == TIDY
    written = ugly.stat().st_mtime_ns
    done = stratc("fmt", ugly)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ugly.stat().st_mtime_ns == written


def test_check_lists_what_would_change_and_changes_nothing(stratc: Stratc, ugly: Path) -> None:
    tidy = ugly.with_name("tidy.strat")
    tidy.write_text(TIDY)
    done = stratc("fmt", "--check", ugly, tidy)
    assert (done.returncode, done.stdout, done.stderr) == (1, f"would change {ugly}\n", "")
    assert ugly.read_text() == UGLY
    assert stratc("fmt", "--check", tidy).returncode == 0


def test_diff_prints_a_unified_difference_and_changes_nothing(stratc: Stratc, ugly: Path) -> None:
    done = stratc("fmt", "--diff", ugly.name)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "--- ugly.strat",
        "+++ ugly.strat (formatted)",
        "@@ -1,2 +1,2 @@",
        *(f"-{line}" for line in UGLY.splitlines()),
        *(f"+{line}" for line in TIDY.splitlines()),
    ]
    assert ugly.read_text() == UGLY
    ugly.write_text(TIDY)
    done = stratc("fmt", "--diff", ugly)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_difference_says_where_the_last_line_had_no_end(stratc: Stratc, ugly: Path) -> None:
    ugly.write_text(TIDY.rstrip("\n"))
    assert (
        "-const LONGER = 2;\n\\ No newline at end of file\n+const LONGER = 2;\n" in stratc("fmt", "--diff", ugly).stdout
    )


def test_a_dash_reads_standard_input_and_writes_standard_output(stratc: Stratc) -> None:
    done = stratc("fmt", "-", input=UGLY)
    assert (done.returncode, done.stdout, done.stderr) == (0, TIDY, "")
    assert stratc("fmt", "-", input="").stdout == ""
    done = stratc("fmt", "--check", "-", input=UGLY)
    assert (done.returncode, done.stdout) == (1, "would change <stdin>\n")


def test_a_file_with_errors_is_left_alone_and_the_others_are_not(stratc: Stratc, ugly: Path) -> None:
    broken = ugly.with_name("broken.strat")
    broken.write_text(BROKEN)
    done = stratc("fmt", broken, ugly)
    assert (done.returncode, done.stdout) == (1, f"formatted {ugly}\n")
    assert done.stderr == stratc("check", broken).stderr
    assert "error[" in done.stderr
    assert (broken.read_text(), ugly.read_text()) == (BROKEN, TIDY)
    done = stratc("fmt", "-", input=BROKEN)
    assert (done.returncode, done.stdout) == (1, "")


def test_line_ends_and_byte_order_marks_of_other_systems_are_replaced(stratc: Stratc, tmp_path: Path) -> None:
    path = tmp_path / "foreign.strat"
    path.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert stratc("fmt", "--check", path).returncode == 1
    assert stratc("fmt", path).returncode == 0
    assert path.read_bytes() == TIDY.encode()


def test_links_and_permissions_stay_and_nothing_is_left_beside_the_file(
    stratc: Stratc, ugly: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.strat"
    link.symlink_to(ugly)
    ugly.chmod(0o640)
    assert stratc("fmt", link).returncode == 0
    assert link.is_symlink()
    assert ugly.read_text() == TIDY
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.strat", "ugly.strat"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--check", "--diff", "ugly.strat"), 2, "exclude each other"),
        (("missing.strat",), 3, "no such file"),
        ((".",), 3, "is a folder"),
        (("made.yaml",), 3, "a manifest has no layout"),
        ((), 2, "Missing argument"),
    ],
)
def test_what_can_not_be_formatted_is_said_and_nothing_is_written(
    stratc: Stratc, ugly: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = stratc("fmt", *([ugly] if "ugly.strat" not in arguments and arguments else []), *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert ugly.read_text() == UGLY


@pytest.mark.parametrize("step", ["fdopen", "chmod", "replace"])
def test_a_file_that_can_not_be_replaced_stays_whole(ugly: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(CommandError, match="can't be replaced: no space left on device") as failure:
        fmt.fmt([ugly])
    assert failure.value.code == exits.OUTPUT
    assert ugly.read_text() == UGLY
    assert list(ugly.parent.iterdir()) == [ugly]
