"""Whose answer a program prints."""

from __future__ import annotations

import pytest

from bot.core.asked import answerer, feeds, named


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import json, eye\nprint(json.dumps(eye.see()))", "eye"),
        ("from eye.lid import open as o\nx = o()\nprint(len(x.all[0]))", "eye"),
        ("import eye as e\nclass M(e.Base):\n    pass\nprint(M.look())", "eye"),
        ("import eye\nx = [1 for a in eye.see()]\nprint(x)", "eye"),
        ("import eye\nx = [1, eye.see()]\nprint(x)", "eye"),
        ("import json\nprint(json.dumps(1))", ""),
        ("import eye\nprint([eye.see(i) for i in range(3)])", "eye"),
        ("import eye\neye.see()", ""),
        ("import eye\nasync def f():\n    print((await eye.see()).x)", "eye"),
        ("import eye, pen\nprint(eye.see())\nprint(pen.write())", "pen"),
        ("import eye\nx = x\nprint(x)", ""),
        ("print(unknown)", ""),
        ("from . import eye\nprint(eye)", ""),
        ("import eye\nclass M:\n    pass\nprint(M, (lambda: eye.see())())", "eye"),
        ("import eye\na, b = eye.see()\nprint(await_(b))", ""),
    ],
)
def test_the_last_printed_value_is_followed_to_its_maker(source: str, module: str) -> None:
    assert answerer(source) == module


def test_the_names_that_a_program_uses_are_known() -> None:
    assert named("from a import b\nfrom c import *\nd.e(f=1, **g)\n") == {"b", "e", "f"}


def test_who_writes_for_whom_is_known() -> None:
    source = "import json, pen, eye\nnote = pen.write()\neye.Lid().read(json.dumps(note), pen)\n"
    assert feeds(source) == {("pen", "eye")}
    assert feeds("import pen\npen.write(pen.ink())\nprint(pen.x)\n") == frozenset()
