"""Kernels as C: the same outputs, registers and broken invariants as the interpreter's."""
