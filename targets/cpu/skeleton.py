"""File skeletons: the constant text around what the lowerings made. No loop over a program is ever in a skeleton."""

from __future__ import annotations

from pathlib import Path

import jinja2

FOLDER = Path(__file__).parent / "skeletons"


def render(skeleton: str, **values: str) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template(skeleton).render(**values)
