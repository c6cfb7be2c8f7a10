"""Talking to the user: errors in one form, colour only where a terminal asks for it, output that can't be lost silently."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from . import exits


class CommandError(Exception):
    """Ends a command with a message, a way to mend it and an exit code."""

    def __init__(self, code: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help


def colour(stream: object) -> bool:
    """Colour on a terminal, unless NO_COLOR says no."""
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and "NO_COLOR" not in os.environ


def say(text: str) -> None:
    """Prints to stdout; a full disk or a closed pipe is an error, not a lost line."""
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        raise SystemExit(exits.OUTPUT) from None
    except OSError as error:
        _silence_stdout()
        raise CommandError(exits.OUTPUT, f"can't write to standard output: {error.strerror}") from error


def _silence_stdout() -> None:
    """So that the interpreter's last flush does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def complain(failure: CommandError) -> None:
    print(f"stratc: {failure.message}", file=sys.stderr)
    if failure.help:
        print(f"help: {failure.help}", file=sys.stderr)


def stop(code: int, message: str, help: str | None = None) -> NoReturn:
    raise CommandError(code, message, help)
