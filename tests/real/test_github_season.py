"""Whatever goes wrong between the program and GitHub, a season of issues ends as it should.

Twelve faults by default, one of each kind that takes no minute; STACKMATRIX_FAULTS says how many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real.github_season import FILE, KINDS, NAMES, SYNC, Season, live, season
from tests.real.github_world import ROOMS, World, world

pytestmark = [pytest.mark.real, pytest.mark.network]
EACH = 12  # faults in a season
FAULTS = int(os.environ.get("STACKMATRIX_FAULTS", EACH))
PLACES = iter([(f"owner/engine-{at}", f"owner/engine-{at + 1}") for at in range(0, ROOMS, 2)])
BEGINNING = ["explain", "reduce", "draft", "approve", "file"]
EXPECTED: dict[str, object] = {
    "pages": ["open"],
    NAMES[0]: {
        "steps": [*BEGINNING, "fix", "verify", "close", "reopen"],
        "refused": 0,
        "issue": "open reopened",
        "edited": False,
        "said": [
            "Thank you. `2.0` will be tested; this closes when it is seen to be good.",
            "Fixed in `2.0`, as measured. Thank you.",
            "This is seen again in 2.1, so it is open again.",
        ],
    },
    NAMES[1]: {
        "steps": [*BEGINNING, "invalid"],
        "refused": 0,
        "issue": "closed not_planned",
        "edited": False,
        "said": ["Thank you, and sorry for the noise. This is withdrawn, and counted as ours."],
    },
    NAMES[2]: {
        "steps": [*BEGINNING, "retract"],
        "refused": 0,
        "issue": "closed not_planned",
        "edited": True,
        "said": [
            "Noted: `2.0` waits to be tested, in a container without a network while it is asked.",
            "our mistake",
        ],
    },
    "answers": [f"{NAMES[0]} fix", f"{NAMES[1]} invalid", f"{NAMES[2]} test"],
}


def kinds(seed: int) -> list[str]:
    """Return the faults of a season: in the first, every kind that takes no minute."""
    dice = random.Random(seed)
    some = [kind for kind in KINDS if kind != "late"] if seed == 0 else list(KINDS)
    dice.shuffle(some)
    return some[:EACH]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("github")) as made:
        yield made


@contextmanager
def begun(whole: World, folder: Path, seed: int, faults: list[str]) -> Iterator[Season]:
    with season(whole, next(PLACES), folder / "season", seed, faults) as made:
        yield made
        assert made.recorder.violations == []


@pytest.mark.parametrize("seed", range(-(-FAULTS // EACH)))
def test_a_season_ends_as_one_without_faults(whole: World, tmp_path: Path, seed: int) -> None:
    with begun(whole, tmp_path, seed, kinds(seed)) as here:
        live(here)
        assert here.outcome() == EXPECTED
        assert here.trouble == []
        assert here.struck.total() == EACH


BLIND = """\
from bot.trackers.github import GitHub
GitHub._every = lambda *_: ()
"""
FORGETFUL = """\
from bot.effects.threads import Threads
Threads._said = lambda *_: ()
"""
UNAWARE = """\
from bot.steps import filing
filing._arrived = lambda *_: False
"""


@pytest.mark.parametrize(
    ("sabotage", "fault", "says"),
    [
        (BLIND, "killed: after", f"twice: {NAMES[0]}"),
        (FORGETFUL, "after", "twice: Thank you."),
        (UNAWARE, "killed: after", "is approved, and its issue is there"),
    ],
)
def test_the_judge_sees_what_it_is_there_to_see(
    whole: World, tmp_path: Path, sabotage: str, fault: str, says: str
) -> None:
    """The search for the fingerprint, for what was said, for what arrived: each switched off."""
    with begun(whole, tmp_path, 0, []) as here:
        here.begin()
        here.sabotage = sabotage
        here.faults = [fault] if sabotage is not FORGETFUL else []
        here.aim = 2 if sabotage is UNAWARE else 0
        here.pursue(*FILE, faults=1)
        if sabotage is FORGETFUL:
            here.order(NAMES[0], "fix 2.0")
            here.faults = [fault]
            here.pursue(*SYNC, faults=1)
        assert here.struck == {fault: 1}
        here.trouble += here.doubles() + here.untold()
        assert any(says in line for line in here.trouble), here.trouble
