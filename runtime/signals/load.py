"""A node's class from `module:Class`, looked up beside the strategy; every way it can fail is one sentence."""

from __future__ import annotations

import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

from .node import SignalNode

_SECONDS = 60  # to import the module of a node


class NodeError(Exception):
    """Why a node can't be used; help: how to mend it."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def load(folder: Path, module: str, name: str) -> type[SignalNode]:
    """The class. Whatever its module does when it is imported is done here. Raises NodeError."""
    sys.path.insert(0, str(folder))
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        raise NodeError(f"there is no module `{error.name}` beside the strategy, nor is one installed") from error
    except Exception as error:
        raise NodeError(f"`{module}` fails when it is imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(folder))
    if found is None:
        raise NodeError(f"`{module}` has no `{name}`")
    if not (inspect.isclass(found) and issubclass(found, SignalNode)):
        raise NodeError(f"`{name}` is no class made from `SignalNode`")
    if inspect.isabstract(found):
        raise NodeError(f"`{name}` has no `evaluate`")
    return found


def describe(folder: Path, module: str, name: str) -> dict[str, object]:
    """inputs, outputs and problem of a class, found in a process of its own: what its module does stays there."""
    command = [sys.executable, "-m", __name__, str(folder.resolve()), module, name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"problem": f"`{module}` is not imported within {_SECONDS} s"}
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        return {"problem": f"`{module}` ended the process that imported it"}


def _said(folder: Path, module: str, name: str) -> dict[str, object]:
    try:
        found = load(folder, module, name)
        return {"inputs": [str(i) for i in found.inputs], "outputs": {str(k): str(v) for k, v in found.outputs.items()}}
    except NodeError as error:
        return {"problem": str(error)}
    except Exception as error:  # inputs or outputs of another kind
        return {"problem": f"`{name}` has wrong `inputs` or `outputs`: {error}"}


if __name__ == "__main__":
    print()  # whatever the module printed ends here
    print(json.dumps(_said(Path(sys.argv[1]), sys.argv[2], sys.argv[3])))
