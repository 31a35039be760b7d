"""One issue for one release of which several things are to be told: its findings, one by one.

>>> fingerprint("engine", "2.0") == fingerprint("engine", "2.0")
True
>>> len(fingerprint("engine", "2.1"))
16
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.draft import LIMIT, inline_title
from bot.core.facts import Drafted
from bot.core.life import Life, State
from bot.core.model import digest
from bot.core.policy import same
from bot.core.press import sections
from bot.core.sanitise import code, inline
from bot.core.traits import Traits

MANY: Final = 3  # findings of one release that are still told one by one

LISTED: Final = 150  # findings that are only named, after those that are shown

FEW: Final = 3  # parts of a draft in a target's form that are shown in an umbrella

_COUNTED = frozenset(
    {State.DRAFTED, State.APPROVED, State.FILED, State.ACKNOWLEDGED, State.REOPENED}
)
_PARTS: Final = ("How to see it", "What differs")  # of each draft, as far as there is room
_STAGES: Final = ((50, 6000), (50, 2000), (100, 500), (300, 0))  # findings, characters of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One finding of an umbrella, with its draft; all of it was made harmless before."""

    finding: str
    title: str
    body: str


def fingerprint(package: str, version: str) -> str:
    """Return the name of an umbrella: nothing of the installation is in it."""
    return digest(["everything of one release", package, version])[:16]


def umbrellas(
    lives: Mapping[str, Life], drafted: Mapping[str, Drafted], private: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return, for each finding of a release with more than `MANY`, all findings of that release."""
    by: dict[tuple[str, str, str], list[str]] = {}
    for name, life in lives.items():
        told = drafted.get(name)
        if told and told.traits.first_bad and life.state in _COUNTED and name not in private:
            place = (same(told.target), told.traits.package, told.traits.first_bad)
            by.setdefault(place, []).append(name)
    return {name: tuple(names) for names in by.values() if len(names) > MANY for name in names}


def text(traits: Traits, parts: Sequence[Part]) -> tuple[str, str]:
    """Return title and body of an umbrella over `parts`, at most `LIMIT` characters, by stages."""
    release = f"{traits.package} {traits.first_bad}"
    title = inline_title(f"[stackmatrix] {release}: {len(parts)} changes of behaviour")
    body = ""
    for count, room in _STAGES:
        body = "\n\n".join(_body(traits, parts, count, room)) + "\n"
        if len(body) <= LIMIT:
            break
    return title, body


def _body(traits: Traits, parts: Sequence[Part], count: int, room: int) -> Iterator[str]:
    yield (
        f"{len(parts)} changes of behaviour came with {code(traits.package)} "
        f"{inline(traits.first_bad)}, of which each was traced to it, and proved, on its own."
    )
    for part in parts[:count]:
        yield f"## {inline(part.title)}"
        found = sections(part.body)
        for name in _shown(found) if room else ():
            if len(found[name]) <= room:
                yield f"### {name}\n\n{found[name]}"
            else:
                yield f"### {name}\n\nToo long to show here."
        yield f"(finding {code(part.finding)})"
    rest = parts[count : count + LISTED]
    if rest:
        yield "## Also"
        yield "\n".join(f"* {inline(one.title)} (finding {code(one.finding)})" for one in rest)
    if len(parts) > count + LISTED:
        yield f"And {len(parts) - count - LISTED} more."
    answer = sections(parts[0].body).get("How to answer", "")
    yield "## How to answer"
    yield answer.partition("\n\nFinding:")[0] or "I am stackmatrix, a bot, and I may err."
    yield f"Release: `{fingerprint(traits.package, traits.first_bad)}`"


def _shown(found: Mapping[str, str]) -> tuple[str, ...]:
    """Return the parts of a draft that are shown; of one in a target's form, what is long there."""
    usual = tuple(name for name in _PARTS if name in found)
    told = (name for name in found if name != "How to answer" and "\n" in found[name])
    return usual if len(usual) == len(_PARTS) else tuple(told)[:FEW]
