"""Kernel text → checked kernel, or an error that holds what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from ...lang import tree
from ...lang.diagnostics import Diagnostics
from ...lang.parser import parse
from ...lang.render import render
from ...lang.source import Source
from ..reporter import Reporter
from .check import check_kernel
from .program import KernelProgram


class KernelError(Exception):
    """diagnostics: all that is wrong with the text, in its order."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        super().__init__(render(diagnostics.in_order()))
        self.diagnostics = diagnostics


def load_kernel(text: str, name: str = "kernel.strat", constants: Mapping[str, int] | None = None) -> KernelProgram:
    """The only kernel of a text. name: of the text, for messages; constants: values instead of those in the text."""
    source = Source(name, text)
    diagnostics = Diagnostics()
    reporter = Reporter(source, diagnostics)
    file, found = parse(source)
    diagnostics.extend(found)
    if file is None or diagnostics.errors:
        raise KernelError(diagnostics)
    program = check_file(reporter, file, constants or {})
    if program is None:
        raise KernelError(diagnostics)
    return program


def is_kernel_file(file: tree.File) -> bool:
    """A kernel, and nothing beside it but what its messages need."""
    kinds = {type(item) for item in file.items}
    return tree.Kernel in kinds and kinds <= {tree.Kernel, tree.Message, tree.EnumDecl, tree.Use}


def check_file(reporter: Reporter, file: tree.File, constants: Mapping[str, int]) -> KernelProgram | None:
    """The only kernel of a file; what is wrong goes to the reporter."""
    kernels = [item for item in file.items if isinstance(item, tree.Kernel)]
    if len(kernels) != 1:
        reporter.report("E1014", file.span, f"a text holds one kernel, this has {len(kernels)}", "")
        return None
    return check_kernel(reporter, file, kernels[0], constants)
