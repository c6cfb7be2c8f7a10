"""Returns by calendar month (UTC) of the equity curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .folder import Floats, RunFolder


@dataclass(frozen=True)
class Year:
    """Twelve months, None where the run has no bar; `total` compounds them."""

    year: int
    months: list[float | None]
    total: float | None


def monthly_returns(run: RunFolder) -> list[Year]:
    """A month's return is its last equity over that of the month before (the capital, in the first), less 1."""
    if not len(run.ends):
        return []
    months = (run.ends - 1).astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)  # since 1970-01
    last = np.append(np.flatnonzero(np.diff(months)), len(months) - 1)
    marks = np.concatenate([[float(run.summary["statistics"]["capital"])], run.equity[last]])
    returns = {int(month): _growth(marks[i], marks[i + 1]) for i, month in enumerate(months[last])}
    first, final = min(returns) // 12, max(returns) // 12
    return [
        _year(1970 + year, [returns.get(12 * year + month) for month in range(12)]) for year in range(first, final + 1)
    ]


def _growth(before: float, after: float) -> float | None:
    return float(after / before - 1) if before > 0 else None


def _year(year: int, months: list[float | None]) -> Year:
    known: Floats = np.array([month for month in months if month is not None], np.float64)
    return Year(year, months, float(np.prod(1 + known) - 1) if len(known) else None)
