"""`stratc version`: compiler and semantics versions."""

from __future__ import annotations

import typer

from .console import say


def version() -> None:
    """Print the version of the compiler and of the language's meaning."""
    from ..compiler.version import COMPILER, SEMANTICS

    say(f"stratc {COMPILER} (semantics {SEMANTICS})")


def register(app: typer.Typer) -> None:
    app.command()(version)
