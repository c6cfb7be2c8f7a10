"""The pages about diagnostics, as they come with the package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources


def page(code: str) -> str | None:
    """The text of a page; None if no diagnostic has this code."""
    file = resources.files("stratc").joinpath("docs", "errors", f"{code}.md")
    return file.read_text(encoding="utf-8") if file.is_file() else None


def codes() -> list[str]:
    """Every code that has a page."""
    folder = resources.files("stratc").joinpath("docs", "errors")
    return sorted(p.name[:-3] for p in folder.iterdir() if re.fullmatch(r"[EW]\d{4}\.md", p.name))


def titles(asked: Iterable[str]) -> dict[str, str]:
    """What each code is about: the first line of its page, without the code."""
    return {code: (page(code) or code).splitlines()[0].partition(": ")[2] for code in asked}
