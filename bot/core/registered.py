"""A study as it was registered before anything was measured.

An arm is one way in which two answers to the same question may differ in how they came about.

>>> again = Arm(name="again", differs="nothing")
>>> study = Registered(study="s", question="?", sample="", test="", stops="", holds="",
...                    arms=(again,), digest="0f")
>>> study.arm("again").asked, Arm(name="backend", differs="it", across="backend").asked
(True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.model import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What differs between the two answers of a pair, and how the second one is got.

    `options` are told to the drivers of `drivers` besides; `fresh` installs anew; `across` names
    the part of a cell in which two cells differ that were both asked anyway. One that is
    `unanswered` says why.
    """

    name: str
    differs: str
    fresh: bool = False
    options: Mapping[str, Json] = field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    across: str = ""
    unanswered: str = ""

    @property
    def asked(self) -> bool:
        """Whether a second answer is asked for in this arm."""
        return not (self.across or self.unanswered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A study: its words for people, its arms, and the hash of the file that holds them."""

    study: str
    question: str
    sample: str
    test: str
    stops: str
    holds: str
    arms: tuple[Arm, ...]
    digest: str

    def arm(self, name: str) -> Arm:
        """Return an arm by its name."""
        return next(arm for arm in self.arms if arm.name == name)
