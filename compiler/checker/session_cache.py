"""Sessions that were computed once, kept in the cache folder: loading pandas for them takes longer than a whole check.

A file holds the calendar's name, the hash of the rest, and the canonical text: one trading day a line, its sessions as pairs of ns.
It is found by everything that decides the sessions: label, versions of the packages, and of the machine's time zones.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zoneinfo
from importlib import metadata
from pathlib import Path

from ...lang.tables import cache_folder

Day = tuple[tuple[int, int], ...]
LIBRARY = "exchange_calendars"


def library_version() -> str | None:
    """None: it is not installed. Reads what the installer wrote, imports nothing."""
    return _version(LIBRARY)


def canonical(days: tuple[Day, ...]) -> str:
    """What the hash of a calendar is taken of."""
    return "".join(",".join(str(edge) for session in day for edge in session) + "\n" for day in days)


def kept(label: str) -> tuple[str, tuple[Day, ...]] | None:
    """Name and days; None where there is no file, or where it does not hold what was written."""
    file = _file(label)
    if file is None:
        return None
    try:
        head, _, text = file.read_text(encoding="ascii").partition("\n")
        name, digest = head.split(" ")
    except (OSError, ValueError):
        return None
    return (name, _days(text)) if digest == _digest(text) else None


def keep(label: str, name: str, days: tuple[Day, ...]) -> None:
    """Whole or not at all, whoever else writes it now; where it can't be written the next check computes it again."""
    file, text = _file(label), canonical(days)
    if file is None:
        return
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(f"{name} {_digest(text)}\n{text}", encoding="ascii")
        draft.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _file(label: str) -> Path | None:
    folder = cache_folder()
    key = f"{label} {_version('pandas')} {_zones()}"
    return folder / f"sessions-{hashlib.sha256(key.encode()).hexdigest()[:24]}.txt" if folder else None


def _zones() -> str:
    """The version of the time zones that Python reads: the machine's, else the package's."""
    for folder in zoneinfo.TZPATH:
        for name in ("tzdata.zi", "+VERSION"):
            with contextlib.suppress(OSError, UnicodeDecodeError), (Path(folder) / name).open(encoding="ascii") as file:
                return file.readline().strip()
    return str(_version("tzdata"))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _days(text: str) -> tuple[Day, ...]:
    rows = ([int(edge) for edge in line.split(",")] for line in text.splitlines())
    return tuple(tuple(zip(row[::2], row[1::2], strict=True)) for row in rows)
