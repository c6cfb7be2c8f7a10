"""Reads strategy.log and order.log, whose format is docs/logs.md.

Every record that comes out was checked: file header, CRC-32C, the SHA-256 chain of the seals, and at the end the
final seal.
"""

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from .log_words import KINDS, ORDER_KINDS, RECORD, SEAL, STRATEGY_KINDS, Fields, LogNames, decode

_HEADER = struct.Struct("<8sHHI32s12sI")
_FRAME_SIZE = 128
_PAGES_AT_ONCE = 256  # checked together: one CRC step runs over all their records

_FINAL = 1


class LogError(Exception):
    """The log is not what a finished run wrote; the message names the byte and what is wrong there."""


@dataclass(frozen=True)
class LogSummary:
    """What `verify` saw. `head` is the last seal's digest: it stands for every byte before it."""

    kind: str
    program_hash: str
    records: int
    seals: int
    unsealed: int
    torn_bytes: int
    finished: bool
    head: str
    first: int | None
    last: int | None
    kinds: Mapping[str, int]


@dataclass(frozen=True)
class _Layout:
    name: str
    record_size: int
    page_records: int
    kinds: Mapping[int, str]
    program_hash: str
    start: bytes  # digest of the file header: the chain's first link


@dataclass(frozen=True)
class _Page:
    offset: int
    records: bytes  # without the seal
    sealed: bool
    final: bool
    digest: bytes
    torn_bytes: int = 0


def read_log(
    path: str | Path,
    names: LogNames | None = None,
    decode_frame: Callable[[bytes], Fields] | None = None,
    *,
    partial: bool = False,
) -> Iterator[Fields]:
    """The records in order, without the seals. A log without its final seal raises at its end, unless `partial`."""
    with Path(path).open("rb") as file:
        layout = _read_header(file)
        page: _Page | None = None
        for page in _pages(file, layout):
            for index in range(0, len(page.records), layout.record_size):
                record = page.records[index : index + layout.record_size]
                yield decode(record, page.offset + index, names or LogNames(), decode_frame)
        if not partial and not (page and page.final):
            raise LogError(_unfinished(file.tell(), page))


def verify(path: str | Path) -> LogSummary:
    """Checks the whole log. A broken one raises; one that only stops early (a crash) has `finished` false."""
    records, seals, unsealed, first, last = 0, 0, 0, None, None
    kinds: Counter[str] = Counter()
    with Path(path).open("rb") as file:
        layout = _read_header(file)
        page = _Page(_HEADER.size, b"", sealed=False, final=False, digest=layout.start)
        for page in _pages(file, layout):
            count = len(page.records) // layout.record_size
            for index in range(0, len(page.records), layout.record_size):
                _, last, kind, *_ = RECORD.unpack_from(page.records, index)
                first = last if first is None else first
                kinds[KINDS[kind]] += 1
            records, seals, unsealed = records + count, seals + page.sealed, 0 if page.sealed else count
    return LogSummary(
        kind=layout.name,
        program_hash=layout.program_hash,
        records=records,
        seals=seals,
        unsealed=unsealed,
        torn_bytes=page.torn_bytes,
        finished=page.final,
        head=page.digest.hex(),
        first=first,
        last=last,
        kinds=dict(kinds),
    )


def _unfinished(size: int, page: _Page | None) -> str:
    torn = f", and its last {page.torn_bytes} bytes are a torn record" if page and page.torn_bytes else ""
    return f"byte offset {size}: the log ends without its final seal{torn}: the run did not finish"


