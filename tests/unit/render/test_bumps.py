"""What the page of a component says against a bump."""

from __future__ import annotations

from dataclasses import replace

from bot.render.bumps import FLOOR, HEIGHT, affected_by, bumps, drift_plot
from bot.render.timeline import EDGE, steps
from tests.golden.sample import FINDINGS, REPORT

ENGINE, CLIENT = REPORT.components


def test_each_release_in_the_range_of_a_finding_is_told() -> None:
    (bump,) = bumps(REPORT, ENGINE)
    assert bump.version == "2026.5.9093"
    assert bump.findings == (FINDINGS[0],)
    older = replace(ENGINE, releases=ENGINE.releases[:1])
    assert [one.version for one in bumps(replace(REPORT, components=(older,)), older)] == [
        "2026.5.9093"
    ]


def test_what_is_not_listed_is_told_and_no_other_package_of_it() -> None:
    (bump,) = bumps(REPORT, CLIENT)
    assert bump.version == "3.54.0"
    assert bumps(REPORT, replace(CLIENT, name="x", package="x")) == []


def test_others_break_the_stacks_that_hold_it() -> None:
    assert FINDINGS[0] in affected_by(REPORT, CLIENT)
    assert FINDINGS[0] not in affected_by(REPORT, ENGINE)
    assert affected_by(REPORT, replace(CLIENT, name="nobody")) == []


def test_drift_is_drawn_for_two_releases_or_more() -> None:
    told = steps(REPORT, ENGINE)
    drawn = drift_plot(told)
    assert drawn is not None
    (_, low, old, _), (_, high, new, nats) = drawn.points
    assert (old, new, nats) == ("2026.5.9000", "2026.5.9093", 0.004)
    assert EDGE <= high < low <= HEIGHT - EDGE
    assert drift_plot(told[1:]) is None
    still = [replace(one, drift=0.0) for one in told]
    flat = drift_plot(still)
    assert flat is not None
    assert {y for _, y, _, _ in flat.points} == {HEIGHT - EDGE}
    assert FLOOR > 0
