"""How many bytes the context of a program's strategy kernel takes, without a C compiler: cffi lays the struct out as C does."""

from __future__ import annotations

from dataclasses import replace

from ...compiler.program import Program
from . import cast as c
from .layout import plan
from .module import HEADERS, declarations
from .names import artifact_name, program_prefix
from .printer import print_unit
from .toolchain import NATIVE

TYPES = (*HEADERS, NATIVE / "view.h", NATIVE / "folds.h", NATIVE / "standing.h")


def context_bytes(program: Program) -> int:
    """What the descriptor of the built program says as `context_size`."""
    import cffi

    context = plan(program, program_prefix(artifact_name(program.source_name))).context
    plain = replace(context, members=tuple(m for m in context.members if not isinstance(m, c.Comment)))
    ffi = cffi.FFI()
    ffi.cdef(declarations(TYPES))
    ffi.cdef(print_unit(c.TranslationUnit((plain,))))
    return ffi.sizeof(plain.name)
