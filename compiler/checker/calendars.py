"""When a market is open: always, in the sessions of an exchange (exchanges.py), or in those that a file lists.

A file has the header `open,close` and one session a row, both instants in UTC (`2024-01-02T14:30:00Z`), ascending, never overlapping.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

from ...lang import tree
from ...lang.diagnostics import FixIt
from ...lang.suggest import did_you_mean
from .context import Context
from .exchanges import ExchangeError, exchange

ALWAYS = "ALWAYS"
HEADER = "open,close"
_MAX_BYTES = 8 * 2**20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Session = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """sessions: [open, close) in ns; empty where always open. days, library: see Instrument."""

    name: str
    sessions: tuple[Session, ...] = ()
    days: tuple[Session, ...] = ()
    library: str = ""


class CalendarError(Exception):
    """What is wrong with the file, and in which row (1 is the header); None: with all of it."""

    def __init__(self, row: int | None, what: str) -> None:
        super().__init__(what)
        self.row = row


def calendar(context: Context, node: tree.Expr | None) -> Calendar | None:
    """The calendar an instrument names, or None after a report."""
    match node:
        case None:
            return Calendar(ALWAYS)
        case tree.Upper(text="ALWAYS"):
            return Calendar(ALWAYS)
        case tree.Upper():
            return _exchange(context, node)
        case tree.Apply(
            function=tree.Name(text="file"), arguments=(tree.Argument(name=None, value=tree.Text() as path),)
        ):
            return _file(context, path)
    context.report(
        "E0108",
        node.span,
        "this is no calendar",
        help='`ALWAYS` (every day), the code of an exchange such as `XNYS`, or `file("sessions.csv")`',
    )
    return None


def _exchange(context: Context, node: tree.Upper) -> Calendar | None:
    try:
        found = exchange(node.text)
    except ExchangeError as error:
        near = did_you_mean(node.text, error.known)
        fixes = (FixIt(node.span, near, f"write `{near}`"),) if near else ()
        help_ = f"did you mean `{near}`?" if near else error.help
        context.report("E0112", node.span, str(error), "no sessions", help=help_, fixes=fixes)
        return None
    sessions = tuple(session for day in found.days for session in day)
    days = tuple((day[0][0], day[-1][1]) for day in found.days)
    return Calendar(found.name, sessions, days if len(days) < len(sessions) else (), found.version)


def _file(context: Context, node: tree.Text) -> Calendar | None:
    """Relative to the strategy's file."""
    path = Path(context.reporter.source.name).parent / node.value
    try:
        return Calendar(PurePath(node.value).name, _read(path))
    except CalendarError as error:
        where = "" if error.row is None else f", row {error.row}"
        context.report(
            "E0111",
            node.span,
            f"`{node.value}`{where}: {error}",
            "this file",
            help=f"the first row is `{HEADER}`, every other one a session: `2024-01-02T14:30:00Z,2024-01-02T21:00:00Z`",
        )
        return None


def _read(path: Path) -> tuple[Session, ...]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise CalendarError(None, f"larger than {_MAX_BYTES:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CalendarError(None, "not UTF-8 text") from error
    except OSError as error:
        raise CalendarError(None, (error.strerror or str(error)).lower()) from error
    except ValueError as error:
        raise CalendarError(None, "not the name of a file") from error
    return parse(text)


def parse(text: str) -> tuple[Session, ...]:
    """The sessions of a calendar's text; raises CalendarError."""
    rows = text.splitlines()
    if not rows or rows[0].strip() != HEADER:
        raise CalendarError(1, f"the header is not `{HEADER}`")
    found: list[Session] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row.split(",")]
        if len(cells) != 2:
            raise CalendarError(number, "not two columns")
        opens, closes = (_instant(number, cell) for cell in cells)
        if closes <= opens:
            raise CalendarError(number, "closes before it opens")
        if found and opens < found[-1][1]:
            raise CalendarError(number, "opens before the session above has closed")
        found.append((opens, closes))
    if not found:
        raise CalendarError(None, "no session")
    return tuple(found)


def _instant(row: int, text: str) -> int:
    """ns since 1970."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CalendarError(row, f"`{text}` is no instant") from error
    if at.utcoffset() != timedelta(0):
        raise CalendarError(row, f"`{text}` is not in UTC")
    if not 1970 <= at.year < 2262:
        raise CalendarError(row, f"`{text}` is not between 1970 and 2261")
    return ((at - _EPOCH) // timedelta(microseconds=1)) * 1000
