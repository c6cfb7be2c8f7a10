"""Why no report can be made."""

from __future__ import annotations


class ReportError(Exception):
    """The message says where and what, `help` how to mend it; `missing`: a file could not be read at all."""

    def __init__(self, message: str, help: str | None = None, *, missing: bool = False) -> None:
        super().__init__(message)
        self.help = help
        self.missing = missing
