"""`stratc explain CODE`: the page about a diagnostic."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from . import exits
from .console import colour, say, stop
from .pages import codes, page


def explain(code: Annotated[str, typer.Argument(help="A code such as E0212.", show_default=False)]) -> None:
    """Explain a diagnostic code."""
    code = code.upper()
    if not re.fullmatch(r"[EW]\d{4}", code):
        stop(exits.USAGE, f"`{code}` is no code", "a code is E or W and four digits, as in E0212")
    text = page(code)
    if text is None:
        from ..lang.suggest import did_you_mean

        near = did_you_mean(code, codes())
        stop(
            exits.USAGE,
            f"there is no code {code}",
            f"did you mean {near}?" if near else "`stratc check` prints the codes it uses",
        )
    if colour(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        say(text)


def register(app: typer.Typer) -> None:
    app.command()(explain)
