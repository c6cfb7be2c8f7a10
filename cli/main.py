"""`stratc …`: one thin file per command. Heavy imports wait inside the commands, so that `stratc --help` is quick."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from . import exits
from .checking import plain_check
from .console import CommandError, complain

if TYPE_CHECKING:
    import typer


def _app() -> typer.Typer:
    """All commands. The library that reads command lines is loaded here, so that a plain check does without it."""
    import typer

    from . import backtest, build, check, cost, explain, fmt, graph, inspect, log, replay, report, signals, version

    app = typer.Typer(
        name="stratc",
        help="Compile trading strategies to native programs that backtest and trade.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in (check, fmt, build, signals, backtest, replay, report, inspect, cost, graph, explain, log, version):
        module.register(app)
    return app


def main() -> None:
    """Entry point: no traceback ever reaches a user."""
    try:
        if not plain_check(sys.argv[1:]):
            _app()(standalone_mode=True)
    except CommandError as failure:
        complain(failure)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        sys.exit(exits.INTERRUPT)
    except (SystemExit, BrokenPipeError):
        raise
    except Exception as error:
        if os.environ.get("STRATC_DEBUG"):
            raise
        print(f"stratc: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("help: this is a defect of stratc; please report it with the output of STRATC_DEBUG=1", file=sys.stderr)
        sys.exit(exits.INTERNAL)


if __name__ == "__main__":
    main()
