"""Runs `stratc` as a user does: as a process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRATC = Path(sys.executable).with_name("stratc")
Stratc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stratc(tmp_path: Path) -> Stratc:
    """Calls stratc with arguments in an empty folder; env: additions to the environment."""

    def call(
        *arguments: object, env: dict[str, str] | None = None, **options: object
    ) -> subprocess.CompletedProcess[str]:
        settings = {"cwd": tmp_path, "capture_output": True, "text": True, "check": False, "timeout": 120} | options
        return subprocess.run([str(STRATC), *map(str, arguments)], env={**os.environ, **(env or {})}, **settings)  # type: ignore[call-overload,no-any-return]

    return call
