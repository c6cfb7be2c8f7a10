"""`stratc backtest FILE --data FEED=DATA …`: build, convert Parquet once, run the binary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from . import exits
from .build import build_artifact
from .console import CommandError, stop


def backtest(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A strategy (.strat) or a manifest (.yaml).", show_default=False)],
    data: Annotated[
        list[str] | None,
        typer.Option(help="FEED=FILE: Parquet, Arrow IPC or CSV.", metavar="FEED=FILE", show_default=False),
    ] = None,
    build_dir: Annotated[Path | None, typer.Option(help="Folder of the artifact.", show_default="build/NAME")] = None,
) -> None:
    """Build a strategy and backtest it.

    Every other option goes to the binary: --set p=v, --from T, --to T, --warmup N, --capital X, --bad-data reject|repair,
    --path RULE, --fill next_open|close, --through N, --spread N, --slippage MODEL, --participation P, --latency WAY=D,…,
    --bounds on|off, --data-hash on|off,
    --rf R, --trials N, --stats-as ENGINE, --out DIR, --journal, --snapshot D, --json, --dump-signals.
    """
    _, artifact = build_artifact(file, build_dir, os.cpu_count() or 1, 64 * 2**20)
    arguments = [str(artifact.executable.resolve()), "backtest"]
    for item in data or []:
        arguments += ["--data", _converted(item)]
    sys.stdout.flush()
    arguments += context.args
    try:
        raise SystemExit(_status(subprocess.run(arguments, check=False).returncode))
    except OSError as error:
        raise CommandError(exits.INTERNAL, f"can't run {artifact.executable}: {error.strerror}") from error


def _status(code: int) -> int:
    """A signal as the shell shows it."""
    return 128 - code if code < 0 else code


def _converted(item: str) -> str:
    """FEED=FILE with a Parquet file replaced by its cached Arrow copy."""
    feed, separator, name = item.partition("=")
    if not separator:
        stop(exits.USAGE, f"--data {item}: not FEED=FILE", "as in `--data bars=btcusdt_1h.parquet`")
    path = Path(name)
    if not _is_parquet(path):
        return item
    from ..runtime.convert import ConversionError, parquet_to_arrow

    try:
        return f"{feed}={parquet_to_arrow(path)}"
    except ConversionError as error:
        raise CommandError(exits.INPUT, str(error), error.help) from error


def _is_parquet(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False  # the binary says what is wrong with it


def register(app: typer.Typer) -> None:
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(backtest)
