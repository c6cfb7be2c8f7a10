"""Versions that every manifest states: of the compiler, and of the meaning of programs."""

SEMANTICS = 1  # a change of meaning raises it
COMPILER = "0.1.0"
