"""After a mistake reading goes on in the block it was in, and the error is where the mistake is, not where it shows."""

import pytest

from stratc.lang.parser import parse
from stratc.lang.source import Source

RIGHT = """\
use ta { ema, atr };

strategy S "Name" {
  signal fast = ema(bars.close, 24);
  signal slow = ema(bars.close, 96) and
                fast;
  risk {
    bound loss <= 2pct per day else halt;
  }
  order entry { side = BUY; kind = MARKET; }
  machine {
    initial state IDLE { when fast > slow -> HELD do submit(entry); }
    state HELD {
      when fast < slow -> IDLE do submit(entry);
      on flat -> IDLE;
    }
  }
}
"""

# what is replaced by what, the line of the only error, its code
LOST = [
    ("strategy S", "strategy", 3, "E0001"),
    ('strategy S "Name" {', '"Name" S {', 3, "E0001"),
    ("strategy S", "state S", 3, "E0001"),
    ("risk {", "{", 7, "E0001"),
    ("order entry {", "signal entry {", 10, "E0001"),
    ("machine {", "at {", 11, "E0001"),
    ("state HELD {", "HELD state {", 13, "E0001"),
    ("{ ema, atr }", "{ , ema atr }", 1, "E0001"),
    ("24);", "24) and", 4, "E0001"),
    ("24);", "24).", 4, "E0001"),
    ("24);", "24)(", 4, "E0001"),
    ("fast;\n", "fast\n", 6, "E0004"),
    ("halt;", "halt,", 8, "E0001"),
    ("    }\n  }\n}", "    }\n}", 16, "E0005"),
    ("    }\n  }\n}", "  }\n}", 15, "E0005"),
    ("    }\n  }\n}", "    } }\n  }\n}", 16, "E0001"),
    ("state HELD {", "state HELD (", 13, "E0001"),
]


def errors(text: str) -> list[tuple[str, int]]:
    found = parse(Source("test.strat", text))[1]
    return [(d.code, d.source.position(d.primary.span.start)[0]) for d in found]


def test_the_text_is_right_without_a_mistake() -> None:
    assert errors(RIGHT) == []


@pytest.mark.parametrize(("right", "wrong", "line", "code"), LOST, ids=[wrong for _, wrong, _, _ in LOST])
def test_a_lost_piece_of_structure_is_one_error_at_its_line(right: str, wrong: str, line: int, code: str) -> None:
    assert right in RIGHT
    assert errors(RIGHT.replace(right, wrong, 1)) == [(code, line)]


def test_mistakes_inside_a_block_whose_header_was_lost_are_found_too() -> None:
    text = RIGHT.replace("machine {", "at {").replace("on flat -> IDLE;", "on flat - IDLE;")
    assert [line for _, line in errors(text)] == [11, 15]


def test_a_line_has_at_most_two_errors() -> None:
    text = RIGHT.replace("fast > slow -> HELD do submit(entry)", "fast > > slow - > HELD do do submit entry) )")
    assert 1 <= len(errors(text)) <= 2
