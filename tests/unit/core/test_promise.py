"""What the step from one version to the next promised."""

from __future__ import annotations

import pytest

from bot.core.promise import Promise, patch, promised


@pytest.mark.parametrize(
    ("old", "new", "promise"),
    [
        ("1.9", "2.0", Promise.MAY_BREAK),
        ("2.0", "1.9", Promise.MAY_BREAK),
        ("1.8", "1.9", Promise.KEEPS),
        ("1.8.1", "1.8.2", Promise.KEEPS),
        ("0.8", "0.9", Promise.MAY_BREAK),
        ("0.8.1", "0.8.2", Promise.KEEPS),
        ("0.0.1", "0.0.2", Promise.MAY_BREAK),
        ("0.9", "1.0", Promise.MAY_BREAK),
        ("2024.1", "2025.1", Promise.NONE),
        ("", "1.0", Promise.NONE),
    ],
)
def test_a_promise_is_read_from_the_versions(old: str, new: str, promise: Promise) -> None:
    assert promised(old, new) is promise


def test_a_patch_changes_the_third_number_only() -> None:
    assert patch("1.2.3", "1.2.4")
    assert not patch("1.2.3", "1.3.0")
    assert not patch("", "1.3.0")
