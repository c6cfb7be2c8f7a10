"""`stratc explain CODE`: the page about a diagnostic."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import resources
from typing import Annotated

import typer

from . import exits
from .console import colour, say, stop


def explain(code: Annotated[str, typer.Argument(help="A code such as E0212.", show_default=False)]) -> None:
    """Explain a diagnostic code."""
    code = code.upper()
    if not re.fullmatch(r"[EW]\d{4}", code):
        stop(exits.USAGE, f"`{code}` is no code", "a code is E or W and four digits, as in E0212")
    page = resources.files("stratc").joinpath("docs", "errors", f"{code}.md")
    if not page.is_file():
        from ..lang.suggest import did_you_mean

        near = did_you_mean(code, codes())
        stop(
            exits.USAGE,
            f"there is no code {code}",
            f"did you mean {near}?" if near else "`stratc check` prints the codes it uses",
        )
    text = page.read_text(encoding="utf-8")
    if colour(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        say(text)


def codes() -> list[str]:
    """Every code that has a page."""
    folder = resources.files("stratc").joinpath("docs", "errors")
    return sorted(p.name[:-3] for p in folder.iterdir() if re.fullmatch(r"[EW]\d{4}\.md", p.name))


def titles(asked: Iterable[str]) -> dict[str, str]:
    """What each code is about: the first line of its page, without the code."""
    folder = resources.files("stratc").joinpath("docs", "errors")
    pages = {code: folder.joinpath(f"{code}.md").read_text(encoding="utf-8") for code in asked}
    return {code: page.splitlines()[0].partition(": ")[2] for code, page in pages.items()}


def register(app: typer.Typer) -> None:
    app.command()(explain)
