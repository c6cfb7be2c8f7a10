"""Every name in generated C: readable, never taken twice, never a word of C, of libc's macros or of the runtime."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

C_WORDS = (
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "asm",
    "typeof", "bool", "true", "false", "complex", "imaginary", "alignas", "alignof", "noreturn", "thread_local",
    "static_assert", "nullptr", "constexpr",
)  # fmt: skip
LIBC_WORDS = (
    "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "size_t", "ptrdiff_t",
    "wchar_t", "errno", "stdin", "stdout", "stderr", "offsetof", "main", "memset", "memcpy",
)  # fmt: skip
OWN_WORDS = ("c", "output")  # parameters of the functions whose locals are named after values
RESERVED = frozenset((*C_WORDS, *LIBC_WORDS, *OWN_WORDS))
RUNTIME = "stratc_"


def identifier(text: str) -> str:
    """The text as a C identifier: other characters become `_`; a digit cannot lead."""
    word = re.sub(r"\W", "_", text, flags=re.ASCII) or "_"
    return f"s_{word}" if word[0].isdigit() or word[0] == "_" else word


def artifact_name(source_name: str) -> str:
    """The name of the executable: the strategy file's, without its suffix."""
    return PurePath(source_name).stem


def base_name(file: str) -> str:
    """A file for people to read, without the folders that differ from machine to machine."""
    return Path(file).name


class Names:
    """Claims names one after another; a name that is taken, reserved or could meet the file's own gets a suffix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._taken: set[str] = set(RESERVED)

    def claim(self, wanted: str) -> str:
        """`wanted`, or the first free of `wanted_2`, `wanted_3`, …: for members of the context and local variables."""
        word = identifier(wanted)
        if word.startswith((RUNTIME, self.prefix + "_")):
            word = f"v_{word}"
        return self._free(word)

    def function(self, wanted: str) -> str:
        """A name at file level: prefixed with the program's, so that no local name can hide it."""
        return self._free(f"{self.prefix}_{identifier(wanted)}")

    def _free(self, word: str) -> str:
        number, candidate = 1, word
        while candidate in self._taken:
            number += 1
            candidate = f"{word}_{number}"
        self._taken.add(candidate)
        return candidate


def program_prefix(name: str) -> str:
    """What the file-level names of a program begin with: its artifact's name, kept apart from the runtime's."""
    word = identifier(name)
    return f"s_{word}" if word.lower().startswith("stratc") else word
