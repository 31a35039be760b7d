"""Code or data: which of them differs between two sources."""

from __future__ import annotations

import pytest

from bot.core.data import defined, other_tables, same_code


@pytest.mark.parametrize(
    ("old", "new", "same", "other"),
    [
        ("X = [1, 2]", "X = [1, 3]", True, True),
        ("X = {'a': (1, 2)}", "X = {'a': (1, 2), 'b': (3, 4)}", True, True),
        ("X = [f(1)]", "X = [f(2)]", False, True),
        ("X = [a]", "X = [b]", False, True),
        ("'doc'\nX = {1}", "'other'\nX = {1}", True, False),
        ("__version__ = '1'", "__version__ = '2'", True, False),
        ("X = 1", "X = 2", False, True),
    ],
)
def test_only_tables_may_differ_in_the_same_code(
    old: str, new: str, same: bool, other: bool
) -> None:
    assert same_code(old, new) is same
    assert other_tables(old, new) is other


def test_what_is_no_source_is_never_the_same() -> None:
    assert not same_code("print 1", "print 1")


def test_definitions_are_found_without_a_parser() -> None:
    assert defined("class A:\n    async def b(self): ...\ndef c(): ...\nx = 1\n") == {"A", "b", "c"}
