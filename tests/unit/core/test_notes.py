"""Which line of the release notes speaks of what was asked."""

from __future__ import annotations

from bot.core.notes import about, is_fix

NOTES = """# Tea

Pour with `pour`.

* `pour` is not a note.

## Release 2.0

### Fixed

- The `Pot.brew()` keeps its lid.

**Changed**

- Use pour(tea) twice, says steep.

## 1.0

- `fill` is new.
"""


def test_only_the_newest_notes_count_and_only_code() -> None:
    assert about({"brew"}, NOTES) == "Fixed: The `Pot.brew()` keeps its lid."
    assert about({"pour"}, NOTES) == "Changed: Use pour(tea) twice, says steep."
    assert about({"steep", "fill"}, NOTES) == ""


def test_short_names_mean_too_much() -> None:
    assert about({"lid"}, NOTES) == ""


def test_a_fix_stands_under_its_heading() -> None:
    assert is_fix("Fixed: x")
    assert is_fix("Security: x")
    assert not is_fix("Changed: a fix")
