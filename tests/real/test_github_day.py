"""One bad day: caps hold, a release is one issue, the dashboard stays readable, limits are kept.

A hundred and twenty findings by default; STACKMATRIX_FINDINGS says how many.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.dashboard import PAGE
from bot.core.draft import named
from tests.real.bad_day import PROJECTS, Spent, call, write
from tests.real.github_world import World, world

pytestmark = [pytest.mark.real, pytest.mark.network]
FINDINGS = int(os.environ.get("STACKMATRIX_FINDINGS", "120"))
OWN, *PLACES = [f"owner/engine-{at}" for at in range(1 + PROJECTS)]
BODY = 65_535  # characters that GitHub takes
WEEKLY = 5  # issues in all that may leave in a week, unless the matrix says more
MINUTELY = 30  # searches that GitHub answers in a minute
SEND = ("issues", "file", "--send")
DASHBOARD = ("issues", "dashboard", "--send")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("github")) as made:
        for place in PLACES:
            replace(made, place=place).write(".github/stackmatrix.yml", "issues: welcome\n")
        yield made


def kept(spent: Spent) -> None:
    """Hold what a call asked of GitHub against GitHub's limits, and its memory against sense."""
    assert spent.apart == 0 or spent.apart >= 1
    assert spent.searches <= MINUTELY
    assert spent.reads < 5000 / 10
    assert spent.megabytes < 300


def test_a_bad_day(there: World, tmp_path: Path) -> None:
    write(tmp_path, PLACES, OWN, FINDINGS)
    for most in (WEEKLY, 0):  # the second call finds the week's room used up
        spent = call(there.recorder, tmp_path, *SEND)
        kept(spent)
        assert len(spent.writes) == most
    issues = {place: replace(there, place=place).issues() for place in PLACES}
    assert [len(found) for found in issues.values()] == [1] * WEEKLY + [0]
    titles = [found[0]["title"] for found in issues.values() if found]
    assert all(re.fullmatch(r"\[stackmatrix\] e \d\.0: \d+ changes of .*", one) for one in titles)
    assert all(len(found[0]["body"]) <= BODY for found in issues.values() if found)

    for writes in (1, 0):
        spent = call(there.recorder, tmp_path, *DASHBOARD)
        kept(spent)
        assert len(spent.writes) == writes
    (page,) = replace(there, place=OWN).issues()
    assert named(page["body"]) == PAGE
    assert len(page["body"]) <= BODY
    headings = re.findall(r"^## (Approved|Filed|What became)", page["body"], re.MULTILINE)
    assert headings == ["Approved", "Filed", "What became"]
    counted = re.search(r"Findings: (\d+) approved.*; (\d+) filed", page["body"])
    assert counted is not None
    assert int(counted[1]) + int(counted[2]) >= FINDINGS - PROJECTS
    assert there.recorder.violations == []
