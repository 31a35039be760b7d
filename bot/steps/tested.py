"""What was tested on the way to an explanation, and what each trial showed."""

from __future__ import annotations

from bot.core.facts import Tried
from bot.core.finding import Group
from bot.core.report import Tested
from bot.steps.house import House
from bot.steps.search import Ends, named
from bot.steps.verdicts import observations

LIKE_GOOD = "as the good end"
LIKE_BAD = "as the bad end"


def tested(house: House, cause: Group) -> tuple[Tested, ...]:
    """Return the trials of a finding's search, by name: several were asked at once."""
    known = sorted(name for search, name in house.memory.tried if search == cause.search)
    trials = [house.memory.tried[cause.search, name] for name in known]
    flip = cause.plainest
    good, bad = (observations(house, each.key, flip.probe) for each in (flip.working, flip.broken))
    if not trials or not good or not bad:
        return ()
    ends = Ends(good=good[0], bad=bad[0])
    return tuple(Tested(pinned=each.trial, word=_word(house, cause, each, ends)) for each in trials)


def _word(house: House, cause: Group, tried: Tried, ends: Ends) -> str:
    if tried.observation is None:
        return "does not resolve"
    told = named(house, cause.plainest.probe, tried.observation, ends)
    if told is None:
        return "not told"
    if told == "good":
        return LIKE_GOOD
    return "in another way" if told.startswith("other:") else LIKE_BAD
