"""The state table, diagram and rows of a kernel as Markdown, made from its text.

`python -m stratc.compiler.kernels.document KERNEL TABLE.REGISTER PAGE` puts them into PAGE between the two marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from ...lang import tree
from ...lang.parser import parse
from ...lang.source import Source
from . import walk
from .load import load_kernel
from .outcomes import Outcome, edges, outcomes
from .program import KernelProgram

BEGIN, END = "<!-- generated: rows -->", "<!-- end -->"


def document(program: KernelProgram, table: str, cell: str) -> str:
    """table, cell: the register, of an enumeration, that tells the states apart."""
    found = outcomes(program, table, cell)
    return "\n".join(_state_table(found) + _diagram(found) + _rows(program))


def placed(page: str, made: str) -> str:
    """The page with `made` between its marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}"


def _state_table(found: Mapping[str, Mapping[str, Outcome]]) -> list[str]:
    states = list(next(iter(found.values())))
    lines = ["### What an event may make of a state", "", _line("event", *states), _line(*["---"] * (len(states) + 1))]
    for event, outcome in found.items():
        lines.append(_line(event, *(_cell(before, outcome[before].after) for before in states)))
    return [*lines, "", "`=`: the state stays. Which of several it is, the rows below decide.", ""]


def _cell(before: str, after: tuple[str, ...]) -> str:
    return " or ".join(["="] * (before in after) + [name for name in after if name != before])


def _diagram(found: Mapping[str, Mapping[str, Outcome]]) -> list[str]:
    arrows = [f"  {before} --> {after}: {', '.join(events)}" for (before, after), events in edges(found).items()]
    return ["### The same as a diagram", "", "```mermaid", "stateDiagram-v2", *arrows, "```", ""]


def _rows(program: KernelProgram) -> list[str]:
    """Condition and body as the text has them, without its comments and line ends."""
    source = Source(program.source_name, program.source_text)
    handlers = walk.of_kind(parse(source)[0], tree.Handler)
    lines = ["### Every row", "", _line("row", "when", "does"), _line("---", "---", "---")]
    for (label, _), handler in zip(program.rows, handlers, strict=True):
        condition = "" if handler.condition is None else _code(source, handler.condition)
        lines.append(_line(label, condition, "<br>".join(_code(source, node) for node in handler.body)))
    return lines


def _code(source: Source, node: tree.Node) -> str:
    text = re.sub(r"#.*", "", source.text[node.span.start : node.span.end])
    return f"`{' '.join(text.split())}`"


def _line(*cells: str) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return "".join(f"| {cell} " if cell else "| " for cell in escaped) + "|"


def main(kernel: Path, register: str, page: Path) -> None:
    program = load_kernel(kernel.read_text(encoding="utf-8"), kernel.name)
    table, cell = register.split(".")
    page.write_text(placed(page.read_text(encoding="utf-8"), document(program, table, cell)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
