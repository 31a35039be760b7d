"""Every way for a program to be less, and that what is left is always a program."""

from __future__ import annotations

import pytest

from bot.core import syntax
from bot.core.smaller import Edit, Way


def all_by(source: str, *ways: Way) -> list[str]:
    """Return each program that one edit of these ways makes, on one line."""
    found = [edit for edit in syntax.edits(source) if edit.way in ways]
    told = [syntax.edited(source, [edit]) for edit in found]
    return [one.replace("\n", "; ") for one in told if one is not None]


@pytest.mark.parametrize(
    ("source", "less"),
    [
        ("f(1, b=2)", ["", "f(b=2)", "f(1)"]),
        ("[a, b]", ["", "[b]", "[a]"]),
        ("a, b = c", [""]),
        ("{1}", [""]),
        ("a and b", ["", "b", "a"]),
        ("import a, b", ["", "import b", "import a"]),
        ("from a import b", [""]),
        ("with a:\n    b", ["", "b", "with a:;     pass"]),
        ("try:\n    a\nexcept b:\n    c\nelse:\n    d", ["", "a; d"]),
        ("@a\nclass b(c, d=1):\n    pass", ["", "class b(c, d=1):;     pass"]),
        ("match a:\n    case 1:\n        b", ["", "match a:;     case 1:;         pass"]),
        ("[a for a in b if c]", ["", "[a for a in b]"]),
        ("f'{a}b'", ["", "f'b'", "f'{a}'"]),
    ],
)
def test_drop(source: str, less: list[str]) -> None:
    assert set(less) <= set(all_by(source, "drop"))


@pytest.mark.parametrize(
    ("source", "less"),
    [
        ("{a: 1, **b}", ["{**b}", "{a: 1}"]),
        ("def f(a, b=1):\n    pass", ["def f(b=1):;     pass", "def f(a):;     pass"]),
        (
            "def f(a, /, b=1, c=2):\n    pass",
            ["def f(a, /, c=2):;     pass", "def f(a, /, b=1):;     pass"],
        ),
    ],
)
def test_items_and_parameters(source: str, less: list[str]) -> None:
    assert all_by(source, "item", "parameter") == less


@pytest.mark.parametrize(
    ("source", "less"),
    [
        ("if a:\n    b\nelse:\n    c", ["b", "c"]),
        ("while a:\n    b; c", ["b; c"]),
        ("for a in [1, 2]:\n    b(a)", ["a = 1; b(a)"]),
        ("for a in b:\n    c", ["c"]),
        ("if a:\n    if b:\n        c", ["if b:;     c", "if a:;     c"]),
        ("def f():\n    if a:\n        return 1", ["def f():;     return 1"]),
        ("while a:\n    break", []),
    ],
)
def test_what_is_around_gives_way(source: str, less: list[str]) -> None:
    assert all_by(source, "body", "else") == less


@pytest.mark.parametrize(
    ("source", "less"),
    [
        ("f(g(1))", ["g(1)", "f(1)"]),
        ("a().b()", ["a()"]),
        ("a().b", ["a()"]),
        ("a + b", ["a", "b"]),
        ("a if b else c", ["a", "c"]),
        ("a[0]", ["a"]),
        ("-a", ["a"]),
        ("(a := b)", ["b"]),
        ("a(b, c)", []),
    ],
)
def test_children(source: str, less: list[str]) -> None:
    assert sorted(all_by(source, "child")) == sorted(less)


@pytest.mark.parametrize(
    ("source", "less"),
    [
        ("a = b", ["b"]),
        ("a: int = b", ["b", "a = b"]),
        ("a: int", []),
        ("def f(a: int, *b: str) -> int:\n    pass", ["def f(a, *b):;     pass"]),
        ("def f(a):\n    pass", []),
    ],
)
def test_values_and_notes(source: str, less: list[str]) -> None:
    assert all_by(source, "value", "notes") == less


def test_texts_and_numbers() -> None:
    source = "f('one two', 42, 1.5, 7, True, None, b'x')"
    assert all_by(source, "word") == [source.replace("one two", "two"), source.replace(" two", "")]
    assert all_by(source, "zero") == [source.replace("42", "0"), source.replace("1.5", "0")]
    at = next(edit.at for edit in syntax.edits(source) if edit.way == "word")
    for way, left in (("front", "e two"), ("back", "one t"), ("letter", "o")):
        assert f"'{left}'" in str(syntax.edited(source, [Edit(at, way, 2)]))  # type: ignore[arg-type]


def test_a_set_of_nothing_is_no_program() -> None:
    at = [edit for edit in syntax.edits("{1}") if edit.way == "drop"][-1]
    assert syntax.edited("{1}", [at]) in {None, "{*()}"}


def test_what_shows_the_answer_stays() -> None:
    source = "import json\na = [1, 2]\nprint(json.dumps(a, indent=1))"
    assert all_by(source, "drop") == [
        "import json; a = [2]; print(json.dumps(a, indent=1))",
        "import json; a = [1]; print(json.dumps(a, indent=1))",
        "import json; a = [1, 2]; print(json.dumps(a))",
    ]
    assert all_by(source, "empty") == [
        "import json; a = [1, 2]; print(json.dumps([], indent=1))",
        "import json; a = [1, 2]; print(json.dumps({}, indent=1))",
    ]
    assert all_by(source, "inline") == ["import json; print(json.dumps([1, 2], indent=1))"]


def test_functions_are_straightened_one_by_one_or_together() -> None:
    source = "def f():\n    return g()\ndef g():\n    return 1\nprint(f())"
    assert all_by(source, "unfold") == [
        "def g():;     return 1; print(g())",
        "def f():;     return 1; print(f())",
    ]
    both = [edit for edit in syntax.edits(source) if edit.way == "unfold"]
    assert syntax.edited(source, both) == "print(1)"
    twice = "a = b\nb = a\nprint(1)"
    edits = [edit for edit in syntax.edits(twice) if edit.way == "inline"]
    assert syntax.edited(twice, edits) is not None


def test_with_a_statement_go_those_that_read_what_it_binds() -> None:
    source = "a = 1\nb = a\nc = b\nd = 2\nf(d)"
    drops = [edit for edit in syntax.edits(source) if edit.way == "drop"]
    taken = syntax.takes(source, drops)
    assert taken[0] == {0, 1, 2}
    assert taken[2] == {2}
    assert syntax.edited(source, drops[:1]) == "d = 2\nf(d)"
    others = [edit for edit in syntax.edits(source) if edit.way == "value"]
    assert syntax.takes(source, others)[0] == {0}


def test_what_is_no_program_has_no_normal_form() -> None:
    with pytest.raises(SyntaxError):
        syntax.normal("if")
