"""The manifest says what a program is, survives its own text form, and rebuilds the program; hashes pin the nodes."""

import pytest
import yaml

from stratc.compiler import manifest
from stratc.compiler.manifest import ManifestError, decimal_text, describe, read, write
from stratc.compiler.pipeline import compile_source
from stratc.compiler.program import Program, Scale
from stratc.lang.source import Source
from tests.support.strategies import build, strategy

TEXT = strategy(
    '# a comment: ünïcode, "quotes", tabs\t.\n  signal x = rsi(bars.close, n); signal y = r * 1.0; log x, y;',
    when="x < 30 and y < 1.0",
)
NODE = "node twice(x: ratio): ratio { yield 2.0 * x; }"


@pytest.fixture(scope="module")
def program() -> Program:
    return build(TEXT)


def test_what_is_written_is_read_back(program: Program) -> None:
    described = describe(program)
    assert read(write(described)) == described


def test_the_same_program_gives_the_same_bytes(program: Program) -> None:
    assert write(describe(program)) == write(describe(build(TEXT)))


def test_the_program_can_be_rebuilt_from_its_manifest(program: Program) -> None:
    source = read(write(describe(program))).source
    assert compile_source(Source(source.name, source.text)).program == program


@pytest.mark.parametrize("end", ["", "\n\n", "  ", "\t", "# \u2028 \ufeff end"])
def test_any_source_text_survives(end: str) -> None:
    described = describe(build(TEXT + end))
    assert read(write(described)).source.text == TEXT + end


def test_it_says_what_people_look_for(program: Program) -> None:
    described = describe(program)
    assert (described.strategy, described.title, described.capital) == ("TEST", "a test", "10000 USDT")
    assert (described.instruments[0].tick, described.instruments[0].lot) == ("0.01", "0.00001")
    assert [(p.name, p.type, p.value, p.low, p.high) for p in described.params[:2]] == [
        ("n", "count", 14, 1, 50),
        ("m", "count", 5, 0, 20),
    ]
    assert [(s.name, s.type, s.warm_up, s.logged) for s in described.signals] == [
        ("x", "ratio", "n", True),
        ("y", "ratio", "0", True),
    ]
    assert described.states == ["IDLE", "LOOKING", "ENTERED", "EXITED"]
    assert [n.name for n in described.nodes] == ["ta::rma", "ta::rsi"]
    assert described.risk[0].text == "bound abs(position) <= 5 BTC else reject"
    assert described.state_bytes == program.state_bytes > 0


def test_the_signal_graph_names_only_equations_that_exist(program: Program) -> None:
    dag = describe(program).dag
    names = {e.name for e in dag}
    assert len(names) == len(dag)
    assert {source for e in dag for source in e.now + e.later} <= names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "not YAML"),
        ("- 1", "`manifest` is missing"),
        ("manifest: 99", "format 99 is not supported"),
        ("manifest: 1", "`strategy`"),
    ],
)
def test_what_is_no_manifest_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(text)


def test_an_unknown_key_is_refused(program: Program) -> None:
    data = yaml.safe_load(write(describe(program)))
    data["extra"] = 1
    with pytest.raises(ManifestError, match="`extra`"):
        read(yaml.safe_dump(data))


@pytest.mark.parametrize(
    ("count", "scale", "text"),
    [
        (1, Scale(1, 2), "0.01"),
        (250, Scale(1, 2), "2.5"),
        (-5, Scale(25, 3), "-0.125"),
        (3, Scale(10, 0), "30"),
        (0, Scale(1, 8), "0"),
    ],
)
def test_decimals_are_exact(count: int, scale: Scale, text: str) -> None:
    assert decimal_text(count, scale) == text


# ---- content hashes


def hashes(top: str) -> dict[str, str]:
    return {n.name: n.hash for n in build(strategy("signal x = twice(r); log x;", top=top)).nodes}


def test_comments_and_layout_do_not_change_the_hash_of_a_node() -> None:
    spread_out = "# doubles\nnode twice( x : ratio ) : ratio {\n  yield 2.0 * x;  # here\n}"
    assert hashes(spread_out) == hashes(NODE)


def test_other_text_changes_the_hash_of_a_node() -> None:
    assert hashes(NODE.replace("2.0", "3.0")) != hashes(NODE)


def test_the_text_of_a_callee_changes_the_hash_of_the_caller_too() -> None:
    caller = "node twice(x: ratio): ratio { yield half(x) * 4.0; } "
    one, other = (hashes(caller + f"node half(x: ratio): ratio {{ yield {f} * x; }}") for f in ("0.5", "0.25"))
    assert set(one) == {"twice", "half"}
    assert one["twice"] != other["twice"]
    assert one["half"] != other["half"]


def test_a_constant_that_a_node_reads_changes_its_hash() -> None:
    one, other = (hashes(f"const F = {f}; {NODE.replace('2.0', 'F')}") for f in ("2.0", "3.0"))
    assert one != other


def test_a_node_that_is_only_declared_is_not_part_of_the_program() -> None:
    assert set(hashes(NODE + " node other(x: ratio): ratio { yield twice(x); }")) == {"twice"}


def test_the_source_hash_is_of_the_exact_text(program: Program) -> None:
    assert program.source_hash != build(TEXT + "\n").source_hash
    assert manifest.describe(program).source.sha256 == program.source_hash
