"""What is remembered of a finding when it is drafted: what later questions of its life ask.

Which probes show it decides whether a later release mends it; which release brought it, whether
it belongs to others; what it may leak, whether anybody outside may read of it.

>>> leaks([("text", {"foreign canary": [[0, 1, 2]]})])
True
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.core.model import Json

FOREIGN = "foreign canary"  # what guests call words of one session that another one heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """All of it is empty in drafts of earlier releases: then nothing is concluded from it.

    `package` was upgraded from `last_good` to `first_bad`; `tiny`: an engine's behaviour that was
    seen on the tiny model only; `private`: words of one session were heard in another.
    """

    row: str = ""
    probes: tuple[str, ...] = ()
    package: str = ""
    last_good: str = ""
    first_bad: str = ""
    link: str = ""
    signature: str = ""
    scheme: str = "pep440"
    also: tuple[str, ...] = ()  # further rows where it shows
    watched: tuple[str, ...] = ()  # backends
    tiny: bool = False
    private: bool = False
    danger: str = ""  # why it may be no matter for the public


NO_TRAITS: Final = Traits()


def leaks(seen: Iterable[tuple[str, Json]]) -> bool:
    """Whether anything that was seen at any link is another session's."""
    return any(isinstance(value, dict) and bool(value.get(FOREIGN)) for _, value in seen)
