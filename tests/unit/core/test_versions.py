from __future__ import annotations

import pytest

from bot.core.versions import between, is_prerelease, jump, ordered, parse, road


def test_order_is_that_of_pep_440() -> None:
    found = ["1.10", "junk", "1.9", "1.10rc1", "1.9.post1", "1.9.0", "2!0.1"]
    assert ordered(found) == ("junk", "1.9", "1.9.post1", "1.10rc1", "1.10", "2!0.1")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("1.0", "2.0", ("1.1", "1.2")),
        ("2.0", "1.0", ("1.2", "1.1")),
        ("1.1rc1", "2.0", ("1.1", "1.2", "2.0a1")),
        ("1.1", "2.0a1", ("1.2",)),
        ("1.0", "1.0", ()),
        ("junk", "2.0", ()),
        ("1.0", "junk", ()),
    ],
)
def test_between(low: str, high: str, expected: tuple[str, ...]) -> None:
    found = ["2.0", "1.2", "1.1", "1.0", "1.1rc1", "2.0a1", "junk", "1.1.0"]
    assert between(found, low, high) == expected
    assert road(found, low, high) == (low, *expected, high)


@pytest.mark.parametrize(
    ("text", "early"), [("1.0a1", True), ("1.0.dev3", True), ("1.0.post1", False), ("?", False)]
)
def test_is_prerelease(text: str, *, early: bool) -> None:
    assert is_prerelease(text) is early


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [
        ("1.9", "2.0", 3),
        ("1.9", "1!1.9", 3),
        ("1.9", "1.10", 2),
        ("1.9", "1.9.1", 1),
        ("?", "1", 0),
    ],
)
def test_jump(old: str, new: str, size: int) -> None:
    assert jump(old, new) == size


def test_what_is_no_version_parses_to_nothing() -> None:
    assert parse("not a version") is None
