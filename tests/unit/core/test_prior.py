"""How suspect a package is before anything was tried."""

from __future__ import annotations

from bot.core.prior import Evidence, prior


def test_without_a_trace_only_versions_and_names_count() -> None:
    moved = {"tea": ("1.0", "2.0"), "pot": ("1.0", "1.0.1"), "cup": ("", "1")}
    assert prior(moved, {}, [], ["pot"]) == {"tea": 2.0, "pot": 2.0, "cup": 0.8}


def test_what_was_loaded_and_what_stands_in_the_traceback_weighs_more() -> None:
    moved = {"tea": ("1.0", "1.0.1"), "pot": ("1.0", "1.0.1")}
    seen = Evidence(loaded=frozenset({"tea"}), frames=("tea",))
    assert prior(moved, {"tea": ["tea"]}, [seen]) == {"tea": 20.0, "pot": 0.1}
