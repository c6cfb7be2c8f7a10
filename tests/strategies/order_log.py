"""The fills in an order log as one numpy table: logs of a million bars are too long to be read record by record."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stratc.runtime.schemas.frames import ENUMS, MESSAGES

HEAD, FRAME_HEAD, RECORD = 64, 32, 192  # docs/logs.md
REPORT = next(code for code, message in MESSAGES.items() if message[0] == "report")
FILL, BUY = ENUMS["report"].index("FILL"), ENUMS["side"].index("BUY")
_SIZES = {"u64": "<u8", "i64": "<i8", "u16": "<u2"}


def _record() -> np.dtype[Any]:
    """The fields of a report frame inside a record of the log."""
    fields = [("frame_type", "<u2", HEAD + 2)]
    offset = HEAD + FRAME_HEAD
    for name, kind, *_ in MESSAGES[REPORT][3][:-1]:
        size = _SIZES.get(kind, "u1")
        fields.append((name, size, offset))
        offset += np.dtype(size).itemsize
    names, formats, offsets = zip(*fields, strict=True)
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": RECORD})


def reported_fills(path: Path) -> npt.NDArray[Any]:
    """Every FILL report, in order."""
    records = np.frombuffer(path.read_bytes()[HEAD:], _record())  # the frame of a seal is zero
    return records[(records["frame_type"] == REPORT) & (records["event"] == FILL)]
