"""What a place itself lets through, held against the rule for it and what became of the others.

>>> obstacle_there(Rule(way=Way.FILE), Standing(name="o/r"), Record())
'nobody at o/r has welcomed issues of a bot'
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.life import Life, State, Step
from bot.core.policy import Rule, Way, same
from bot.core.standing import Record, Standing


def record(lives: Mapping[str, Life], targets: Mapping[str, str], target: str) -> Record:
    """Return what became of the issues filed at `target`; `targets` is by finding."""
    mine = [life for life in lives.values() if same(targets.get(life.finding, "")) == same(target)]
    filed = [life for life in mine if life.when(Step.FILE)]
    good = {Step.ACKNOWLEDGE, Step.FIX, Step.VERIFY}
    return Record(
        filed=len(filed),
        accepted=sum(
            life.state is not State.INVALID and life.when(*good) is not None for life in filed
        ),
        invalid=sum(life.state is State.INVALID for life in filed),
    )


def obstacle_there(rule: Rule, standing: Standing, told: Record) -> str:
    """Return why an issue cannot be filed at a place, by what the place itself says."""
    if standing.refusal:
        return standing.refusal
    if rule.way is Way.FILE and standing.consent is None:
        return f"nobody at {standing.name} has welcomed issues of a bot"
    cap = min(rule.most_per_week, rule.per_week + told.accepted)
    if standing.recent >= cap:
        return f"{standing.recent} issues of stackmatrix in a week at {standing.name}: {cap} may be"
    return ""
