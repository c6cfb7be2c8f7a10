"""The generated contract: committed files equal what the generator makes, and layouts are checked."""

from pathlib import Path

import pytest

from stratc.lang.parser import parse
from stratc.lang.source import Source
from stratc.targets.cpu import schemas

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(schemas.generate()))
def test_committed_files_equal_the_generated_ones(name: str) -> None:
    assert (ROOT / "runtime" / "schemas" / name).read_text() == schemas.generate()[name]


def test_docs_table_equals_the_generated_one() -> None:
    assert (ROOT / "docs" / "schemas.md").read_text() == schemas.documentation()


def test_every_record_of_the_issue_is_declared() -> None:
    names = {record.name for record in schemas.load().records}
    assert {"ohlcv", "trade", "quote", "l2", "l3", "funding", "open_interest", "text"} <= names


def test_order_commands_and_reports_have_128_bytes() -> None:
    sizes = {message.name: message.size for message in schemas.load().messages}
    assert {sizes[name] for name in ("submit", "replace", "cancel", "report")} == {128}


def message(text: str) -> schemas.Message:
    file, errors = parse(Source("m.strat", text))
    assert file is not None, errors
    return schemas._message(file.items[0], {})  # type: ignore[arg-type]


def test_a_body_of_another_size_is_refused() -> None:
    with pytest.raises(schemas.SchemaError, match="has 40 bytes, declared 64"):
        message("message m(code = 1, size = 64) { a: u64; }")


def test_a_field_off_its_alignment_is_refused() -> None:
    with pytest.raises(schemas.SchemaError, match=r"m\.b at byte 33 is not aligned to 8"):
        message("message m(code = 1, size = 64) { a: u8; b: u64; }")


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(schemas.SchemaError, match="unknown type `u128`"):
        message("message m(code = 1, size = 64) { a: u128; }")
