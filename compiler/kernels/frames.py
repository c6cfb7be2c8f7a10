"""Declared messages as a kernel takes them: `input submit;` names a `message` of the same file or one that `use messages { … }` brings.

Every field keeps its name and its range. A frame counts to 2^64 where a kernel counts to 2^63: what is beyond is out of range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...lang import tree
from .. import library
from ..reporter import Reporter
from . import expressions, intervals
from .program import BOOL, EnumType, Field, IntType, Scalar
from .scope import Context, Names

LIBRARY = "messages"
INTEGERS = {
    **{f"u{bits}": IntType(0, min(2**bits - 1, intervals.HIGHEST)) for bits in (8, 16, 32, 64)},
    **{f"i{bits}": IntType(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A message as declared. reporter: for its text; enums: those beside it."""

    message: tree.Message
    reporter: Reporter
    enums: dict[str, EnumType]


def frames(reporter: Reporter, file: tree.File) -> dict[str, Frame]:
    """Of the file, and of the library as far as the file uses it. What the file declares itself comes first."""
    found = _of(reporter, file)
    for use in (i for i in file.items if isinstance(i, tree.Use)):
        if use.path != (LIBRARY,):  # reported once: its names are read as what they would mean
            home = "::".join(use.path)
            reporter.unknown(use.span, "library of messages", home, [LIBRARY], "E0104", help=f"there is `{LIBRARY}`")
        source, shared = library.library(LIBRARY)
        offered = _of(Reporter(source, reporter.diagnostics), shared)
        for name in use.names:
            if name.text in offered:
                found.setdefault(name.text, offered[name.text])
            elif use.path == (LIBRARY,):
                reporter.unknown(name.span, f"message of `{LIBRARY}`", name.text, offered)
    return found


def _of(reporter: Reporter, file: tree.File) -> dict[str, Frame]:
    declared = [i for i in file.items if isinstance(i, tree.EnumDecl)]
    enums = {i.name.text: EnumType(i.name.text, tuple(m.text for m in i.members)) for i in declared}
    found: dict[str, Frame] = {}
    for item in (i for i in file.items if isinstance(i, tree.Message)):
        name = item.name.text
        if name in found:
            first = found[name].message.name.span
            reporter.report(
                "E0102", item.name.span, f"`{name}` is declared twice", "again", also=[(first, "first here")]
            )
        found.setdefault(name, Frame(item, reporter, enums))
    return found


def fields(context: Context, known: Mapping[str, Frame], channel: tree.Channel) -> tuple[Field, ...]:
    """Of the message that `channel` names. Fillers, arrays that are all 0, are left out."""
    name = channel.name.text
    if name not in known:
        context.refuse(
            "E0101",
            channel.span,
            f"no message `{name}` is declared",
            "list its fields, or write `()`",
            help=f"or declare `message {name}(…) {{ … }}` beside the kernel, or `use {LIBRARY} {{ {name} }};`",
        )
    found = []
    for column in known[name].message.columns:
        type_ = _type(context, known[name], channel, column)
        if column.type.size is None:
            found.append(Field(column.name.text, type_))
        elif type_ != IntType(0, 0):
            context.refuse(
                "E1003",
                channel.span,
                f"`{column.name.text}` of `{name}` is an array, a kernel's messages hold single values",
                "can't be taken",
                help="only a filler such as `unused: u8[3] in 0 .. 0` is left out",
            )
    return tuple(found)


def _type(context: Context, frame: Frame, channel: tree.Channel, column: tree.Column) -> Scalar:
    there = Context(frame.reporter, Names(), "constant")
    name = column.type.name
    if column.type.arguments or column.type.optional or column.default is not None:
        there.refuse("E1003", column.span, f"`{column.name.text}` is no field of a frame", "no `<…>`, `?` or default")
    if name == "bool":
        return BOOL
    if name in frame.enums:
        return _shared(context, frame.enums[name], channel)
    if name not in INTEGERS:
        there.unknown(column.type.span, "type", name, ["bool", *INTEGERS, *frame.enums])
    return _narrowed(there, INTEGERS[name], column.range)


def _shared(context: Context, enum: EnumType, channel: tree.Channel) -> EnumType:
    """The kernel knows the enumeration from then on."""
    if context.names.enums.setdefault(enum.name, enum) != enum or enum.name in context.names.ranges:
        context.refuse(
            "E0102",
            channel.span,
            f"`{channel.name.text}` has a field of another `{enum.name}` than the kernel's",
            "brings a second meaning",
            help=f"remove the kernel's `{enum.name}`, or list the fields of the message here",
        )
    return enum


def _narrowed(there: Context, whole: IntType, range_: tree.Range | None) -> IntType:
    if range_ is None:
        return whole
    low = expressions.constant(there, range_.low, "the first value")
    high = whole.high if range_.high is None else expressions.constant(there, range_.high, "the last value")
    if not intervals.within(IntType(low, high), whole) or low > high:
        there.refuse("E1001", range_.span, f"{IntType(low, high)} is no part of {whole}", "not a range of this type")
    return IntType(low, high)
