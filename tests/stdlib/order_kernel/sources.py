"""The text of the order kernel, checked, and the compiled form of it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stratc.compiler.kernels import KernelProgram, load_kernel
from tests.support.kernel_library import CompiledKernel, compile_kernel

SOURCE = Path(__file__).resolve().parents[3] / "stdlib" / "order_kernel.strat"


def text() -> str:
    return SOURCE.read_text(encoding="utf-8")


def order_kernel(constants: Mapping[str, int] | None = None) -> KernelProgram:
    return _order_kernel(tuple(sorted((constants or {}).items())))


@cache
def _order_kernel(constants: tuple[tuple[str, int], ...]) -> KernelProgram:
    return load_kernel(text(), SOURCE.name, dict(constants))


class Compiled:
    """Makes fresh kernels of one library."""

    def __init__(self, program: KernelProgram) -> None:
        self.program, self.library = program, compile_kernel(program)

    def __call__(self) -> Any:
        return CompiledKernel(self.program, self.library)


@cache
def compiled() -> Compiled:
    """Of the kernel as it stands in the text."""
    return Compiled(order_kernel())
