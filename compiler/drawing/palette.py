"""One colour for each kind of box: (inside, border), dark text is readable on each."""

from __future__ import annotations

from .picture import NodeKind

COLOURS: dict[NodeKind, tuple[str, str]] = {
    "feed": ("#e3f1e6", "#3b7d4f"),
    "signal": ("#e6eefb", "#3f6fb5"),
    "order": ("#fdf0dc", "#b57a1f"),
    "risk": ("#fbe5e5", "#b54545"),
    "transition": ("#efe8f8", "#7a54b0"),
    "state": ("#f3f5f7", "#5b6673"),
    "start": ("#2b3138", "#2b3138"),
}
LINE = "#5b6673"
TEXT = "#1d2329"