def _read_header(file: BinaryIO) -> _Layout:
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        raise LogError(f"byte offset 0: the file has {len(header)} bytes, less than a log's header of {_HEADER.size}")
    magic, version, kind, record_size, program_hash, _, crc = _HEADER.unpack(header)
    if magic != b"STRATLOG":
        raise LogError("byte offset 0: not a stratc log: it does not begin with STRATLOG")
    if crc != crc32c(np.frombuffer(header[:-4], np.uint8).reshape(1, -1))[0]:
        raise LogError(f"byte offset {_HEADER.size - 4}: the header's checksum is wrong")
    if version != 1:
        raise LogError(f"byte offset 8: log version {version} is unknown: this reader knows version 1")
    known = {(1, 64): ("strategy", 63, STRATEGY_KINDS), (2, 192): ("order", 20, ORDER_KINDS)}.get((kind, record_size))
    if known is None:
        raise LogError(f"byte offset 10: no log kind {kind} with records of {record_size} bytes is known")
    name, page_records, kinds = known
    return _Layout(name, record_size, page_records, kinds, program_hash.hex(), hashlib.sha256(header).digest())


def _pages(file: BinaryIO, layout: _Layout) -> Iterator[_Page]:
    """Every page, checked; only the last may be final, short or unsealed."""
    page_size = (layout.page_records + 1) * layout.record_size
    offset, digest, final = _HEADER.size, layout.start, False
    while block := file.read(_PAGES_AT_ONCE * page_size):
        _check_records(block, offset, layout)
        for start in range(0, len(block), page_size):
            if final:
                raise LogError(f"byte offset {offset + start}: there are bytes after the final seal")
            page = _page(block[start : start + page_size], offset + start, digest, layout)
            yield page
            digest, final = page.digest, page.final
        offset += len(block)


def _check_records(block: bytes, offset: int, layout: _Layout) -> None:
    size = layout.record_size
    rows = np.frombuffer(block, np.uint8, count=len(block) // size * size).reshape(-1, size)
    stored = rows[:, 24:28].copy().view("<u4")[:, 0]
    blank = rows.copy()
    blank[:, 24:28] = 0
    wrong = np.flatnonzero(stored != crc32c(blank))
    if wrong.size:
        raise LogError(f"byte offset {offset + int(wrong[0]) * size}: the record's checksum is wrong")
    kinds = rows[:, 16].astype(np.uint16) | rows[:, 17].astype(np.uint16) << 8
    unknown = np.flatnonzero(~np.isin(kinds, list(layout.kinds)))
    if unknown.size:
        where = int(unknown[0])
        raise LogError(
            f"byte offset {offset + where * size}: a {layout.name} log has no record kind {int(kinds[where])}"
        )


def _page(data: bytes, offset: int, digest: bytes, layout: _Layout) -> _Page:
    size = layout.record_size
    whole, torn = divmod(len(data), size)
    heads = [RECORD.unpack_from(data, index * size) for index in range(whole)]
    seal = next((index for index, head in enumerate(heads) if head[2] == SEAL), None)
    if seal is None:
        if whole > layout.page_records:
            raise LogError(f"byte offset {offset + layout.page_records * size}: a seal should stand here")
        return _Page(offset, data[: whole * size], sealed=False, final=False, digest=digest, torn_bytes=torn)
    at = offset + seal * size
    _, _, _, count, _, _, flags, *_ = heads[seal]
    final = bool(flags & _FINAL)
    if final and (seal < whole - 1 or torn):
        raise LogError(f"byte offset {at + size}: there are bytes after the final seal")
    if count != seal or (seal < layout.page_records and not final):
        raise LogError(f"byte offset {at}: a seal over {count} records stands after {seal} records")
    expected = hashlib.sha256(digest + data[: seal * size]).digest()
    if data[seal * size + 32 : seal * size + 64] != expected:
        raise LogError(f"byte offset {at}: the seal does not fit the records before it: the log was changed")
    return _Page(offset, data[: seal * size], sealed=True, final=final, digest=expected)


def _crc_table() -> npt.NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = table >> np.uint32(1) ^ np.where(table & 1, np.uint32(0x82F63B78), np.uint32(0))
    return table


_TABLE = _crc_table()


def crc32c(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """CRC-32C (Castagnoli) of each row of a matrix of bytes."""
    crc = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in np.ascontiguousarray(rows.T):
        crc = _TABLE[(crc ^ column) & 0xFF] ^ crc >> np.uint32(8)
    return ~crc
