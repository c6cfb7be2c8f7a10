"""Lines → text: neighbouring lines of one kind are aligned in columns, comments at their ends below each other.

A line never becomes wider than allowed by alignment, and no cell is padded by more than a little: such neighbours stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .layout import Column
from .lines import WIDTH, Line

FARTHEST = 40  # the most blanks that alignment may put into a line at one place
COMMENT_COLUMN = 53  # where comments at the ends of lines start, if the line is short enough
LAST_COMMENT_COLUMN = 100  # beyond it a comment is not aligned with its neighbours


def text(lines: Sequence[Line]) -> str:
    """The whole text; every line with its end."""
    codes: list[str] = []
    for run in _runs(lines):
        codes += _aligned(run)
    with_comments = _with_comments(codes, [line.comment for line in lines])
    return "".join(f"{line}\n" for line in with_comments)


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Neighbours with columns and the same indentation; any other line is a run of its own."""
    for key, run in groupby(enumerate(lines), lambda pair: pair[1].indent if pair[1].columns else -1 - pair[0]):
        del key
        yield [line for _, line in run]


def _aligned(run: Sequence[Line]) -> list[str]:
    plain = [" " * line.indent + line.code if line.code else "" for line in run]
    if len(run) == 1:
        return plain
    padded = _padded(run)
    return padded if max(map(len, padded)) <= WIDTH else plain


def _padded(run: Sequence[Line]) -> list[str]:
    """Column after column: the one of lowest rank that is the first of its line."""
    rows = [[" " * line.indent + line.cells[0], *line.cells[1:]] for line in run]
    left = [_columns(line, row) for line, row in zip(run, rows, strict=True)]
    while any(left):
        rank = min(columns[0].rank for columns in left if columns)
        for column, group in groupby(range(len(rows)), lambda i: left[i][0] if left[i] else None):
            if column is not None and column.rank == rank:
                _merge(rows, left, list(group))
    return [row[0] for row in rows]


def _columns(line: Line, row: list[str]) -> list[Column]:
    """Each once, and without those of statements that share their line."""
    kept: list[Column] = []
    cells = [row[0]]
    for column, cell in zip(line.columns, row[1:], strict=True):
        if (column.solo and line.shared) or column in kept:
            cells[-1] += f" {cell}"
        else:
            kept.append(column)
            cells.append(cell)
    row[:] = cells
    return kept


def _merge(rows: list[list[str]], left: list[list[Column]], group: list[int]) -> None:
    """Joins the first two cells of these rows, at the same place if they are not too unequal."""
    lengths = [len(rows[i][0]) for i in group]
    width = max(lengths) if max(lengths) - min(lengths) <= FARTHEST else 0
    for i in group:
        first, second, *rest = rows[i]
        rows[i] = [f"{first.ljust(width)} {second}", *rest]
        left[i] = left[i][1:]


def _with_comments(codes: Sequence[str], comments: Sequence[str]) -> Iterator[str]:
    """Comments of neighbouring lines start in one column."""
    pairs = zip(codes, comments, strict=True)
    for commented, run in groupby(pairs, lambda pair: bool(pair[1])):
        found = list(run)
        if not commented:
            yield from (code for code, _ in found)
            continue
        ends = [len(code) + 2 for code, _ in found]
        column = max([COMMENT_COLUMN, *(end for end in ends if end <= LAST_COMMENT_COLUMN)])
        yield from (f"{code.ljust(max(column, len(code) + 2))}{comment}" for code, comment in found)
