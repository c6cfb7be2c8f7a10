"""Opens the generated C of a Program as the Python module that ships with it, and makes the reports an order kernel would send."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from stratc.compiler.program import Program
from stratc.targets.cpu.artifact import build_shared
from stratc.targets.cpu.module import kernel_module, module_name

REPORT = 32
ACK, FILL, CLOSE, DENY = 0, 1, 2, 3


def load(program: Program, folder: Path, flags: tuple[str, ...] = ("-O1",)) -> Any:
    """The module, under a name of its own so that several may be loaded."""
    library = build_shared(program, folder, flags=flags)
    path = folder / f"{module_name(library.stem)}.py"
    path.write_text(kernel_module(library.stem), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"{path.stem}_{abs(hash(str(folder)))}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def report(module: Any, submit: Any, event: int, **fields: int) -> bytes:
    """A report on the order of a SUBMIT frame; a FILL fills all of it."""
    frame = module.ffi.new("stratc_frame *")
    frame.header.version, frame.header.type, frame.header.length = 1, REPORT, 128
    body = frame.report
    body.event = event
    for name in ("id", "template", "side", "qty"):
        setattr(body, name, submit.fields[name])
    for name, value in fields.items():
        setattr(body, name, value)
    return bytes(module.ffi.buffer(frame))


def fill(module: Any, submit: Any, price: int, qty: int | None = None, before: int = 0) -> bytes:
    """before: lots held until then."""
    lots = submit.fields["qty"] if qty is None else qty
    signed = -lots if submit.fields["side"] else lots
    return report(module, submit, FILL, last_qty=lots, last_px=price, cum=lots, position_after=before + signed)
