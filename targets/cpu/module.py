"""The Python module beside NAME.so that steps the kernel: what the headers declare, as cffi reads it, in a file skeleton."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .names import identifier
from .skeleton import render
from .toolchain import NATIVE, SCHEMAS

HEADERS = (NATIVE / "base.h", SCHEMAS / "frames.h", NATIVE / "kernel.h")


def module_name(name: str) -> str:
    """Importable whatever the strategy file is called."""
    return f"{identifier(name)}_kernel"


def kernel_module(name: str) -> str:
    return render("kernel.py.j2", name=name, declarations=declarations(HEADERS))


def declarations(headers: tuple[Path, ...]) -> str:
    """The types and integer constants of the headers, without comments, directives, attributes and functions."""
    found: list[str] = []
    for header in headers:
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += (
            f"#define {name} {value}" for name, value in re.findall(r"^#define (\w+) (\d+)\s*$", text, re.MULTILINE)
        )
        found += _types(re.sub(r"^[ \t]*#(?:.*\\\n)*.*$", "", text, flags=re.MULTILINE))
    return "\n".join([*found, "extern stratc_program STRATC_PROGRAM;"])


def _types(text: str) -> Iterator[str]:
    """Declarations at file level that say what a type is, each on one line."""
    for chunk in _file_level(text):
        words = " ".join(re.sub(r"__attribute__\s*\(\([^()]*(?:\([^()]*\))?[^()]*\)\)", "", chunk).split())
        if re.match(r"typedef\b|(enum|struct|union)\b[^()]*\{", words):
            yield words


def _file_level(text: str) -> Iterator[str]:
    """Cuts at every `;` outside braces and after every function body."""
    depth, begin = 0, 0
    for at, character in enumerate(text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        ends_body = character == "}" and depth == 0 and ")" in text[begin:at].partition("{")[0]
        if depth == 0 and (character == ";" or ends_body):
            yield text[begin : at + 1]
            begin = at + 1
