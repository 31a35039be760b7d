r"""Link swap: which stage of the chain is guilty, proved by feeding it what the good side had.

At each link the broken stack is handed everything that the working one showed before it, so it
has nothing but its own stage to go wrong with. A fault at one link moves that row and no other.

>>> from bot.core.model import Link, Look, Observation, Probe
>>> looks = tuple(Look(link=link, compare="text") for link in (Link.PROMPT, Link.TEXT))
>>> probe = Probe(name="chat/hi", ask="chat", request={}, looks=looks)
>>> good = Observation(probe="chat/hi", seen=((Link.PROMPT, "p"), (Link.TEXT, "t")))
>>> [(asked.looks[0].link.value, len(asked.given)) for asked in questions(probe, good)]
[('prompt', 0), ('text', 1)]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.difference import Comparator
from bot.core.model import NOT_EXPOSED, Link, Look, Observation, Probe

SAME = "as in the working stack"
DIFFERS = "differs"
NOT_FED = "cannot be fed"
FAILED = "fails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the broken stack made at `link` of the working stack's own values before it."""

    link: Link
    word: str


def questions(probe: Probe, good: Observation) -> Iterator[Probe]:
    """Yield one question for each link that the working side showed, in causal order."""
    order = list(Link)
    for look in sorted(probe.looks, key=lambda look: order.index(look.link)):
        if good.at(look.link) == NOT_EXPOSED:
            continue
        before = tuple(
            (link, value)
            for link, value in good.seen
            if order.index(link) < order.index(look.link) and value != NOT_EXPOSED
        )
        yield replace(
            probe, name=f"{probe.name} at {look.link}", looks=(look,), given=before, known=()
        )


def stages(
    asked: Sequence[Probe],
    good: Observation,
    told: Mapping[str, Observation],
    comparators: Mapping[str, Comparator],
) -> tuple[Stage, ...]:
    """Return the table: one row for each question, in causal order."""
    return tuple(
        Stage(link=look.link, word=_word(look, good, told.get(probe.name), comparators))
        for probe in asked
        for look in probe.looks
    )


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
    return tuple(stage.link for stage in table if stage.word in (DIFFERS, FAILED))
