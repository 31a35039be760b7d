r"""Link swap: which stage of the chain is guilty, proved by feeding it what the good side had.

At each link the broken stack is handed what the working one showed before it, so it has nothing
but its own stage to go wrong with. Not every component can be handed every value: a server parses
no text that another one generated, it answers a whole request. So each link is asked from the
nearest value that can be fed, and from the bare question at last. What a stack then makes anew on
the way is its own, and a difference counts only where all of that is as in the working stack.
A fault at one link moves that row and no other.

>>> from bot.core.model import Link, Look, Observation, Probe
>>> looks = tuple(Look(link=link, compare="text") for link in (Link.PROMPT, Link.TEXT))
>>> probe = Probe(name="chat/hi", ask="chat", request={}, looks=looks)
>>> good = Observation(probe="chat/hi", seen=((Link.PROMPT, "p"), (Link.TEXT, "t")))
>>> [asked.name for asked in questions(probe, good)]
['chat/hi at prompt', 'chat/hi at text from prompt', 'chat/hi at text']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.difference import Comparator
from bot.core.model import NOT_EXPOSED, Json, Link, Look, Observation, Probe

SAME = "as in the working stack"
DIFFERS = "differs"
NOT_FED = "cannot be fed"
FAILED = "fails"
WRONG = (DIFFERS, FAILED)
ASIDE = frozenset({Link.LOGPROBS, Link.MESSAGE, Link.USAGE})  # nothing else is made of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the broken stack made at `link` of the working stack's own values before it."""

    link: Link
    word: str


def questions(probe: Probe, good: Observation) -> Iterator[Probe]:
    """Yield the questions for each link that the working side showed, in causal order.

    The first of a link is given all that is made before it, each next one a value less.
    """
    order = list(Link)
    for look in sorted(probe.looks, key=lambda look: order.index(look.link)):
        if good.at(look.link) == NOT_EXPOSED:
            continue
        before = _before(look.link, probe, good)
        for length in range(len(before), -1, -1):
            given = before[:length]
            start = f" from {given[-1][0]}" if given else ""
            name = f"{probe.name} at {look.link}{start}"
            yield replace(probe, name=name, looks=(look,), given=given)


def _before(link: Link, probe: Probe, good: Observation) -> tuple[tuple[Link, Json], ...]:
    """Return what `link` is made of: what the working side showed, or was handed as known."""
    had = {**dict(probe.known), **{each: value for each, value in good.seen if _shown(value)}}
    order = list(Link)
    made = order[: order.index(link)]
    return tuple((each, had[each]) for each in made if each in had and each not in ASIDE)


def _shown(value: Json) -> bool:
    return value != NOT_EXPOSED


def stages(
    asked: Sequence[Probe],
    good: Observation,
    told: Mapping[str, Observation],
    comparators: Mapping[str, Comparator],
) -> tuple[Stage, ...]:
    """Return the table: one row for each link that was asked about, in causal order."""
    table: dict[Link, str] = {}
    for link in dict.fromkeys(look.link for probe in asked for look in probe.looks):
        mine = [probe for probe in asked if probe.look(link)]
        table[link] = _stage(mine, table, good, told, comparators)
    return tuple(Stage(link=link, word=word) for link, word in table.items())


def _stage(
    asked: Sequence[Probe],
    table: Mapping[Link, str],
    good: Observation,
    told: Mapping[str, Observation],
    comparators: Mapping[str, Comparator],
) -> str:
    """Return how the link goes wrong by itself from any start, or that it does not."""
    words = [
        word
        for probe in asked
        if (word := _word(probe.looks[0], good, told.get(probe.name), comparators)) == SAME
        or _alone(probe, table)
    ]
    return next((word for word in words if word in WRONG), SAME if SAME in words else NOT_FED)


def _alone(probe: Probe, table: Mapping[Link, str]) -> bool:
    """Whether all that is made anew on the way to the link is as in the working stack."""
    anew = table.keys() - dict(probe.given).keys() - ASIDE
    return not any(table[link] in WRONG for link in anew)


def _word(
    look: Look,
    good: Observation,
    seen: Observation | None,
    comparators: Mapping[str, Comparator],
) -> str:
    if seen is None:
        return NOT_FED
    if seen.failure is not None:
        return FAILED
    value = seen.at(look.link)
    if value == NOT_EXPOSED:
        return NOT_FED
    found = comparators[look.compare](good.at(look.link), value, ())
    return SAME if found is None else DIFFERS


def guilty(table: Sequence[Stage]) -> tuple[Link, ...]:
    """Return the links whose stage goes wrong on good values alone."""
    return tuple(stage.link for stage in table if stage.word in WRONG)
