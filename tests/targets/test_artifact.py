"""An artifact: complete, equal byte for byte wherever it was built, and never half-written."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stratc.targets.cpu import artifact as artifact_module
from stratc.targets.cpu.artifact import build
from stratc.targets.cpu.toolchain import BuildError
from tests.support.programs import cross

MANIFEST = "name: CROSS\nnote: what??!\n"
ROOT = Path(__file__).resolve().parents[2]

BUILD = """
import os, sys, pathlib
os.umask(int(sys.argv[3], 8))
from stratc.targets.cpu.artifact import build
from tests.support.programs import cross
build(cross(), "name: CROSS\\n", pathlib.Path(sys.argv[1]), jobs=int(sys.argv[2]))
"""


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mode, path.read_bytes()) for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(cross(), MANIFEST, folder)
    return folder


def test_the_artifact_is_complete(built: Path) -> None:
    names = ["cross", "cross.c", "cross.so", "cross.yaml", "cross_kernel.py"]
    assert sorted(path.name for path in built.iterdir()) == names
    assert [oct(built.joinpath(name).stat().st_mode & 0o777) for name in names] == [
        "0o755",
        "0o644",
        "0o755",
        "0o644",
        "0o644",
    ]
    assert (built / "cross.yaml").read_text(encoding="utf-8") == MANIFEST


def test_the_binary_carries_its_manifest(built: Path) -> None:
    done = subprocess.run([built / "cross", "manifest"], capture_output=True, text=True, check=True, env={})
    assert done.stdout == MANIFEST


def test_the_kernel_module_needs_only_cffi_and_its_library(built: Path) -> None:
    code = "import cross_kernel as k; s = k.Kernel({'slow_n': 3}); s.start(0); print(s.state, s.warm_up, k.manifest, end='')"
    done = subprocess.run([sys.executable, "-c", code], cwd=built, capture_output=True, text=True, check=True)
    assert done.stdout == f"IDLE 2 {MANIFEST}"


def test_equal_programs_give_equal_bytes_wherever_they_are_built(tmp_path: Path) -> None:
    worlds = [
        ("one", "1", "022", {"TZ": "UTC", "LANG": "C", "PYTHONHASHSEED": "1"}),
        ("another/deeper", "4", "077", {"TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "99"}),
    ]
    for folder, jobs, umask, environment in worlds:
        subprocess.run(
            [sys.executable, "-c", BUILD, str(tmp_path / folder), jobs, umask], cwd=ROOT, check=True,
            env={**os.environ, **environment, "STRATC_CACHE_DIR": str(tmp_path / f"cache{jobs}")},
        )  # fmt: skip
    first, second = contents(tmp_path / "one"), contents(tmp_path / "another" / "deeper")
    assert first == second
    for _, data in first.values():
        assert str(tmp_path).encode() not in data
        assert str(ROOT).encode() not in data


def test_a_failed_build_leaves_the_last_artifact_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(cross(), MANIFEST, tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(artifact_module, "generate", lambda program, manifest: "this is no C\n")
    with pytest.raises(BuildError, match="failed") as caught:
        build(replace(cross(), title="changed"), "other", tmp_path)
    assert caught.value.code == 6
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildError, match="cannot write to") as caught:
        build(cross(), MANIFEST, tmp_path / "file")
    assert caught.value.code == 5
