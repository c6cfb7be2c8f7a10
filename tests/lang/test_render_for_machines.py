"""Diagnostics for code hosts: SARIF that another library reads, and GitHub's workflow commands."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sarif_pydantic import Sarif

from stratc.compiler.pipeline import compile_source
from stratc.lang.diagnostics import Diagnostic, FixIt, Label
from stratc.lang.render_github import to_github
from stratc.lang.render_sarif import to_sarif
from stratc.lang.source import Source
from stratc.lang.tree import Span
from tests.conftest import Golden

WRONG = sorted((Path(__file__).resolve().parents[1] / "compiler" / "wrong").glob("*.strat"))
TEXT = "strategy S {\n  # 日本 x\n  signal b = a;\n}\n"


def marked(part: str, label: str = "") -> Label:
    start = TEXT.index(part)
    return Label(Span(start, start + len(part)), label)


def diagnostic(name: str = "dir/a b.strat", **more: Any) -> Diagnostic:
    return Diagnostic("E0101", "unknown name `a`", Source(name, TEXT), marked("a;", "not declared"), **more)


FULL = diagnostic(
    secondary=(marked("signal b", "needed here"),),
    notes=("50 % sure", "two\r\nlines"),
    help="did you mean `b { … }`?",
    fixes=(FixIt(marked("a").span, "b", "write `b`"),),
)


def all_wrong() -> list[Diagnostic]:
    return [
        d
        for path in WRONG
        for d in compile_source(Source(path.name, path.read_text(encoding="utf-8"))).diagnostics.in_order()
    ]


def test_sarif_reads_as_it_should(golden: Golden) -> None:
    assert json.dumps(to_sarif([FULL], "1.2.3", {"E0101": "an unknown name"}), indent=2) + "\n" == golden("full.sarif")


def test_another_library_reads_what_every_wrong_program_says() -> None:
    found = all_wrong()
    log = Sarif.model_validate(to_sarif(found, "1.2.3", {}))
    [run] = log.runs
    assert run.results is not None
    assert len(run.results) == len(found) > 100
    for result, given_ in zip(run.results, found, strict=True):
        assert result.locations is not None
        place = result.locations[0].physical_location
        assert place is not None
        assert place.region is not None
        assert (result.rule_id, place.region.start_line) == (
            given_.code,
            given_.source.position(given_.primary.span.start)[0],
        )


def test_rules_are_told_once_and_numbered() -> None:
    warning = Diagnostic("W0101", "never used", Source("c.strat", TEXT), marked("b"))
    made = to_sarif([warning, diagnostic(), diagnostic("b.strat")], "1", {"W0101": "unused"})["runs"][0]
    assert [rule["id"] for rule in made["tool"]["driver"]["rules"]] == ["E0101", "W0101"]
    assert [(r["ruleIndex"], r["level"]) for r in made["results"]] == [(1, "warning"), (0, "error"), (0, "error")]


@pytest.mark.parametrize(
    ("name", "uri"),
    [("dir/a b.strat", "dir/a%20b.strat"), ("/tmp/ü.strat", "file:///tmp/%C3%BC.strat"), ("../x#1.strat", "../x%231.strat")],
)  # fmt: skip
def test_a_path_becomes_a_uri(name: str, uri: str) -> None:
    [result] = to_sarif([diagnostic(name)], "1", {})["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_workflow_command_is_one_line_whatever_is_said() -> None:
    assert to_github([FULL]) == (
        "::error file=dir/a b.strat,line=3,endLine=3,col=14,endColumn=15,title=E0101%3A unknown name `a`"
        "::not declared%0A50 %25 sure%0Atwo%0D%0Alines%0Ahelp: did you mean `b { … }`?\n"
    )
    assert to_github([]) == ""


def test_every_wrong_program_has_its_line() -> None:
    lines = to_github(all_wrong()).splitlines()
    shape = re.compile(
        r"::(error|warning) file=[^,:]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=[EW]\d{4}%3A [^,:]+::.+"
    )
    assert [line for line in lines if not shape.fullmatch(line)] == []


@given(st.text(), st.text(min_size=1), st.text())
def test_no_text_ends_the_line_or_the_properties(title: str, name: str, label: str) -> None:
    made = Diagnostic("E0101", title, Source(name, TEXT), marked("a", label), help=label or None)
    line = to_github([made])
    assert line.count("\n") == 1
    assert line.endswith("\n")
    properties = line[2:].split("::")[0]
    assert len(properties.split(",")) == 6
