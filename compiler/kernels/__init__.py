"""The `kernel` construct: text → checked program, its reference interpreter, its state table. Knows nothing of orders."""

from .interpreter import KernelInterpreter
from .load import KernelError, load_kernel
from .program import KernelProgram

__all__ = ["KernelError", "KernelInterpreter", "KernelProgram", "load_kernel"]
