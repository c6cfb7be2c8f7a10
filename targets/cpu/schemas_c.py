"""`frames.h`: enumerations, one struct per message with its layout asserted, and the union of all 128-byte frames."""

from __future__ import annotations

from .schemas import HEADER_BYTES, Contract, Field, Message

_TYPES = {
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t",
    "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t", "bool": "uint8_t",
}  # fmt: skip

_HEAD = """\
/* Generated from stdlib/messages.strat: do not edit. Regenerate with `make schemas`. */
#ifndef STRATC_FRAMES_H
#define STRATC_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define STRATC_FRAME_VERSION 1

typedef struct {
    uint16_t version, type, length, flags;
    uint64_t seq;
    uint64_t ts_ns;
    uint32_t instrument;
    uint32_t crc32c; /* over the whole frame with this field zero */
} stratc_frame_header;

_Static_assert(sizeof(stratc_frame_header) == 32, "frame header");
"""


def header(contract: Contract) -> str:
    parts = [_HEAD]
    for name, alternatives in contract.enums.items():
        lines = ",\n".join(f"    STRATC_{name.upper()}_{m} = {i}" for i, m in enumerate(alternatives))
        parts.append(f"enum stratc_{name} {{\n{lines}\n}};\n#define STRATC_{name.upper()}_COUNT {len(alternatives)}\n")
    parts.append("".join(f"#define STRATC_FRAME_{m.name.upper()} {m.code}\n" for m in contract.messages))
    parts.extend(_struct(m) for m in contract.messages)
    members = "".join(f"    stratc_{m.name}_frame {m.name};\n" for m in contract.messages if m.size == 128)
    parts.append(
        "/* Any frame of 128 bytes. */\ntypedef union {\n    stratc_frame_header header;\n"
        f"{members}    uint8_t bytes[128];\n}} stratc_frame;\n\n"
        '_Static_assert(sizeof(stratc_frame) == 128, "frame");\n\n#endif\n'
    )
    return "\n".join(parts)


def _struct(message: Message) -> str:
    fields = "".join(f"    {_declaration(f)};\n" for f in message.fields)
    name = f"stratc_{message.name}_frame"
    checks = "".join(
        f'_Static_assert(offsetof({name}, {f.name}) == {f.offset}, "{message.name}.{f.name}");\n'
        for f in message.fields
    )
    return (
        f"typedef struct {{\n    stratc_frame_header header; /* {HEADER_BYTES} bytes */\n{fields}}} {name};\n\n"
        f'_Static_assert(sizeof({name}) == {message.size}, "{message.name}");\n{checks}'
    )


def _declaration(field: Field) -> str:
    type_ = _TYPES.get(field.type, "uint8_t")
    note = f" /* enum stratc_{field.type} */" if field.type not in _TYPES else ""
    return f"{type_} {field.name}" + (f"[{field.count}]" if field.count else "") + note
