"""Functions into their callers, names into their readers, where that is the same program."""

from __future__ import annotations

import ast

import pytest

from bot.core.unfold import inlinable, inline, unfold, unfoldable


def unfolded(source: str) -> str:
    tree = ast.parse(source)
    for function in unfoldable(tree):
        unfold(tree, function)
    return ast.unparse(tree)


def inlined(source: str) -> str:
    tree = ast.parse(source)
    for assignment in inlinable(tree):
        inline(tree, assignment)
    return ast.unparse(tree)


@pytest.mark.parametrize(
    ("source", "straight"),
    [
        ("def f():\n    a()\nf()", "a()\nNone"),
        ("def f():\n    a()\n    return\nx = f()", "a()\nx = None"),
        ("def f(a, /, b=1, *, c=2, d):\n    return a\nf(0, d=4)", "a = 0\nb = 1\nc = 2\nd = 4\na"),
        ("def f(a, *b, **c):\n    return c\nf(1, 2, d=3)", "a = 1\nb = (2,)\nc = {'d': 3}\nc"),
        ("def f():\n    return 1\nif g(f()):\n    pass", "if g(1):\n    pass"),
        (
            "def f():\n    return 1\nif g:\n    pass\nelse:\n    f()",
            "if g:\n    pass\nelse:\n    1",
        ),
    ],
)
def test_a_function_with_one_caller(source: str, straight: str) -> None:
    assert unfolded(source) == straight


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return 1\nf()\nf()",
        "def f():\n    return 1\ng(f)",
        "def f():\n    return f()",
        "@g\ndef f():\n    return 1\nf()",
        "def f(a):\n    return a\nf(*b)",
        "def f(a):\n    return a\nf(**b)",
        "def f():\n    yield 1\nf()",
        "def f():\n    if a:\n        return 1\n    return 2\nf()",
        "def f():\n    return 1",
    ],
)
def test_functions_that_stay(source: str) -> None:
    assert unfolded(source) == source


@pytest.mark.parametrize(
    ("source", "straight"),
    [
        ("a = [1]\nprint(a)", "print([1])"),
        ("a = 1\nb = a\nprint(b)", "print(1)"),
        ("a = 1\nprint(a, a)", "a = 1\nprint(a, a)"),
        ("a = b\nprint(a, a)", "print(b, b)"),
        ("a = f(a)", "a = f(a)"),
        ("a = 1\na += 1", "a = 1\na += 1"),
        ("a = b = 1\nprint(a, b)", "a = b = 1\nprint(a, b)"),
        ("a.b = 1", "a.b = 1"),
        ("a = 1\ndel a", "a = 1\ndel a"),
    ],
)
def test_a_name_with_one_reader(source: str, straight: str) -> None:
    assert inlined(source) == straight


def test_what_can_be_no_more_is_left_alone() -> None:
    tree = ast.parse("def f():\n    return 1\na = 2")
    first, second = tree.body
    assert isinstance(first, ast.FunctionDef)
    assert isinstance(second, ast.Assign)
    unfold(tree, first)
    inline(tree, second)
    assert ast.unparse(tree) == "def f():\n    return 1\na = 2"
