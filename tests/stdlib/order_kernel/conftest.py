"""The order kernel, interpreted and compiled; a test that takes `desk` runs on both."""

import pytest

from stratc.compiler.kernels import KernelInterpreter
from tests.stdlib.order_kernel.desk import Desk
from tests.stdlib.order_kernel.sources import compiled, order_kernel


@pytest.fixture(params=["interpreter", "c"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(KernelInterpreter(order_kernel()) if request.param == "interpreter" else compiled()())
