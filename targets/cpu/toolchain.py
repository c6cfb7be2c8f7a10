"""Finds a C compiler and calls it so that equal sources give equal bytes, wherever and by whomever they are compiled."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

EXIT_OUTPUT = 5  # enum stratc_exit
EXIT_TOOLCHAIN = 6

NATIVE = Path(__file__).resolve().parents[2] / "runtime" / "native"
SCHEMAS = NATIVE.parent / "schemas"

# No contraction to FMA, no call into libm for errno's sake: the same bits from every compiler. A comparison of a value with
# itself is legal in the language.
SEMANTICS = ("-std=c11", "-ffp-contract=off", "-fno-fast-math", "-fno-math-errno")
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-tautological-compare")
OPTIMISED = ("-O2",)
SANITIZERS = ("-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# Only what is used of libm is linked, which is nothing; no build id, no symbols.
LINKED = ("-Wl,--build-id=none", "-Wl,--as-needed", "-s") if sys.platform == "linux" else ()


class BuildError(Exception):
    """Why nothing was built: exit code, one sentence, and how to mend it."""

    def __init__(self, code: int, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help_


@dataclass(frozen=True, slots=True)
class Toolchain:
    """command: how the compiler is called; identity: what it says of itself."""

    command: tuple[str, ...]
    identity: str

    def compile(
        self,
        source: str,
        target: Path,
        *,
        folder: Path,
        flags: Sequence[str] = OPTIMISED,
        include: Path | None = None,
    ) -> None:
        """`folder`/`source` to an object, headers also from `include`. No path gets into the object."""
        headers = [place for place in (NATIVE, include) if place]
        places = [word for place in headers for word in (f"-ffile-prefix-map={place}=.", f"-I{place}")]
        self._run([*flags, *SEMANTICS, *WARNINGS, "-fPIC", *places, "-c", source, "-o", str(target)], folder)

    def link(
        self, objects: Sequence[Path], target: Path, *, shared: bool = False, flags: Sequence[str] = LINKED
    ) -> None:
        kind = ["-shared"] if shared else []
        self._run([*kind, *flags, "-o", str(target), *map(str, objects)], target.parent)

    def _run(self, arguments: list[str], folder: Path) -> None:
        environment = {**os.environ, "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"}
        done = subprocess.run(
            [*self.command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = done.stderr.strip() or f"exit status {done.returncode}"
            raise BuildError(EXIT_TOOLCHAIN, f"the C compiler `{shlex.join(self.command)}` failed: {said}")


def find_toolchain() -> Toolchain:
    """$CC, else cc, gcc or clang, else the compiler of the `ziglang` wheel."""
    chosen = os.environ.get("CC", "")
    if chosen:
        return _toolchain(shlex.split(chosen))
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return _toolchain([name])
    if importlib.util.find_spec("ziglang"):
        return _toolchain([sys.executable, "-m", "ziglang", "cc"])
    raise BuildError(
        EXIT_TOOLCHAIN,
        "no C compiler found: looked for $CC, cc, gcc, clang and the Python package ziglang",
        "install one: `apt-get install gcc libc6-dev` (Debian, Ubuntu), `xcode-select --install` (macOS) or "
        "`pip install ziglang` (anywhere)",
    )


def _toolchain(command: list[str]) -> Toolchain:
    try:
        said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"the C compiler `{shlex.join(command)}` cannot be run: {error}"
        raise BuildError(EXIT_TOOLCHAIN, message, "set CC to a working C compiler, or unset it") from error
    return Toolchain(tuple(command), said)
