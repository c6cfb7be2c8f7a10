"""The tables of docs/order-kernel.md are those of the kernel's text."""

from pathlib import Path

from stratc.compiler.kernels import load_kernel
from stratc.compiler.kernels.document import document, placed

ROOT = Path(__file__).resolve().parents[2]


def test_they_are_made_from_the_kernel_as_it_is() -> None:
    kernel, page = ROOT / "stdlib" / "order_kernel.strat", ROOT / "docs" / "order-kernel.md"
    made = document(load_kernel(kernel.read_text(encoding="utf-8"), kernel.name), "slot", "phase")
    text = page.read_text(encoding="utf-8")
    assert placed(text, made) == text, "run `make docs`"
