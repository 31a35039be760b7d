from __future__ import annotations

from dataclasses import replace

from bot.render.timeline import EDGE, FEW, UNTRIED, WIDTH, before_any, steps, together
from tests.golden.sample import ALL_NEWEST, CELLS, REPORT

ENGINE, CLIENT = REPORT.components


def test_releases_lie_in_time_with_the_words_of_the_cells_that_tried_them() -> None:
    old, new = steps(REPORT, ENGINE)
    assert (old.x, new.x) == (EDGE, WIDTH - EDGE)
    assert (old.word, old.tone) == ("baseline", "good")
    assert (new.word, new.tone) == ("regressed", "bad")
    assert new.tried == (("chat", "regressed", id(CELLS[1])),)
    assert new.uploaded == "2026-11-22"


def test_a_release_without_a_time_or_a_trial_is_told_all_the_same() -> None:
    undated = replace(ENGINE.releases[0], uploaded=None, version="9")
    (one,) = steps(REPORT, replace(ENGINE, releases=(undated,)))
    assert (one.x, one.uploaded, one.word, one.tone) == (None, "", UNTRIED, "grey")
    (lone,) = steps(REPORT, replace(ENGINE, releases=ENGINE.releases[:1]))
    assert lone.x == WIDTH / 2
    assert steps(REPORT, CLIENT) == []


def test_what_a_component_stood_beside() -> None:
    told = together(REPORT, "openai")
    assert len(told) == sum(cell.cell is not None for cell in CELLS)
    newest = next(one for one in told if one.cell == id(CELLS[3]))
    assert (newest.version, newest.others) == ("3.54.0", (ALL_NEWEST.components[0],))
    assert together(REPORT, "nobody") == []


def test_many_releases_before_the_first_that_was_tried_are_folded_away() -> None:
    tried = steps(REPORT, ENGINE)
    untried = [replace(tried[0], tried=())]
    assert before_any(tried) == 0
    assert before_any([*untried * FEW, *tried]) == 0
    assert before_any([*untried * (FEW + 1), *tried]) == FEW + 1
    assert before_any(untried * (FEW + 1)) == FEW + 1
