"""`stratc signals FILE --data FEED=DATA … --out DIR`: the values of every `extern signal`, made by its node in Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import exits
from .console import CommandError, say, stop

if TYPE_CHECKING:
    from ..compiler.program import Feed, Program
    from ..runtime.signals.materialise import FeedData


def signals(
    file: Annotated[Path, typer.Argument(help="A strategy (.strat).", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for NAME.signal, one for each signal.", show_default=False)],
    data: Annotated[
        list[str] | None,
        typer.Option(help="FEED=FILE: Parquet, Arrow IPC or CSV.", metavar="FEED=FILE", show_default=False),
    ] = None,
) -> None:
    """Make the values of the strategy's extern signals, bar by closed bar.

    A backtest then reads them: --data NAME=DIR/NAME.signal.
    """
    from ..runtime.signals.load import NodeError
    from .sources import program

    checked, _ = program(file, 64 * 2**20)
    wanted = [feed for feed in checked.feeds if not feed.is_bars]
    if not wanted:
        stop(exits.USAGE, f"{file}: declares no `extern signal`")
    files = _files(data or [], checked)
    out.mkdir(parents=True, exist_ok=True)
    for place in dict.fromkeys(feed.python for feed in wanted):
        try:
            _make(file, place, [feed for feed in wanted if feed.python == place], checked, files, out)
        except NodeError as error:
            raise CommandError(exits.PROGRAM, str(error), error.help or None) from error


def _make(file: Path, place: str, wanted: list[Feed], program: Program, files: dict[str, Path], out: Path) -> None:
    from ..runtime.signals.files import write
    from ..runtime.signals.load import load
    from ..runtime.signals.materialise import content_hash, materialise

    module, _, name = place.partition(":")
    node = load(file.resolve().parent, module, name)()
    feeds = {feed: _read(feed, program, files) for feed in node.inputs}
    rows = materialise(node, feeds, {feed.name: feed.type for feed in wanted})
    for feed in wanted:
        path = out / f"{feed.name}.signal"
        write(path, feed.type, content_hash(node, feed.type, feeds), rows[feed.name])
        say(f"{path}: {len(rows[feed.name]):,} values of `{feed.type}`")


def _files(given: list[str], program: Program) -> dict[str, Path]:
    found = {}
    for item in given:
        name, separator, path = item.partition("=")
        if not separator or name not in {feed.name for feed in program.feeds if feed.is_bars}:
            stop(exits.USAGE, f"--data {item}: names no feed of bars", "as in `--data bars=btcusdt_1h.parquet`")
        found[name] = Path(path)
    return found


def _read(name: str, program: Program, files: dict[str, Path]) -> FeedData:
    from ..runtime.signals.data import DataError, read_bars

    feed = next(feed for feed in program.feeds if feed.name == name)
    if name not in files:
        stop(exits.USAGE, f"the node reads `{name}`: no data for it", f"add --data {name}=FILE")
    try:
        return read_bars(name, files[name], feed.every)
    except DataError as error:
        raise CommandError(exits.INPUT, str(error)) from error


def register(app: typer.Typer) -> None:
    app.command()(signals)
