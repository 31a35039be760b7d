"""What could become of a regression before anybody knows of one: whose draft, and how far it goes.

>>> from bot.core.model import Component, Role
>>> tea = Component(name="tea", role=Role.ENGINE, source="pypi", package="tea",
...                 upstream="https://github.com/o/tea")
>>> print(prospect(tea, Policy()))
tea -> draft only (outbox), for https://github.com/o/tea
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model import Component
from bot.core.policy import Policy, Way, repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a regression in `component` would lead to: the way its target has, in words too."""

    component: str
    target: str
    way: Way
    words: str

    def __str__(self) -> str:
        """Say it in a line."""
        whom = f", for {self.target}" if self.target and self.way is not Way.OFF else ""
        return f"{self.component} -> {self.words}{whom}"


def prospect(component: Component, policy: Policy) -> Prospect:
    """Return what the policy lets become of a regression in a component."""
    target = component.upstream
    way = policy.rule(target).way
    place = policy.place(target)
    return Prospect(component=component.name, target=target, way=way, words=_words(way, place))


def _words(way: Way, place: str) -> str:
    """Say how far a way goes; nothing leaves the machine without a person's approval."""
    match way:
        case Way.OFF:
            return "no draft (off)"
        case Way.DRAFT:
            return "draft only (outbox)"
        case Way.OWN:
            return f"draft, then an issue in {place or 'your own repository, which is not named'}"
        case Way.PRESS if repository(place):
            return f"draft, then a filled form at {place} that a person sends"
        case Way.FILE if repository(place):
            return f"draft, then an issue at {place} once it is approved"
        case Way.PRESS | Way.FILE:
            return "draft only (outbox): its target is no repository on GitHub"
