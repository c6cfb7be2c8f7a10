"""`frames.py` and `records.py`: the same contract as plain Python data; the code that uses it is written by hand."""

from __future__ import annotations

import hashlib

from .schemas import Contract, Field, Message

_CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i", "i64": "q", "bool": "B"}


def frames(contract: Contract) -> str:
    """Enumerations, struct formats and ranges; SCHEMA_HASH covers all of it."""
    lines = [
        '"""Generated from stdlib/messages.strat: do not edit. Regenerate with `make schemas`."""',
        "",
        "from __future__ import annotations",
        "",
        "ENUMS: dict[str, tuple[str, ...]] = {",
        *(f"    {_text(n)}: ({', '.join(_text(m) for m in ms)},)," for n, ms in contract.enums.items()),
        "}",
        "",
        "# code: (name, bytes, struct format of the body, fields as (name, type, count, low, high))",
        "MESSAGES: dict[int, tuple[str, int, str, tuple[tuple[str, str, int, int | None, int | None], ...]]] = {",
    ]
    for message in contract.messages:
        lines.append(f"    {message.code}: (")
        lines.append(f"        {_text(message.name)},")
        lines.append(f"        {message.size},")
        lines.append(f"        {_text(_format(message))},")
        lines.append("        (")
        lines.extend(f"            {_field(f)}," for f in message.fields)
        lines.append("        ),")
        lines.append("    ),")
    lines.append("}")
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    lines += ["", f'SCHEMA_HASH = "{digest}"', ""]
    return "\n".join(lines)


def _text(text: str) -> str:
    return f'"{text}"'


def _field(field: Field) -> str:
    return f"({_text(field.name)}, {_text(field.type)}, {field.count}, {field.low}, {field.high})"


def _format(message: Message) -> str:
    return "<" + "".join(f"{f.count or ''}{_CODES.get(f.type, 'B')}" for f in message.fields)


def records(contract: Contract) -> str:
    """Canonical record schemas: columns with type, optionality and range as declared."""
    lines = [
        '"""Generated from stdlib/schemas.strat: do not edit. Regenerate with `make schemas`."""',
        "",
        "from __future__ import annotations",
        "",
        "# name: (version, columns as (name, type, optional, range))",
        "SCHEMAS: dict[str, tuple[int, tuple[tuple[str, str, bool, str], ...]]] = {",
    ]
    for record in contract.records:
        lines.append(f"    {_text(record.name)}: (")
        lines.append(f"        {record.version},")
        lines.append("        (")
        lines.extend(
            f"            ({_text(c.name)}, {_text(c.type)}, {c.optional}, {_text(c.range)})," for c in record.columns
        )
        lines.append("        ),")
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])
