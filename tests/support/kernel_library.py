"""A kernel as compiled C behind the interface of the interpreter, so that a test can drive either."""

import hashlib
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cffi import FFI

from stratc.compiler.kernels.interpreter import Output, Value, decode, decoded_cell, encoded
from stratc.compiler.kernels.program import ArrayType, KernelProgram
from stratc.targets.cpu.lower_kernel import lower
from stratc.targets.cpu.toolchain import find_toolchain
from tests.support.native import CACHE, FLAGS


def compile_kernel(program: KernelProgram, flags: tuple[str, ...] = ()) -> tuple[Any, Any]:
    """ffi and library of the instrumented C."""
    header, source = lower(program, instrumented=True)
    name = program.name.lower()
    key = hashlib.sha256("\0".join([header, source, *flags]).encode()).hexdigest()[:32]
    product = CACHE / f"kernel_{key}.so"
    if not product.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"{name}.h").write_text(header, encoding="utf-8")
            (Path(folder) / f"{name}.c").write_text(source, encoding="utf-8")
            made = Path(folder) / "kernel.so"
            command = [
                *find_toolchain().command,
                *FLAGS,
                *flags,
                "-fPIC",
                "-shared",
                "-o",
                str(made),
                f"{folder}/{name}.c",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            made.replace(product) if made.stat().st_dev == CACHE.stat().st_dev else product.write_bytes(
                made.read_bytes()
            )
    ffi = FFI()
    ffi.cdef("\n".join(line for line in header.splitlines() if not line.startswith("#")))
    return ffi, ffi.dlopen(str(product))


class CompiledKernel:
    """row_hits, broken, fault, state: as the interpreter's."""

    def __init__(self, program: KernelProgram, library: tuple[Any, Any] | None = None) -> None:
        self.program = program
        self._library = library or compile_kernel(program)
        self._ffi, self._lib = self._library
        self._name = program.name.lower()
        self._messages = {m.name: m for m in program.messages}
        self._numbers = {m.name: n for n, m in enumerate(program.messages, 1)}
        self._kernel = self._ffi.new(f"{self._name} *")
        getattr(self._lib, f"{self._name}_init")(self._kernel)
        capacity = 4096
        self._items = self._ffi.new(f"{self._name}_output[]", capacity)
        self._outputs = self._ffi.new(f"{self._name}_outputs *", {"items": self._items, "capacity": capacity})
        self.broken: frozenset[str] = frozenset()
        self.fault = False

    def copy(self) -> "CompiledKernel":
        other = CompiledKernel(self.program, self._library)
        size = self._ffi.sizeof(self._name)
        self._ffi.memmove(other._kernel, self._kernel, size)
        return other

    def step(self, name: str, time: int, fields: Mapping[str, Value]) -> list[Output]:
        values = encoded(self._messages[name], fields)
        message = self._ffi.new(f"{self._name}_input *")
        message.type, message.time = self._numbers[name], time
        target = getattr(getattr(message, "as"), name)
        for field, value in values.items():
            setattr(target, field, value)
        assert getattr(self._lib, f"{self._name}_input_in_range")(message)
        self._outputs.count = self._outputs.fault = self._outputs.broken = 0
        getattr(self._lib, f"{self._name}_step")(self._kernel, message, self._outputs)
        self.fault = bool(self._outputs.fault)
        self.broken = frozenset(v.name for n, v in enumerate(self.program.invariants) if self._outputs.broken >> n & 1)
        return [self._decoded(self._items[i]) for i in range(self._outputs.count)]

    def _decoded(self, item: Any) -> Output:
        message = self.program.messages[item.type - 1]
        sent = getattr(getattr(item, "as"), message.name)
        return message.name, {f.name: decode(f.type, int(getattr(sent, f.name))) for f in message.fields}

    @property
    def next_due(self) -> int:
        return int(getattr(self._lib, f"{self._name}_next_due")(self._kernel))

    @property
    def row_hits(self) -> Counter[str]:
        hits: Counter[str] = Counter()
        for number, (label, _) in enumerate(self.program.rows):
            if count := int(self._outputs.row_hits[number]):
                hits[label] += count
        return hits

    @property
    def state(self) -> dict[str, object]:
        found: dict[str, object] = {"now": int(self._kernel.now)}
        for table in self.program.tables:
            held = getattr(self._kernel, table.name)
            rows = [self._row(table.cells, held if table.size is None else held[i]) for i in range(table.size or 1)]
            found[table.name] = rows[0] if table.size is None else rows
        return found

    @staticmethod
    def _row(cells: Any, row: Any) -> dict[str, object]:
        found = {}
        for cell in cells:
            value = getattr(row, cell.name)
            plain = [int(v) for v in value] if isinstance(cell.type, ArrayType) else int(value)
            found[cell.name] = decoded_cell(cell.type, plain)
        return found
