"""Finding a compiler, and the cache of runtime objects."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stratc.targets.cpu import toolchain
from stratc.targets.cpu.cache import cache_folder, objects, runtime_sources
from stratc.targets.cpu.toolchain import BuildError, find_toolchain


def test_cc_names_the_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho fake 1.0 $1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("CC", f"{fake} -pipe")
    found = find_toolchain()
    assert found.command == (str(fake), "-pipe")
    assert found.identity == "fake 1.0 -pipe\n"


def test_a_cc_that_does_not_run_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/nowhere/cc")
    with pytest.raises(BuildError, match="`/nowhere/cc` cannot be run") as caught:
        find_toolchain()
    assert caught.value.code == 6
    assert "CC" in caught.value.help


def test_no_compiler_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(toolchain.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BuildError, match="no C compiler found") as caught:
        find_toolchain()
    assert caught.value.code == 6
    assert "pip install ziglang" in caught.value.help


def test_the_ziglang_wheel_is_the_last_resort(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ziglang").mkdir()
    (tmp_path / "ziglang" / "__init__.py").touch()
    (tmp_path / "ziglang" / "__main__.py").write_text("print('zig 9')\n", encoding="utf-8")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    assert find_toolchain().command == (sys.executable, "-m", "ziglang", "cc")


def test_what_the_compiler_says_of_an_error_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("int f(void) { return y; }\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"bad\.c:1:22: error") as caught:
        find_toolchain().compile("bad.c", tmp_path / "bad.o", folder=tmp_path)
    assert caught.value.code == 6


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("STRATC_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


SOURCES = ["arithmetic.c", "base.c"]


def test_objects_are_compiled_once_and_kept(cache: Path, tmp_path: Path) -> None:
    first = objects(find_toolchain(), SOURCES, scratch=tmp_path, jobs=2)
    stamps = [path.stat().st_mtime_ns for path in first]
    assert objects(find_toolchain(), SOURCES, scratch=tmp_path, jobs=1) == first
    assert [path.stat().st_mtime_ns for path in first] == stamps
    assert [path.name for path in first] == ["arithmetic.o", "base.o"]
    assert all(path.is_relative_to(cache) for path in first)


def test_other_flags_are_other_objects(cache: Path, tmp_path: Path) -> None:
    first = objects(find_toolchain(), SOURCES, scratch=tmp_path, jobs=2)
    assert objects(find_toolchain(), SOURCES, scratch=tmp_path, jobs=2, flags=("-O1",)) != first
    assert len(list(cache.iterdir())) == 2


def test_builds_side_by_side_leave_one_whole_folder(cache: Path, tmp_path: Path) -> None:
    scratches = [tmp_path / f"scratch{i}" for i in range(4)]
    for scratch in scratches:
        scratch.mkdir()
    found_toolchain = find_toolchain()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda s: objects(found_toolchain, SOURCES, scratch=s, jobs=2), scratches))
    assert all(path.read_bytes() for paths in found for path in paths)
    assert [path.name[:8] for path in cache.iterdir()] == ["runtime-"]


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STRATC_CACHE_DIR", str(tmp_path / "file" / "cache"))
    found = objects(find_toolchain(), SOURCES, scratch=tmp_path, jobs=2)
    assert [path.parent for path in found] == [tmp_path, tmp_path]


def test_the_cache_lies_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STRATC_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "stratc"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "stratc"


def test_every_file_of_the_runtime_is_linked() -> None:
    assert {"main.c", "kernel.c", "arithmetic.c"} <= set(runtime_sources())
