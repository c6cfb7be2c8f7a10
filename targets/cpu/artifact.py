"""A Program → files a person runs: executable, manifest, generated C, shared library and Python module.

Everything is made in a hidden folder beside its place and renamed when all of it is there: a build that fails leaves the files of
the last one as they were. The bytes depend on the program, the manifest and the compiler alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...compiler.program import Program
from .cache import objects, runtime_sources
from .lower_program import generate
from .module import kernel_module, module_name
from .names import artifact_name
from .order_kernel import order_kernel_folder
from .tables import order_rows
from .toolchain import EXIT_OUTPUT, OPTIMISED, SANITIZERS, BuildError, find_toolchain

KERNEL_SOURCES = (  # what generated code calls
    "account.c", "arithmetic.c", "base.c", "bounds.c", "calendar.c", "emit.c", "flatten.c", "kernel.c", "orders.c",
    "replaces.c", "rounding.c",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Artifact:
    """Where the files of a build lie."""

    executable: Path
    manifest: Path
    source: Path
    library: Path
    module: Path


def build(program: Program, manifest_text: str, out_dir: Path, *, jobs: int | None = None) -> Artifact:
    """Writes the whole artifact into `out_dir`. Raises BuildError."""
    name, workers = artifact_name(program.source_name), jobs or os.cpu_count() or 1
    toolchain = find_toolchain()
    out_dir = out_dir.absolute()  # the compiler runs in another folder
    with _scratch(out_dir) as scratch:
        artifact = _paths(scratch, name)
        _write(artifact.source, generate(program, manifest_text))
        _write(artifact.manifest, manifest_text)
        _write(artifact.module, kernel_module(name))
        compiled = scratch / f"{name}.o"
        with ThreadPoolExecutor(1) as pool:
            own = pool.submit(toolchain.compile, artifact.source.name, compiled, folder=scratch)
            orders = order_kernel_folder(order_rows(program.slot_count), scratch)
            runtime = objects(toolchain, runtime_sources(), scratch=scratch, jobs=workers, generated=orders)
            own.result()
        kernel = [path for path in runtime if f"{path.stem}.c" in KERNEL_SOURCES]
        with ThreadPoolExecutor(workers) as pool:
            links = [
                pool.submit(toolchain.link, [compiled, *runtime], artifact.executable),
                pool.submit(toolchain.link, [compiled, *kernel], artifact.library, shared=True),
            ]
            for link in links:
                link.result()
        return _install(artifact, _paths(out_dir, name))


def build_shared(
    program: Program,
    out_dir: Path,
    *,
    manifest_text: str = "",
    flags: Sequence[str] = OPTIMISED,
    sanitize: bool = False,
) -> Path:
    """Only the C and its shared library, for tests. sanitize: ASan and UBSan, whose runtime the caller preloads."""
    name, toolchain = artifact_name(program.source_name), find_toolchain()
    extra = SANITIZERS if sanitize else ()
    out_dir = out_dir.absolute()  # the compiler runs in another folder
    with _scratch(out_dir) as scratch:
        made = _paths(scratch, name)
        _write(made.source, generate(program, manifest_text))
        compiled = scratch / f"{name}.o"
        toolchain.compile(made.source.name, compiled, folder=scratch, flags=(*flags, *extra))
        kernel = objects(
            toolchain, KERNEL_SOURCES, scratch=scratch, jobs=len(KERNEL_SOURCES), flags=(*OPTIMISED, *extra)
        )
        toolchain.link([compiled, *kernel], made.library, shared=True, flags=extra)
        for path in (made.source, made.library):
            path.replace(out_dir / path.name)
    return out_dir / made.library.name


def _paths(folder: Path, name: str) -> Artifact:
    return Artifact(
        executable=folder / name,
        manifest=folder / f"{name}.yaml",
        source=folder / f"{name}.c",
        library=folder / f"{name}.so",
        module=folder / f"{module_name(name)}.py",
    )


@contextmanager
def _scratch(out_dir: Path) -> Iterator[Path]:
    """A folder inside `out_dir`, hence on its file system, that is gone afterwards."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".build-", dir=out_dir))
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    try:
        yield scratch
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _unwritable(out_dir: Path, error: OSError) -> BuildError:
    reason = error.strerror or str(error)
    return BuildError(EXIT_OUTPUT, f"cannot write to {out_dir}: {reason}", "choose another folder to build in")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _install(made: Artifact, placed: Artifact) -> Artifact:
    """The same modes whatever the umask; the executable last, so that a new one never stands beside old files."""
    pairs = [
        (made.manifest, placed.manifest, 0o644),
        (made.source, placed.source, 0o644),
        (made.module, placed.module, 0o644),
        (made.library, placed.library, 0o755),
        (made.executable, placed.executable, 0o755),
    ]
    for path, _, mode in pairs:
        path.chmod(mode)
    for path, target, _ in pairs:
        path.replace(target)
    return placed
