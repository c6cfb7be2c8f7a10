"""The order kernel, interpreted and compiled; a test that takes `desk` runs on both."""

from functools import cache
from pathlib import Path

import pytest

from stratc.compiler.kernels import KernelInterpreter, KernelProgram, load_kernel
from tests.stdlib.order_kernel.desk import Desk
from tests.support.kernel_library import CompiledKernel

SOURCE = Path(__file__).resolve().parents[3] / "stdlib" / "order_kernel.strat"


@cache
def order_kernel() -> KernelProgram:
    return load_kernel(SOURCE.read_text(encoding="utf-8"), SOURCE.name)


@pytest.fixture(params=["interpreter", "compiled"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(CompiledKernel(order_kernel()) if request.param == "compiled" else KernelInterpreter(order_kernel()))
