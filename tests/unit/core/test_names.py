"""What cannot stay when what it reads goes."""

from __future__ import annotations

import ast

import pytest

from bot.core.names import bindings, stranded, unread

PROGRAM = """
import os.path, re as regex
from json import *
lost = 1
def reads(a, *b, c=lost, **d):
    inner = a + lost
    return inner
def hides(lost):
    return lost
async def waits():
    return [lost for lost in regex]
class Holds:
    value = lost
lost += 1
other = hides(2)
try:
    pass
except KeyError as error:
    print(error)
match other:
    case [first, *rest] | {"a": first, **rest}:
        print(first)
    case ast as whole:
        print(whole)
del lost
print(os, other)
"""


def gone(program: str, number: int) -> list[str]:
    tree = ast.parse(program)
    before = bindings(tree)
    del tree.body[number]
    return [ast.unparse(one).splitlines()[0] for one in stranded(tree, before)]


def test_who_reads_a_name_of_the_program() -> None:
    assert gone(PROGRAM, 2) == [
        "def reads(a, *b, c=lost, **d):",
        "class Holds:",
        "lost += 1",
        "del lost",
    ]


@pytest.mark.parametrize(("number", "first"), [(0, "async def waits():"), (4, "other = hides(2)")])
def test_who_reads_what_is_imported_or_defined(number: int, first: str) -> None:
    assert gone(PROGRAM, number)[0] == first


def test_what_is_bound_twice_is_not_lost() -> None:
    assert gone("a = 1\na = 2\nprint(a)", 0) == []


def test_a_name_that_the_language_has_is_not_lost() -> None:
    assert gone("list = 1\nprint(list)", 0) == []


def test_who_reads_a_name_of_a_function() -> None:
    tree = ast.parse("def f():\n    a = 1\n    b = 2\n    print(a)\n    return b")
    before = bindings(tree)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    del function.body[0]
    assert [ast.unparse(one) for one in stranded(tree, before)] == ["print(a)"]


def test_what_nothing_reads() -> None:
    tree = ast.parse("import a, b\nc = b\nd = 1\nprint(d)")
    assert [ast.unparse(one) for one in unread(tree)] == ["c = b"]
