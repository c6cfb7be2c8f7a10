"""Objects of runtime/native, compiled once per content and kept for all users' programs of one user.

The folder $STRATC_CACHE_DIR, else $XDG_CACHE_HOME/stratc, else ~/.cache/stratc, holds one folder per key; the key is the hash of
the sources, every header, generated files, the flags and the compiler. A folder appears whole or not at all, so that builds may run
side by side.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .toolchain import NATIVE, OPTIMISED, SCHEMAS, SEMANTICS, WARNINGS, Toolchain


@dataclass(frozen=True, slots=True)
class _Task:
    toolchain: Toolchain
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    generated: Path | None

    def place(self, source: str) -> Path:
        own = self.generated / source if self.generated else None
        return own if own and own.is_file() else NATIVE / source


def cache_folder() -> Path:
    chosen = os.environ.get("STRATC_CACHE_DIR")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stratc"


def runtime_sources() -> list[str]:
    """Every C file of the runtime: what an executable is linked with, beside the generated ones."""
    return sorted(path.name for path in NATIVE.glob("*.c"))


def objects(
    toolchain: Toolchain,
    sources: Sequence[str],
    *,
    scratch: Path,
    jobs: int,
    flags: Sequence[str] = OPTIMISED,
    generated: Path | None = None,
) -> list[Path]:
    """The objects of `sources`, from the cache if it has them. Where it can't be written they lie in `scratch`.

    generated: a folder whose headers the sources may include, and whose C files are compiled with them.
    """
    sources = [*sources, *(sorted(path.name for path in generated.glob("*.c")) if generated else ())]
    task = _Task(toolchain, tuple(sources), tuple(flags), generated)
    try:
        root = cache_folder()
        root.mkdir(parents=True, exist_ok=True)
        partial = None
        kept = root / f"runtime-{_key(task)}"
        found = [kept / f"{Path(name).stem}.o" for name in sources]
        if all(path.is_file() for path in found):
            return found
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=root))
    except OSError:
        return _compile(task, scratch, jobs)
    try:
        _compile(task, partial, jobs)
        return _publish(partial, kept, sources, scratch)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _publish(partial: Path, kept: Path, sources: Sequence[str], scratch: Path) -> list[Path]:
    """Renames the finished folder into place; if another build was first, or left a torn one, takes its own copy."""
    names = [f"{Path(name).stem}.o" for name in sources]
    try:
        partial.rename(kept)
    except OSError:
        return [Path(shutil.copy(partial / name, scratch / name)) for name in names]
    return [kept / name for name in names]


def _compile(task: _Task, folder: Path, jobs: int) -> list[Path]:
    targets = [folder / f"{Path(name).stem}.o" for name in task.sources]

    def compile_one(source: str, target: Path) -> None:
        task.toolchain.compile(
            source, target, folder=task.place(source).parent, flags=task.flags, include=task.generated
        )

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        list(pool.map(compile_one, task.sources, targets))
    return targets


def _key(task: _Task) -> str:
    key = hashlib.sha256()

    def add(part: bytes) -> None:
        key.update(len(part).to_bytes(8, "little") + part)

    for word in (
        *task.toolchain.command,
        task.toolchain.identity,
        platform.platform(),
        *task.flags,
        *SEMANTICS,
        *WARNINGS,
    ):
        add(word.encode())
    headers = [sorted(folder.glob("*.h")) for folder in (NATIVE, SCHEMAS, task.generated) if folder]
    for path in [*map(task.place, task.sources), *(path for found in headers for path in found)]:
        add(path.name.encode())
        add(path.read_bytes())
    return key.hexdigest()[:32]
