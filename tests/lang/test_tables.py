"""The cached tables: found again, never trusted when damaged, never in the way when nothing can be written."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stratc.lang import tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("STRATC_CACHE_DIR", str(tmp_path))
    tables.tables.cache_clear()
    yield tmp_path
    tables.tables.cache_clear()


def again() -> str:
    tables.tables.cache_clear()
    return tables.tables().parse("const A = not b;").pretty()


def test_the_second_start_reads_what_the_first_wrote(folder: Path) -> None:
    first = again()
    (file,) = folder.iterdir()
    before = file.stat().st_mtime_ns
    assert again() == first
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [b"", b"x", b"x\ny", b"\x80\x04" * 100])
def test_a_damaged_file_is_written_anew(folder: Path, damage: bytes) -> None:
    first = again()
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for bad in (damage, whole[: len(whole) // 2], whole[:-1] + b"?"):
        file.write_bytes(bad)
        assert again() == first
        assert tables._load(file) is not None


def test_a_changed_grammar_is_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tables.grammar()
    again()
    monkeypatch.setattr(tables, "grammar", lambda: text + "\n// changed\n")
    again()
    assert len(list(folder.iterdir())) == 2


def test_no_folder_at_all_is_only_slower(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_cache_folders", lambda: iter([folder / "file" / "sub"]))
    (folder / "file").write_text("")
    assert "not_" in again()


def test_a_disk_that_takes_nothing_is_only_slower(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError("no space")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "not_" in again()
    assert list(folder.iterdir()) == []


def test_the_temporary_folder_serves_when_home_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRATC_CACHE_DIR", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tables.tempfile, "gettempdir", lambda: str(tmp_path))
    file = tables._cache_file()
    assert file is not None
    assert file.parent.parent == tmp_path


def test_processes_that_start_at_once_do_not_disturb_each_other(folder: Path) -> None:
    program = "from stratc.lang.tables import tables; print(tables().parse('const A = 1;').data)"
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["start\n"] * 3
    assert [f.suffix for f in folder.iterdir()] == [".tables"]
