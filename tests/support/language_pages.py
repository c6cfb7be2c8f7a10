"""The pages of docs/language: their examples, each made a whole program, and the first columns of their tables.

The info string of a block says what it is: ```strat``` a whole program; ```strat FRAME``` a part that the frame of
docs/language/README.md completes; a code after that (```strat signals E0212```) says that it is wrong, and how.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "language"
PAGES = sorted(FOLDER.glob("*.md"))
FRAME_PAGE = FOLDER / "README.md"

_BLOCK = re.compile(r"^```strat([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PLACE = re.compile(r"^ *# ---- (\w+)\n", re.MULTILINE)  # in the frame: where a part of this name belongs
_REPLACED = {"market", "orders", "machine"}  # a part of these names stands for what the frame has there
PLACES = _REPLACED | {"file", "signals", "risk", "holding"}


@dataclass(frozen=True)
class Example:
    """place: of a part, its place in the frame; None: a whole program. code: what it is refused with; None: it compiles."""

    page: str
    line: int
    place: str | None
    code: str | None
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


def examples(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        words = match[1].split()
        place = words.pop(0) if words and words[0] in PLACES else None
        code = words.pop(0) if words and re.fullmatch(r"[EW]\d{4}", words[0]) else None
        line = text[: match.start()].count("\n") + 1
        assert not words, f"{page.name}:{line}: the info string says {match[1].strip()!r}; places are {sorted(PLACES)}"
        found.append(Example(page.stem, line, place, code, match[2]))
    return found


def frame() -> dict[str, str]:
    """The frame as its page shows it: what stands before the first place under "", then place → text."""
    whole = next(e for e in examples(FRAME_PAGE) if e.place is None)
    pieces = _PLACE.split(whole.text)
    assert set(pieces[1::2]) == PLACES, "the frame has each place once"
    return {"": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}


def program(example: Example) -> str:
    """The whole program that an example stands for."""
    if example.place is None:
        return example.text
    pieces = frame()
    pieces[example.place] = example.text if example.place in _REPLACED else example.text + pieces[example.place]
    if example.place == "machine":
        pieces["holding"] = "}\n"  # that place is inside of the machine that is replaced
    return "".join(pieces.values())


def first_column(page: str, heading: str) -> list[str]:
    """Every word in `…` in the first column of the table under a heading; of a call or a comparison its first word."""
    return [word for cell in _cells(page, heading) for word in _words(cell)]


def _cells(page: str, heading: str) -> list[str]:
    text = (FOLDER / f"{page}.md").read_text(encoding="utf-8")
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert section, f"{page}.md has no heading {heading!r}"
    table = re.search(r"^\|[^\n]*\n\|[-:| ]+\|\n((?:\|[^\n]*\n)+)", section[1], re.MULTILINE)
    assert table, f"{page}.md has no table under {heading!r}"
    return [row.replace(r"\|", "\0").split("|")[1].replace("\0", "|") for row in table[1].splitlines()]


def _words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
