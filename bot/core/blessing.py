r"""Goldens that were seen and not yet agreed to: what to propose, and what nobody uses any more.

A golden is never recorded silently. What the baseline showed may be proposed; a person accepts it
with a reason. A probe of an open finding is left alone: to accept its value would end the finding
by decree.

>>> look = Look(link=Link.TEXT, compare="text", pending=True)
>>> probe = Probe(name="mine/hi", ask="script", request={}, looks=(look,))
>>> seen = Observation(probe="mine/hi", seen=((Link.TEXT, "hello"),))
>>> [one.seen for one in proposals([probe], {"mine/hi": seen}, {}, frozenset())]
['hello']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.difference import Comparator
from bot.core.model import NOT_EXPOSED, Json, Link, Look, Observation, Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value that the baseline showed, and the golden in its place (None: there is none yet)."""

    probe: str
    link: Link
    seen: Json
    golden: Json
    difference: str = ""

    @property
    def name(self) -> str:
        """What a person calls it: `FAMILY/CASE:LINK`."""
        return f"{self.probe}:{self.link}"


def proposals(
    probes: Sequence[Probe],
    seen: Mapping[str, Observation],
    comparators: Mapping[str, Comparator],
    held: frozenset[str],
) -> Iterator[Proposal]:
    """Yield what may be accepted; `held` are the probes of open findings."""
    for probe in probes:
        told = seen.get(probe.name)
        if told is None or told.failure is not None or probe.name in held:
            continue
        for look in probe.looks:
            value = told.at(look.link)
            if value == NOT_EXPOSED:
                continue
            difference = _difference(look, value, comparators)
            if look.pending or difference:
                yield Proposal(
                    probe=probe.name,
                    link=look.link,
                    seen=value,
                    golden=look.golden,
                    difference=difference,
                )


def _difference(look: Look, value: Json, comparators: Mapping[str, Comparator]) -> str:
    if not look.absolute:
        return ""
    found = comparators[look.compare](look.golden, value, ())
    return found.text if found else ""


def accepted(goldens: Mapping[str, Json], key: str, one: Proposal) -> dict[str, Json]:
    """Return the table of goldens with one more value in it, sorted."""
    before = goldens.get(key)
    links = dict(before) if isinstance(before, dict) else {}
    links[one.link.value] = one.seen
    order = [link.value for link in Link]
    whole: dict[str, Json] = {name: links[name] for name in sorted(links, key=order.index)}
    return dict(sorted({**goldens, key: whole}.items()))


def unused(goldens: Mapping[str, Json], keys: frozenset[str]) -> tuple[str, ...]:
    """Return the goldens of a file that no probe is held against."""
    return tuple(sorted(set(goldens) - keys))
