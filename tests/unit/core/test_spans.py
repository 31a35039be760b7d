from __future__ import annotations

import pytest

from bot.core.spans import mistake, within


@pytest.mark.parametrize(
    ("span", "version", "scheme", "found"),
    [
        (">=1.4,<2", "1.9.post1", "pep440", True),
        ("<2", "2.0rc1", "pep440", False),
        ("<2", "what", "pep440", False),
        ("~=1.4", "1.9.0", "semver", True),
        ("<2.0.0", "2.0.0-beta.3", "semver", False),
        ("<=2.0.0", "2.0.0-beta.3", "semver", True),
        (">1.0.0", "1.0.1-next.3", "semver", True),
        (">=b5, <b10", "b9", "build", True),
        (">=b5,<b10", "b10", "build", False),
        ("!=b5", "b5", "build", False),
        ("==b5", "b5", "build", True),
        ("<=b5,>b3", "b4", "build", True),
        ("<0.1.0", "b9999", "build then semver", True),
        (">=2026.1", "25.12", "calendar", False),
    ],
)
def test_within(span: str, version: str, scheme: str, *, found: bool) -> None:
    assert within(span, version, scheme) is found


@pytest.mark.parametrize(
    ("span", "scheme"),
    [("<<2", "pep440"), ("2", "semver"), ("b5", "build"), ("<what", "build"), ("", "build")],
)
def test_what_is_no_specifier(span: str, scheme: str) -> None:
    assert mistake(span, scheme)


def test_a_specifier_in_another_order_has_no_mistake() -> None:
    assert mistake(">=b5,<b7", "build") == ""
    assert mistake("~=1.4", "semver") == ""


def test_a_term_that_cannot_be_read_holds_nothing() -> None:
    assert not within("what", "b5", "build")
    assert not within("<what", "b5", "build")
