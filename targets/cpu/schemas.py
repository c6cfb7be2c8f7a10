"""Frames and records generated from `stdlib/messages.strat` and `stdlib/schemas.strat` into `runtime/schemas/`.

`python -m stratc.targets.cpu.schemas --write` regenerates the committed files, `--check` compares; the layout is checked on the way:
every field stands at its natural alignment and every body has exactly 32, 96 or 224 bytes.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from ...lang import tree
from ...lang.parser import parse
from ...lang.source import Source

HEADER_BYTES = 32
SIZES = (64, 128, 256)
INTEGERS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "bool": 1}


class SchemaError(Exception):
    """A declaration that can't become a frame; the message names it."""


@dataclass(frozen=True, slots=True)
class Field:
    """type: one of INTEGERS or an enumeration; count 0: a single value. low and high: inclusive range, if declared."""

    name: str
    type: str
    count: int
    offset: int
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Message:
    name: str
    code: int
    size: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical record: unit as written, e.g. `price`, `qty[10]`, `count?`; range as text."""

    name: str
    type: str
    optional: bool
    range: str


@dataclass(frozen=True, slots=True)
class Record:
    name: str
    version: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """All that is generated: enumerations in order, messages by code, record schemas in order."""

    enums: dict[str, tuple[str, ...]]
    messages: tuple[Message, ...]
    records: tuple[Record, ...]


def load() -> Contract:
    """Reads both library files. Raises SchemaError."""
    messages, schemas = _file("messages"), _file("schemas")
    enums = {
        item.name.text: tuple(m.text for m in item.members)
        for _, file in (messages, schemas)
        for item in file.items
        if isinstance(item, tree.EnumDecl)
    }
    frames = tuple(_message(i, enums) for i in messages[1].items if isinstance(i, tree.Message))
    records = tuple(_record(i, schemas[0]) for i in schemas[1].items if isinstance(i, tree.Schema))
    codes = [m.code for m in frames]
    if len(set(codes)) != len(codes):
        raise SchemaError("two messages have the same code")
    return Contract(enums, tuple(sorted(frames, key=lambda m: m.code)), records)


def _file(name: str) -> tuple[Source, tree.File]:
    text = resources.files("stratc").joinpath("stdlib", f"{name}.strat").read_text(encoding="utf-8")
    source = Source(f"{name}.strat", text)
    file, diagnostics = parse(source)
    if file is None or diagnostics:
        raise SchemaError(f"stdlib/{name}.strat: {diagnostics[0].title if diagnostics else 'does not parse'}")
    return source, file


def _number(node: tree.Expr | None) -> int:
    if isinstance(node, tree.Number):
        return int(node.text.replace("_", ""))
    raise SchemaError("a whole number is wanted")


def _argument(arguments: tuple[tree.Argument, ...], name: str, default: int | None = None) -> int:
    for argument in arguments:
        if argument.name == name:
            return _number(argument.value)
    if default is None:
        raise SchemaError(f"`{name} = …` is missing")
    return default


def _message(node: tree.Message, enums: dict[str, tuple[str, ...]]) -> Message:
    size = _argument(node.arguments, "size")
    fields: list[Field] = []
    offset = HEADER_BYTES
    for column in node.columns:
        count = _number(column.type.size) if column.type.size is not None else 0
        width = INTEGERS.get(column.type.name, 1 if column.type.name in enums else 0)
        if not width:
            raise SchemaError(f"{node.name.text}.{column.name.text}: unknown type `{column.type.name}`")
        if offset % width:
            raise SchemaError(f"{node.name.text}.{column.name.text} at byte {offset} is not aligned to {width}")
        low = _number(column.range.low) if column.range is not None else None
        high = _number(column.range.high) if column.range is not None and column.range.high is not None else None
        fields.append(Field(column.name.text, column.type.name, count, offset, low, high))
        offset += width * (count or 1)
    if size not in SIZES or offset != size:
        raise SchemaError(f"message `{node.name.text}` has {offset} bytes, declared {size}, allowed {SIZES}")
    return Message(node.name.text, _argument(node.arguments, "code"), size, tuple(fields))


def _record(node: tree.Schema, source: Source) -> Record:
    columns = []
    for column in node.columns:
        type_ = source.text[column.type.span.start : column.type.span.end]
        text = source.text[column.range.span.start : column.range.span.end] if column.range is not None else ""
        columns.append(Column(column.name.text, " ".join(type_.split()), column.type.optional, " ".join(text.split())))
    return Record(node.name.text, _argument(node.arguments, "version", 1), tuple(columns))


def generate() -> dict[str, str]:
    """File name → text of everything below runtime/schemas/."""
    from . import schemas_c, schemas_python

    contract = load()
    return {
        "frames.h": schemas_c.header(contract),
        "frames.py": schemas_python.frames(contract),
        "records.py": schemas_python.records(contract),
    }


def documentation() -> str:
    """docs/schemas.md."""
    from . import schemas_docs

    return schemas_docs.page(load())


def main() -> int:
    parser = argparse.ArgumentParser(description="Generate runtime/schemas from stdlib.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="write the files")
    mode.add_argument("--check", action="store_true", help="compare them (the default)")
    write = parser.parse_args().write
    root = Path(str(resources.files("stratc")))
    files = {root / "runtime" / "schemas" / name: text for name, text in generate().items()}
    files[root / "docs" / "schemas.md"] = documentation()
    stale = []
    for path, text in files.items():
        if write:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
    if stale:
        print(f"out of date: {', '.join(stale)}; run with --write", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
