"""`docs/schemas.md`: the tables of records and frames that people read."""

from __future__ import annotations

from .schemas import HEADER_BYTES, Contract, Field

_HEAD = """# Records and frames

Generated from `stdlib/schemas.strat` and `stdlib/messages.strat` by `make schemas`.

## Records
What a feed delivers. A `?` may be missing; a range is enforced by the readers. Bars run today, the others are declared.

"""
_FRAMES = f"""## Frames
Little-endian, fixed size. Every frame starts with {HEADER_BYTES} bytes: `version u16, type u16, length u16, flags u16,
seq u64, ts_ns u64, instrument u32, crc32c u32`; the checksum covers the whole frame with itself
zero. Prices are whole price units, quantities lots, times nanoseconds UTC.

"""


def page(contract: Contract) -> str:
    parts = [_HEAD]
    for record in contract.records:
        rows = "".join(f"| `{c.name}` | `{c.type}` | {f'`{c.range}`' if c.range else ''} |\n" for c in record.columns)
        parts.append(f"### {record.name}, version {record.version}\n| column | type | range |\n|---|---|---|\n{rows}\n")
    parts.append(_FRAMES)
    for message in contract.messages:
        rows = "".join(_row(f) for f in message.fields)
        title = f"### {message.name}: type {message.code}, {message.size} bytes"
        parts.append(f"{title}\n| byte | field | type | range |\n|---|---|---|---|\n{rows}\n")
    parts.append("## Enumerations\n| name | members, from 0 |\n|---|---|\n")
    parts.extend(f"| {name} | {', '.join(members)} |\n" for name, members in contract.enums.items())
    return "".join(parts)


def _row(field: Field) -> str:
    size = f"[{field.count}]" if field.count else ""
    low = "" if field.low is None else f"{field.low} .. {'' if field.high is None else field.high}"
    return f"| {field.offset} | `{field.name}` | {field.type}{size} | {low} |\n"
