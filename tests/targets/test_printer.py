"""The printer: C's precedence, exact numbers, strings and comments that stay what they are."""

import ctypes
import math
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from stratc.targets.cpu import cast as c
from stratc.targets.cpu.printer import comment, literal, print_expr, print_unit, quoted
from stratc.targets.cpu.toolchain import find_toolchain

A, B, D = c.Name("a"), c.Name("b"), c.Name("d")


def binary(operator: str, left: c.Expr, right: c.Expr) -> c.Binary:
    return c.Binary(operator, left, right)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (binary("*", binary("+", A, B), D), "(a + b) * d"),
        (binary("+", A, binary("*", B, D)), "a + b * d"),
        (binary("-", binary("-", A, B), D), "a - b - d"),
        (binary("-", A, binary("-", B, D)), "a - (b - d)"),
        (binary("+", A, binary("+", B, D)), "a + (b + d)"),
        (binary("||", binary("&&", A, B), D), "(a && b) || d"),
        (binary("&&", binary("||", A, B), D), "(a || b) && d"),
        (binary("==", binary("<", A, B), D), "(a < b) == d"),
        (binary("==", c.Unary("!", A), B), "(!a) == b"),
        (binary("&", binary("+", A, B), D), "(a + b) & d"),
        (binary("<<", A, binary("&", B, D)), "a << (b & d)"),
        (c.Unary("-", c.Unary("-", A)), "-(-a)"),
        (c.Unary("-", c.Literal(-1.5)), "-(-1.5)"),
        (c.Unary("!", binary("<", A, B)), "!(a < b)"),
        (binary("-", A, c.Literal(-1)), "a - -1"),
        (c.Ternary(c.Ternary(A, B, D), B, D), "(a ? b : d) ? b : d"),
        (c.Ternary(A, B, c.Ternary(A, B, D)), "a ? b : a ? b : d"),
        (binary("+", c.Ternary(A, B, D), A), "(a ? b : d) + a"),
        (c.Cast("double", binary("+", A, B)), "(double)(a + b)"),
        (c.Arrow(c.Unary("*", A), "x"), "(*a)->x"),
        (c.Unary("&", c.Index(c.Arrow(A, "x"), c.Literal(0))), "&a->x[0]"),
        (c.Call("f", (c.Ternary(A, B, D), A)), "f(a ? b : d, a)"),
        (c.Initializer(((None, A), ("x", B)), "t"), "(t){a, .x = b}"),
    ],
)
def test_parentheses_stand_where_c_or_a_reader_needs_them(expr: c.Expr, text: str) -> None:
    assert print_expr(expr) == text


@given(st.floats())
def test_a_double_reads_back_as_the_same_bits(value: float) -> None:
    text = literal(value)
    if math.isfinite(value):
        assert ctypes.c_double(float(text)).value.hex() == value.hex()
        assert any(mark in text for mark in ".e")
    else:
        assert text.lstrip("-").startswith("__builtin_")


def test_the_lowest_integer_has_no_literal() -> None:
    assert [literal(-(2**63)), literal(2**63 - 1), literal(True)] == ["INT64_MIN", "9223372036854775807", "true"]


def test_strings_and_comments_survive_the_compiler(tmp_path: Path) -> None:
    wanted = 'a "b" \\ ??/ ???! \t\n1é\x07?2 \u20281\n'
    unit = c.TranslationUnit(
        (
            c.Comment("ends */ here /* and ??/"),
            c.Declaration("const char", "text", c.Text(wanted), 0),
        )
    )
    (tmp_path / "text.c").write_text(print_unit(unit), encoding="utf-8")
    toolchain = find_toolchain()
    toolchain.compile("text.c", tmp_path / "text.o", folder=tmp_path)
    toolchain.link([tmp_path / "text.o"], tmp_path / "text.so", shared=True)
    found = ctypes.CDLL(str(tmp_path / "text.so"))
    assert ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(found, "text"))) == wanted.encode()


def test_comments_of_several_lines_are_set_off() -> None:
    assert list(comment("one\ntwo")) == ["/* one", " * two", " */"]
    assert quoted("a?b ??") == '"a?b \\?\\?"'


def test_a_unit_prints_every_statement(golden: str) -> None:
    body: tuple[c.Statement, ...] = (
        c.Declaration("const double", "x", c.Literal(0.1)),
        c.Declaration("int64_t", "ring", None, 4),
        c.For("int32_t", "i", binary("+", A, B), (c.Assign(c.Index(c.Name("ring"), c.Name("i")), c.Literal(0)),)),
        c.If(A, (c.Return(),), (c.Block((c.Comment("why"), c.ExpressionStatement(c.Call("f")))),)),
        c.Switch(A, (c.Case("ONE", (c.Assign(B, c.Literal(1), "+="), c.Break())),), (c.Break(),)),
        c.Return(c.Name("x")),
    )
    unit = c.TranslationUnit(
        (
            c.Enumeration(("ONE", "TWO")),
            c.Struct("pair", (c.Comment("a member"), c.Declaration("const char *", "name"))),
            c.Declaration(
                "static const pair",
                "pairs",
                c.Initializer(((None, c.Initializer((("name", c.Text("x")),))),), tall=True),
                0,
            ),
            c.Function("double", "step", (c.Declaration("pair *", "p"),), body, "does\nit", noinline=True),
            c.Function("void", "shown", (), (), visible=True),
        )
    )
    assert print_unit(unit) == golden


def test_what_prints_minimal_means_the_same(tmp_path: Path) -> None:
    """Every tree of two operators, against the same fully parenthesised."""
    operators = ["*", "+", "-", "<", "==", "&", "|", "&&", "||", "<<"]
    lines, checks = [], []
    for outer in operators:
        for inner in operators:
            for tree, full in (
                (binary(outer, binary(inner, A, B), D), f"((a {inner} b) {outer} d)"),
                (binary(outer, A, binary(inner, B, D)), f"(a {outer} (b {inner} d))"),
            ):
                lines.append(f"    bad += ({print_expr(tree)}) != {full};")
    checks = "\n".join(lines)
    text = f"int main(void) {{\n    int bad = 0, a = 5, b = 3, d = 2;\n{checks}\n    return bad;\n}}\n"
    (tmp_path / "trees.c").write_text(text, encoding="utf-8")
    toolchain = find_toolchain()
    command = [
        *toolchain.command,
        "-std=c11",
        "-Wparentheses",
        "-Werror",
        "-Wno-int-in-bool-context",
        "trees.c",
        "-o",
        "trees",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stderr == ""
    assert subprocess.run([tmp_path / "trees"], check=False).returncode == 0
