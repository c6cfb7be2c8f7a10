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


def build_library(sources: list[str], generated: Path | None = None) -> Path:
    """The shared library of the named files of runtime/native and of the C in `generated`."""
    places = [f"-I{generated}"] if generated else []
    files = [*(NATIVE / name for name in sources), *_c_files(generated)]
    return _build(files, [*FLAGS, *places, "-fPIC", "-shared"], ".so")


def build_driver(main: Path, sources: list[str], *, sanitize: bool = True, generated: Path | None = None) -> Path:
    """The program of `main`, the named files of runtime/native and what C is in `generated`, under ASan and UBSan unless told otherwise."""
    places = [NATIVE, *([generated] if generated else [])]
    files = [main, *(NATIVE / name for name in sources), *_c_files(generated)]
    return _build(files, [*FLAGS, *(f"-I{place}" for place in places), *(SANITIZE if sanitize else [])], "")


def open_library(sources: list[str], headers: list[str], generated: Path | None = None) -> tuple[Any, Any]:
    """The library of `sources` and of the C in `generated` through cffi, with what `headers` declare, wherever they lie."""
    places = [place / name for name in headers for place in (NATIVE, generated) if place and (place / name).is_file()]
    ffi = FFI()
    ffi.cdef(_declarations(places))
    return ffi, ffi.dlopen(str(build_library(sources, generated)))


def copied(ffi: Any, struct: Any) -> SimpleNamespace:
    """A struct as Python values: a member of a struct that nothing else holds is gone with it. `c` is the struct."""
    kind = ffi.typeof(struct)
    kind = kind.item if kind.kind == "pointer" else kind
    members = {name: getattr(struct, name) for name, _ in kind.fields}
    structs = {name for name, field in kind.fields if field.type.kind == "struct"}
    values = {name: copied(ffi, value) if name in structs else value for name, value in members.items()}
    return SimpleNamespace(**values, c=struct)


def _c_files(folder: Path | None) -> list[Path]:
    return sorted(folder.glob("*.c")) if folder else []


def _build(files: list[Path], flags: list[str], suffix: str) -> Path:
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    assert compiler, "no C compiler found: install gcc or clang"
    key = hashlib.sha256("\0".join([compiler, platform.platform(), *flags]).encode())
    for path in [*files, *sorted(NATIVE.glob("*.h")), *sorted((NATIVE.parent / "schemas").glob("*.h"))]:
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


def _declarations(headers: list[Path]) -> str:
    """Headers as cffi's parser takes them: no directives but plain integer constants, no attributes, no bodies."""
    text = "".join(header.read_text(encoding="utf-8") for header in headers)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    constants = re.findall(r"^#define (\w+) (?:INT64_C\()?(\d+)\)?\s*$", text, flags=re.MULTILINE)
    text = text.replace(
        "__extension__ typedef __int128 stratc_exact;", "typedef struct { uint64_t low, high; } stratc_exact;"
    )
    text = re.sub(r"^static inline [^;]*?\{\n.*?^\}$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^\s*(#|__attribute__|__extension__|_Static_assert|static inline).*$", "", text, flags=re.MULTILINE)
    for name, value in constants:
        text = re.sub(rf"\b{name}\b", value, text)
    return text
