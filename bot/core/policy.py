"""What a user allows to become of a finding, per target: how far it goes, how often, how soon.

A way is how far at most. What it needs besides (an approval, consent at the target, room under
the caps) is asked of the facts each time, and the first obstacle is told in plain words.

>>> rules = Policy(targets={"https://github.com/o/r": Rule(way=Way.FILE)})
>>> rules.rule("https://github.com/O/r.git/").way.value
'file'
>>> rules.rule("https://github.com/vllm-project/vllm").way.value
'press'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bot.core.life import Life, State, Step
from bot.core.standing import Record

FRESH: Final = timedelta(days=1)  # how old the run may be that saw it broken
WEEK: Final = timedelta(days=7)

_REPOSITORY = re.compile(r"https://github\.com/([A-Za-z0-9-]+/[A-Za-z0-9._-]+)")


class Way(StrEnum):
    """How far a finding goes: nowhere, outbox, own repository, a person's press, or the API."""

    OFF = "off"
    DRAFT = "draft"
    OWN = "own"
    PRESS = "press"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for one target; the cap begins at `per_week` and grows with what is accepted.

    `consent` may be the address of a maintainer's comment that welcomes issues of ours.
    """

    way: Way = Way.DRAFT
    per_week: int = 1
    most_per_week: int = 4
    delay_hours: float = 24.0
    consent: str = ""


BY_HAND: Final = frozenset(  # projects that ask for people: see their contributing guides
    {
        "https://github.com/ggml-org/llama.cpp",
        "https://github.com/huggingface/transformers",
        "https://github.com/vllm-project/vllm",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of all targets; `own` is the user's own repository, as `owner/name`."""

    default: Rule = Rule()
    targets: Mapping[str, Rule] = field(default_factory=dict)
    own: str = ""
    all_per_week: int = 5

    def rule(self, target: str) -> Rule:
        """Return what holds for `target`; projects that ask for people get `press` unless told."""
        name = same(target)
        told = {same(each): rule for each, rule in self.targets.items()}
        if name in told:
            return told[name]
        if name in BY_HAND and self.default.way is not Way.OFF:
            return replace(self.default, way=Way.PRESS)
        return self.default

    def place(self, target: str) -> str:
        """Return the repository, `owner/name`, where an issue for `target` goes; or nothing."""
        rule = self.rule(target)
        return self.own if rule.way is Way.OWN else repository(target)


@lru_cache(maxsize=4096)
def same(target: str) -> str:
    """Return a target's address in the one form in which two are compared."""
    address = target if "://" in target else f"https://github.com/{target}"
    return address.strip().lower().rstrip("/").removesuffix(".git")


def repository(target: str) -> str:
    """Return `owner/name` of a target on GitHub; empty for every other one."""
    address = target if "://" in target else f"https://github.com/{target}"
    found = _REPOSITORY.fullmatch(address.rstrip("/").removesuffix(".git"))
    return found[1] if found else ""


def obstacle_here(life: Life, rule: Rule, target: str, told: Record, now: datetime) -> str:
    """Return why a finding cannot go out, as far as can be known without asking anybody."""
    if rule.way in {Way.OFF, Way.DRAFT}:
        return f"the policy for {target} is `{rule.way}`"
    if life.state is not State.APPROVED:
        return f"it is {life.state}, and nobody has approved it"
    if life.when(Step.REDUCE) is None:
        return "no proof of it was verified"
    if told.too_often_wrong and rule.way is not Way.OWN:
        return f"{told.invalid} of what was filed there was invalid: back to drafts"
    since = life.when(Step.DRAFT) or now
    wait = since + timedelta(hours=rule.delay_hours)
    return f"it waits until {wait:%Y-%m-%d %H:%M}, for a mend to come" if now < wait else ""
