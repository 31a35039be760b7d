"""How same two answers to one question are, and what that comes to for each arm of the study.

>>> from bot.core.model import Link, Observation, Probe
>>> probe = Probe(name="p", ask="chat", request=None, looks=())
>>> def seen(ids, logprob):
...     links = ((Link.OUTPUT_IDS, ids), (Link.LOGPROBS, logprob), (Link.TEXT, "hi"))
...     return Observation(probe="p", seen=links)
>>> level(probe, seen([1, 2], -0.5), seen([1, 2], -0.25), {}).value
'ids'
>>> level(probe, seen([1, 2], -0.5), seen([1, 3], -0.5), {}).value
'text'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.difference import Comparator
from bot.core.judge import agree
from bot.core.model import Link, Observation, Probe
from bot.core.registered import Arm
from bot.core.stats import Rate

IDS = frozenset({Link.PROMPT_IDS, Link.OUTPUT_IDS})
WORDS = frozenset({Link.PROMPT, Link.TEXT, Link.MESSAGE})


class Level(StrEnum):
    """How same two answers are, the most same first; what fails on both sides is no answer."""

    BITWISE = "bitwise"
    IDS = "ids"
    TEXT = "text"
    NOISE = "noise"
    DIFFERENT = "different"
    FAILED = "failed"


LEVELS = (Level.BITWISE, Level.IDS, Level.TEXT, Level.NOISE)  # each holds what those before it do


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two answers to one question: in which arm, of which cells, and how same they are.

    `link` is the first one at which they part, "" where none does.
    """

    arm: str
    row: str
    cell: str
    other: str
    probe: str
    level: Level
    link: str = ""


def paired(
    arm: str,
    place: tuple[str, str, str],
    probe: Probe,
    both: tuple[Observation, Observation],
    comparators: Mapping[str, Comparator],
) -> Pair:
    """Return the pair of two answers; `place` is row, cell and other cell."""
    row, cell, other = place
    return Pair(
        arm=arm,
        row=row,
        cell=cell,
        other=other,
        probe=probe.name,
        level=level(probe, *both, comparators),
        link=_first(*both),
    )


def level(
    probe: Probe, one: Observation, other: Observation, comparators: Mapping[str, Comparator]
) -> Level:
    """Return the first level that two answers have in common."""
    if one.failure or other.failure:
        return Level.FAILED if one.failure and other.failure else Level.DIFFERENT
    if not _first(one, other):
        return Level.BITWISE
    apart = {link for link in Link if one.at(link) != other.at(link)}
    shown = any(link in dict(one.seen) for link in IDS)
    if shown and not apart & (IDS | WORDS):
        return Level.IDS
    if not apart & WORDS:
        return Level.TEXT
    return Level.NOISE if agree(probe, one, other, comparators) else Level.DIFFERENT


def _first(one: Observation, other: Observation) -> str:
    """Return the first link, in causal order, at which two answers differ in any bit."""
    return next((link.value for link in Link if one.at(link) != other.at(link)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an arm came to: a rate for each level, and in how many cells some pair has less.

    `rates` and `cells` go with `LEVELS`; `failed` pairs are in none of them. `links` counts where
    answers part first.
    """

    arm: Arm
    rates: tuple[Rate, ...]
    cells: tuple[Rate, ...]
    failed: int
    links: tuple[tuple[str, int], ...]

    @property
    def asked(self) -> int:
        """How many pairs of answers there are."""
        return self.rates[0].total

    @property
    def verdict(self) -> str:
        """What it comes to, in a sentence; with no pair, why there is none."""
        if not self.asked:
            return f"not answerable here: {self.arm.unanswered or 'no two such cells were asked'}"
        words = (
            "equal to the last bit",
            "equal in ids and words",
            "equal in words",
            "within noise",
        )
        for rate, cells, word in zip(self.rates, self.cells, words, strict=True):
            if rate.hits == rate.total:
                return f"all {rate.total} pairs are {word}; cells: {cells.total}{self._where}"
        rate, cells = self.rates[-1], self.cells[-1]
        apart = rate.total - rate.hits
        told = f"{apart} of {rate.total} pairs differ, in {cells.hits} of {cells.total} cells"
        return f"{told}{self._where}"

    @property
    def _where(self) -> str:
        places = ", ".join(f"{link} ({count})" for link, count in self.links)
        return f"; they part first at {places}" if places else ""


def found(arms: Sequence[Arm], pairs: Iterable[Pair]) -> tuple[Found, ...]:
    """Return what each arm came to, in their order."""
    every = tuple(pairs)
    return tuple(_found(arm, [pair for pair in every if pair.arm == arm.name]) for arm in arms)


def _found(arm: Arm, pairs: Sequence[Pair]) -> Found:
    told = [pair for pair in pairs if pair.level is not Level.FAILED]
    cells = dict.fromkeys((pair.cell, pair.other) for pair in told)
    rates, less = [], []
    for at in range(len(LEVELS)):
        same = LEVELS[: at + 1]
        short = {(pair.cell, pair.other) for pair in told if pair.level not in same}
        hits = sum(pair.level in same for pair in told)
        rates.append(Rate(hits=hits, total=len(told)))
        less.append(Rate(hits=len(short), total=len(cells)))
    links = [pair.link for pair in told if pair.link]
    return Found(
        arm=arm,
        rates=tuple(rates),
        cells=tuple(less),
        failed=len(pairs) - len(told),
        links=tuple((link.value, links.count(link.value)) for link in Link if link.value in links),
    )
