"""The order kernel as C, for as many rows as a program's slots need: `order_kernel.h` and `order_kernel.c`.

To make them takes most of a second, so they are kept in the cache under the hash of all that they are made from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from importlib import resources
from pathlib import Path

from .cache import cache_folder

SOURCE = "order_kernel.strat"
FILES = ("order_kernel.h", "order_kernel.c")
_MAKERS = ("lang", "compiler/kernels", "targets/cpu", "stdlib")


def order_kernel(rows: int) -> tuple[str, str]:
    """Header and source of the order kernel with `rows` slots (16, 64 or 256) and one instrument."""
    from ...compiler.kernels import load_kernel
    from .lower_kernel import lower

    text = resources.files("stratc").joinpath("stdlib", SOURCE).read_text(encoding="utf-8")
    return lower(load_kernel(text, SOURCE, {"SLOTS": rows, "INSTRUMENTS": 1}))


def order_kernel_folder(rows: int, scratch: Path) -> Path:
    """A folder that holds both files, in the cache or, where that can't be written, below `scratch`."""
    try:
        root = cache_folder()
        root.mkdir(parents=True, exist_ok=True)
        kept = root / f"order-kernel-{_key(rows)}"
        if all((kept / name).is_file() for name in FILES):
            return kept
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=root))
    except OSError:
        return _make(rows, Path(tempfile.mkdtemp(prefix="order-kernel-", dir=scratch)))
    try:
        _make(rows, partial)
        partial.rename(kept)
        return kept
    except OSError:  # another build was first, or left a torn folder
        return Path(shutil.copytree(partial, scratch / "order-kernel", dirs_exist_ok=True))
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _make(rows: int, folder: Path) -> Path:
    for name, text in zip(FILES, order_kernel(rows), strict=True):
        (folder / name).write_bytes(text.encode())
    return folder


def _key(rows: int) -> str:
    key = hashlib.sha256(rows.to_bytes(8, "little"))
    root = Path(str(resources.files("stratc")))
    for folder in _MAKERS:
        for place, below, names in os.walk(root / folder):
            below.sort()
            for name in sorted(names):
                if name.endswith((".py", ".lark", ".j2", ".strat")):
                    path = Path(place, name)
                    content = path.read_bytes()
                    key.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return key.hexdigest()[:32]
