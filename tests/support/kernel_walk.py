"""Builds and runs kernel_walk.c: every message in every state of a small world of orders, until no new state appears."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stratc.compiler.kernels import load_kernel
from stratc.targets.cpu.lower_kernel import lower
from stratc.targets.cpu.toolchain import find_toolchain

SOURCE = Path(__file__).with_name("kernel_walk.c")
ROWS = {"one order": 1, "small": 1, "OCO": 2, "bracket": 2, "late bracket": 2}


@dataclass(frozen=True)
class Walk:
    """diameter: most messages on the shortest way to a state. rows: labels of those that were run.
    broken: what a step broke."""

    states: int = 0
    edges: int = 0
    diameter: int = 0
    rows: frozenset[str] = frozenset()
    broken: str = ""


def walk(text: str, world: str, flags: tuple[str, ...] = ("-O2",)) -> Walk:
    """text: of the order kernel. A wait for an answer lasts one tick of the clock, and one question is asked."""
    constants = {"SLOTS": ROWS[world], "INSTRUMENTS": 1, "ANSWER_TIME": 1, "MAX_QUERIES": 1}
    program = load_kernel(text, "order_kernel.strat", constants)
    header, source = lower(program, instrumented=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "order_kernel.h").write_text(header, encoding="utf-8")
        (folder / "order_kernel.c").write_text(source, encoding="utf-8")
        files = [str(SOURCE), str(folder / "order_kernel.c")]
        command = [*find_toolchain().command, "-std=c11", *flags, "-Wall", "-Wextra", "-Werror", f"-I{folder}"]
        subprocess.run([*command, "-o", str(folder / "walk"), *files], check=True)
        done = subprocess.run([str(folder / "walk"), world], capture_output=True, text=True, check=False)
    if done.returncode == 1:
        return Walk(broken=_names(done.stderr, [invariant.name for invariant in program.invariants]))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    met = frozenset(label for (label, _), hits in zip(program.rows, said["rows"], strict=True) if hits)
    return Walk(said["states"], said["edges"], said["diameter"], met)


def _names(complaint: str, invariants: list[str]) -> str:
    """The first line, with the invariants by name."""
    what, _, bits = complaint.splitlines()[0].partition("invariants ")
    if what or not bits:
        return complaint.splitlines()[0]
    return " ".join(name for number, name in enumerate(invariants) if int(bits, 16) >> number & 1)
