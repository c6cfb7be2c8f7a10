"""`stratc report RUN`: a finished run as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .console import CommandError, say, stop


def report(
    run: Annotated[Path, typer.Argument(help="The folder that a backtest wrote with --out.", show_default=False)],
    data: Annotated[
        str | None,
        typer.Option(
            help="FEED=FILE: the bars of the run, for candles.",
            metavar="FEED=FILE",
            show_default="found beside the run",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The page to write.", show_default="RUN/report.html")] = None,
) -> None:
    """Write a run's report: one HTML file that needs no network."""
    from ..runtime.report.errors import ReportError
    from ..runtime.report.folder import read
    from ..runtime.report.page import render

    target = out or run / "report.html"
    try:
        found = read(run)
        page = render(found, _file(data, found.summary["data"]["feed"]))
    except ReportError as error:
        raise CommandError(exits.INPUT if error.missing else exits.DATA, str(error), error.help) from error
    try:
        target.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CommandError(exits.OUTPUT, f"{target}: {(error.strerror or str(error)).lower()}") from error
    say(f"{target}: {len(page.encode()):,} bytes")


def _file(data: str | None, feed: str) -> Path | None:
    if data is None:
        return None
    name, separator, file = data.partition("=")
    if not separator or not file or name != feed:
        stop(exits.USAGE, f"--data {data}: not {feed}=FILE", f"the run has one feed, `{feed}`")
    return Path(file)


def register(app: typer.Typer) -> None:
    app.command()(report)
