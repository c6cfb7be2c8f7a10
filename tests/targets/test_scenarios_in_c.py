"""Each rule of semantics.md that a test of the interpreter states, stated of the generated C as well: the same scenarios, both run."""

from typing import Any

import pytest

from tests.compiler import (
    test_interpreter,
    test_interpreter_account,
    test_interpreter_bounds,
    test_interpreter_control,
    test_interpreter_orders,
    test_interpreter_standing,
    test_interpreter_values,
)
from tests.compiler.test_interpreter import *  # noqa: F403
from tests.compiler.test_interpreter_account import *  # noqa: F403
from tests.compiler.test_interpreter_bounds import *  # noqa: F403
from tests.compiler.test_interpreter_control import *  # noqa: F403
from tests.compiler.test_interpreter_orders import *  # noqa: F403
from tests.compiler.test_interpreter_standing import *  # noqa: F403
from tests.compiler.test_interpreter_values import *  # noqa: F403
from tests.support.side_by_side import BothRun

SCENARIOS: tuple[Any, ...] = (
    test_interpreter, test_interpreter_account, test_interpreter_bounds, test_interpreter_control, test_interpreter_orders,
    test_interpreter_standing, test_interpreter_values,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _both(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in SCENARIOS:
        monkeypatch.setattr(module, "Run", BothRun)
