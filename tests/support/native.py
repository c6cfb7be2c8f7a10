"""Compiles files of runtime/native for tests, once per content, and opens them with cffi.

Products lie in the system's folder for temporary files under the hash of everything that went into them.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cffi import FFI

NATIVE = Path(__file__).resolve().parents[2] / "runtime" / "native"
CACHE = Path(tempfile.gettempdir()) / "stratc-test-cache"
FLAGS = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off"]
SANITIZE = ["-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

# What every use of the bar readers compiles.
BAR_READERS = [
    "base.c",
    "decimal.c",
    "instants_text.c",
    "mapped.c",
    "bar_header.c",
    "bar_rows.c",
    "bar_span.c",
    "csv.c",
    "arrow.c",
    "bars.c",
]


def build_library(sources: list[str]) -> Path:
    """The shared library of the named files of runtime/native."""
    return _build([NATIVE / name for name in sources], [*FLAGS, "-fPIC", "-shared"], ".so")


def build_driver(main: Path, sources: list[str], *, sanitize: bool = True) -> Path:
    """The program of `main` and the named files of runtime/native, under ASan and UBSan unless told otherwise."""
    flags = [*FLAGS, f"-I{NATIVE}", *(SANITIZE if sanitize else [])]
    return _build([main, *(NATIVE / name for name in sources)], flags, "")


def open_library(sources: list[str], headers: list[str]) -> tuple[Any, Any]:
    """The library of `sources` through cffi, with what `headers` declare."""
    ffi = FFI()
    for name in headers:
        ffi.cdef(_declarations(NATIVE / name))
    return ffi, ffi.dlopen(str(build_library(sources)))


def copied(ffi: Any, struct: Any) -> SimpleNamespace:
    """A struct as Python values: a member of a struct that nothing else holds is gone with it. `c` is the struct."""
    kind = ffi.typeof(struct)
    kind = kind.item if kind.kind == "pointer" else kind
    members = {name: getattr(struct, name) for name, _ in kind.fields}
    structs = {name for name, field in kind.fields if field.type.kind == "struct"}
    values = {name: copied(ffi, value) if name in structs else value for name, value in members.items()}
    return SimpleNamespace(**values, c=struct)


def _build(files: list[Path], flags: list[str], suffix: str) -> Path:
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    assert compiler, "no C compiler found: install gcc or clang"
    key = hashlib.sha256("\0".join([compiler, platform.platform(), *flags]).encode())
    for path in [*files, *sorted(NATIVE.glob("*.h"))]:
        key.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    product = CACHE / f"{key.hexdigest()[:32]}{suffix}"
    if product.exists():
        return product
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = CACHE / f"{product.name}.{os.getpid()}"
    # -lm comes last: it serves what stands before it.
    command = [compiler, *flags, "-o", str(partial), *map(str, files), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    partial.replace(product)
    return product


def _declarations(header: Path) -> str:
    """A header as cffi's parser takes it: no directives but plain integer constants, no attributes, no bodies."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    constants = re.findall(r"^#define (STRATC_\w+) (\d+)\s*$", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(#|__attribute__|_Static_assert).*$", "", text, flags=re.MULTILINE)
    for name, value in constants:
        text = re.sub(rf"\b{name}\b", value, text)
    return text
