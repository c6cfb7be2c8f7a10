"""What docs/cost-and-graph.md shows is what the command prints."""

import re
from pathlib import Path

from stratc.cli.cost_table import cost_tables
from stratc.compiler.cost.folds import fold_cost
from stratc.compiler.cost.report import cost
from stratc.compiler.pipeline import compile_source
from stratc.lang.source import Source
from stratc.targets.cpu.context_size import context_bytes

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cost-and-graph.md").read_text(encoding="utf-8")


def test_the_table_is_printed_by_the_command() -> None:
    [(name, block)] = re.findall(r"`stratc cost (\S+)`.*?```text\n(.*?)\n```", PAGE, re.DOTALL)
    program = compile_source(Source(name, (ROOT / name).read_text(encoding="utf-8"))).program
    assert program is not None
    assert cost_tables(cost(program), context_bytes(program)) == block


def test_the_table_of_folds_is_right() -> None:
    for n in (1, 9, 32, 33, 500):
        total, mean, variance = (fold_cost(fold, n).worst for fold in ("sum", "mean", "variance"))
        if n <= 32:
            assert (total.arithmetic, total.memory) == (n + 3, n + 1)
        else:
            assert total.total == 8 * n + 1 + (n + 3)
        assert mean.total == total.total + 1
        assert variance.total == mean.total + (3 * n + 4) + n
        for fold in ("min", "max"):
            assert (fold_cost(fold, n).worst.comparisons, fold_cost(fold, n).worst.memory) == (2 * n, n + 1)
