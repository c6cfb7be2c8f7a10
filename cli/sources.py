"""Reading what the user names: strategy texts and manifests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import exits
from .console import CommandError, colour, say, stop

if TYPE_CHECKING:
    from ..compiler.checker.context import Describe, SignalNode
    from ..compiler.pipeline import Compilation
    from ..compiler.program import Program
    from ..lang.diagnostics import Diagnostics
    from ..lang.source import Source

MAX_BYTES = 4 * 2**20


def read_text(path: Path) -> str:
    """The file's text with `\\n` at the end of its lines."""
    return decode(str(path), read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The file's content; every way it can fail is said in one line."""
    try:
        if path.is_dir():
            stop(exits.INPUT, f"{path}: is a folder, not a file")
        if path.exists() and not path.is_file():
            stop(exits.INPUT, f"{path}: is not a regular file")
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(exits.INPUT, f"{path}: {(error.strerror or str(error)).lower()}") from error
    return data


def decode(name: str, data: bytes) -> str:
    """The text of a file or of standard input, if it can be a strategy's."""
    if len(data) > MAX_BYTES:
        stop(exits.INPUT, f"{name}: {len(data):,} bytes, a strategy has at most {MAX_BYTES:,}", "is this a data file?")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        stop(
            exits.INPUT,
            f"{name}: not UTF-8 text (byte {error.start} is 0x{data[error.start]:02x})",
            "save the file as UTF-8",
        )


def source(path: Path) -> Source:
    from ..lang.source import Source

    return Source(str(path), read_text(path))


def compile_file(path: Path, max_state: int) -> tuple[Compilation, str | None]:
    """Compiles a .strat text, or the text inside a .yaml manifest. The second result: the manifest's text, if it was one."""
    from ..compiler.pipeline import compile_source
    from ..lang.source import Source

    if path.suffix in (".yaml", ".yml"):
        from ..compiler.manifest import ManifestError, read

        text = read_text(path)
        try:
            manifest = read(text)
        except ManifestError as error:
            raise CommandError(exits.INPUT, f"{path}: {error}", "was it written by `stratc build`?") from error
        beside = str(path.with_name(manifest.source.name))  # where a calendar it names is looked for
        return compile_source(Source(beside, manifest.source.text), max_state, _describer(path)), text
    return compile_source(source(path), max_state, _describer(path)), None


def _describer(path: Path) -> Describe:
    """Asks a Python node that stands beside the file, in a process of its own."""

    def describe(module: str, name: str) -> SignalNode:
        from ..compiler.checker.context import SignalNode
        from ..runtime.signals.load import describe as said

        found: Any = said(path.parent, module, name)
        outputs = tuple(found.get("outputs", {}).items())
        return SignalNode(tuple(found.get("inputs", ())), outputs, found.get("problem", ""))

    return describe


def show(diagnostics: Diagnostics) -> None:
    """Diagnostics for people, on stderr."""
    from ..lang.render import render

    if diagnostics.found:
        sys.stderr.write(render(diagnostics.in_order(), colour=colour(sys.stderr)))


def program(path: Path, max_state: int, *, runs: bool = True) -> tuple[Program, str]:
    """The checked program of a file and the text of its manifest; shows diagnostics and stops on errors. runs: is it to be run? Then
    what no target runs yet stops it too."""
    from ..compiler.manifest import describe, write

    compilation, given = compile_file(path, max_state)
    show(compilation.diagnostics)
    if compilation.diagnostics.errors:
        raise SystemExit(exits.PROGRAM)
    if runs and compilation.refused.errors:
        show(compilation.refused)
        raise SystemExit(exits.PROGRAM)
    if compilation.program is None:
        stop(exits.PROGRAM, f"{path}: holds no strategy", "declare one: `strategy NAME { … }`")
    text = write(describe(compilation.program))
    if given is not None and given != text:
        stop(exits.INPUT, f"{path}: this manifest can't be rebuilt by this compiler", _difference(given, text))
    return compilation.program, text


def _difference(given: str, made: str) -> str:
    return _other_sessions(given, made) or _other_line(given, made)


def _other_sessions(given: str, made: str) -> str | None:
    """What moved the sessions of a calendar since the manifest was written; None where they are the same."""
    from ..compiler.manifest import ExchangeEntry, read

    for old, new in zip(read(given).instruments, read(made).instruments, strict=False):
        was, now = old.sessions, new.sessions
        if was == now or was is None or now is None:
            continue
        if not isinstance(was, ExchangeEntry) or not isinstance(now, ExchangeEntry):
            return f"`{new.name}` has other sessions than those it was built with: put back its calendar's file"
        if was.library != now.library:
            return (
                f"its sessions of {was.exchange} are those of exchange_calendars {was.library}, here is {now.library}: "
                f"pip install exchange_calendars=={was.library}"
            )
        return (
            f"exchange_calendars {was.library} gives other sessions of {was.exchange} here "
            f"(sha256 {now.sha256[:12]}, in the manifest {was.sha256[:12]}): its time zones or pandas are of another version"
        )
    return None


def _other_line(given: str, made: str) -> str:
    pairs = zip(given.splitlines(), made.splitlines(), strict=False)
    for number, (a, b) in enumerate(pairs, start=1):
        if a != b:
            return f"line {number} says `{a.strip()}`, this compiler makes `{b.strip()}`"
    return "it was cut short or has lines added"


__all__ = ["compile_file", "decode", "program", "read_bytes", "read_text", "say", "show", "source"]
