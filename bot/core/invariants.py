r"""What must hold in every answer, whatever the answer is: nothing here needs a golden.

Each invariant looks at one release alone. It is told where it breaks, with the words of a person
who would report it.

>>> from bot.core.model import Look
>>> ids = Look(link=Link.PROMPT_IDS, compare="ids")
>>> usage = Look(link=Link.USAGE, compare="usage")
>>> probe = Probe(name="chat/hi", ask="chat", request={}, looks=(ids, usage))
>>> seen = Observation(probe="chat/hi", seen=((Link.PROMPT_IDS, [1, 2]),
...                    (Link.USAGE, {"prompt_tokens": 3})))
>>> [each.what for each in broken([probe], {"chat/hi": seen})]
['2 prompt ids were made, and usage counts 3']
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core.behaviour import asked, streams
from bot.core.difference import Comparator
from bot.core.judge import agree
from bot.core.model import NOT_EXPOSED, Json, Link, Observation, Probe

ROUNDING = 1e-6  # nats: as far as float32 rounding lifts the log of a certainty above 0
CERTAIN = 1e-3  # how far chances may add up to more than 1
_STREAMED = "a streamed answer is the plain one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An invariant that does not hold for a probe, and the link where that is seen."""

    probe: str
    link: Link
    invariant: str
    what: str


def broken(probes: Sequence[Probe], seen: Mapping[str, Observation]) -> Iterator[Broken]:
    """Yield every invariant that breaks within one sequence of one release."""
    for probe in probes:
        told = seen.get(probe.name)
        if told is None or told.failure is not None:
            continue
        for name, (link, check) in _ALONE.items():
            what = check(probe, told)
            if what:
                yield Broken(probe=probe.name, link=link, invariant=name, what=what)
    yield from _streamed(probes, seen)


def unsteady(
    probes: Sequence[Probe],
    one: Mapping[str, Observation],
    other: Mapping[str, Observation],
    comparators: Mapping[str, Comparator],
) -> Iterator[Broken]:
    """Yield every probe that was answered in two ways by the same release, at its first link."""
    for probe in probes:
        left, right = one.get(probe.name), other.get(probe.name)
        if left is None or right is None or _stopped_by_the_machine(left, right):
            continue
        if agree(probe, left, right, comparators):
            continue
        links = [look.link for look in probe.looks if left.at(look.link) != right.at(look.link)]
        at = next((link for link in Link if link in links), probe.looks[0].link)
        what = "the same question was answered in two ways"
        yield Broken(probe=probe.name, link=at, invariant="same answer twice", what=what)


def grouped(found: Iterable[Broken]) -> tuple[tuple[Broken, ...], ...]:
    """Put together what is one thing to a person: an invariant at a link, all over a family."""
    rows: dict[tuple[str, Link, str], list[Broken]] = {}
    for each in found:
        rows.setdefault((each.invariant, each.link, each.probe.partition("/")[0]), []).append(each)
    return tuple(tuple(row) for row in rows.values())


def _stopped_by_the_machine(*seen: Observation) -> bool:
    return any(each.failure is not None and each.failure.reason.spurious for each in seen)


def _counted(_probe: Probe, seen: Observation) -> str:
    ids, usage = seen.at(Link.PROMPT_IDS), seen.at(Link.USAGE)
    counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    if not isinstance(ids, list) or not isinstance(counted, int) or len(ids) == counted:
        return ""
    return f"{len(ids)} prompt ids were made, and usage counts {counted}"


def _generated(_probe: Probe, seen: Observation) -> str:
    ids, usage = seen.at(Link.OUTPUT_IDS), seen.at(Link.USAGE)
    counted = usage.get("completion_tokens") if isinstance(usage, dict) else None
    if not isinstance(ids, list) or not isinstance(counted, int):
        return ""
    if counted in (len(ids), len(ids) + 1):  # with the id that ends the turn, or without
        return ""
    return f"{len(ids)} ids were generated, and usage counts {counted}"


def _round_trip(probe: Probe, seen: Observation) -> str:
    """Text that the golden says comes back whole, and does not."""
    look = probe.look(Link.TEXT)
    request = probe.request if isinstance(probe.request, dict) else {}
    text, told = request.get("text"), seen.at(Link.TEXT)
    lossless = probe.ask == "encode" and look is not None and look.golden == text
    asked = isinstance(text, str) and "ids" not in request and "operation" not in request
    if not lossless or not asked or told in (text, NOT_EXPOSED):
        return ""
    return f"{str(text)[:60]!r} came back as {str(told)[:60]!r}"


def _steps(seen: Observation) -> list[dict[str, Json]]:
    told = seen.at(Link.LOGPROBS)
    if not isinstance(told, list):
        return []
    return [step for step in told if isinstance(step, dict) and "logprob" in step]


def _not_positive(_probe: Probe, seen: Observation) -> str:
    for step in _steps(seen):
        if _number(step.get("logprob")) > ROUNDING:
            return f"a log-probability of {step['logprob']}"
    return ""


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _tops(step: Mapping[str, Json]) -> list[float]:
    top = step.get("top")
    pairs = [pair for pair in top if isinstance(pair, list)] if isinstance(top, list) else []
    return [_number(pair[-1]) for pair in pairs if pair and isinstance(pair[-1], int | float)]


def _in_order(_probe: Probe, seen: Observation) -> str:
    for at, step in enumerate(_steps(seen)):
        told = _tops(step)
        if any(after > before + ROUNDING for before, after in pairwise(told)):
            return f"the candidates of token {at} are not in order: {told}"
    return ""


def _at_most_one(_probe: Probe, seen: Observation) -> str:
    for at, step in enumerate(_steps(seen)):
        chances = sum(math.exp(min(value, 50.0)) for value in _tops(step))
        if chances > 1 + CERTAIN:
            return f"the chances of the candidates of token {at} add up to {chances:.3f}"
    return ""


def _one_each(_probe: Probe, seen: Observation) -> str:
    ids, told = seen.at(Link.OUTPUT_IDS), seen.at(Link.LOGPROBS)
    if not isinstance(ids, list) or not isinstance(told, list) or not told:
        return ""
    if len(told) in (len(ids), len(ids) + 1):  # with the id that ends the turn, or without
        return ""
    return f"{len(ids)} ids and {len(told)} log-probabilities"


def _apart_from_others(_probe: Probe, seen: Observation) -> str:
    """What was said in one slot must not be heard in another."""
    told = seen.at(Link.TEXT)
    heard = told.get("foreign canary") if isinstance(told, dict) else None
    return f"heard what was said to another ([round, place, whose]): {heard}" if heard else ""


_ALONE: Mapping[str, tuple[Link, Callable[[Probe, Observation], str]]] = {
    "prompt tokens are counted": (Link.USAGE, _counted),
    "generated tokens are counted": (Link.USAGE, _generated),
    "what is encoded decodes to itself": (Link.TEXT, _round_trip),
    "no log-probability is positive": (Link.LOGPROBS, _not_positive),
    "candidates come in order": (Link.LOGPROBS, _in_order),
    "chances add up to one at most": (Link.LOGPROBS, _at_most_one),
    "one log-probability per token": (Link.LOGPROBS, _one_each),
    "security: nobody hears what was said to another": (Link.TEXT, _apart_from_others),
}


def _streamed(probes: Sequence[Probe], seen: Mapping[str, Observation]) -> Iterator[Broken]:
    """Hold each streamed answer against the plain answer to the same request."""
    plain = {asked(probe): probe.name for probe in probes if not streams(probe)}
    for probe in probes:
        if not streams(probe) or probe.look(Link.MESSAGE) is None:
            continue
        whole, parts = seen.get(plain.get(asked(probe), "")), seen.get(probe.name)
        if whole is None or parts is None or whole.failure or parts.failure:
            continue
        left, right = whole.at(Link.MESSAGE), parts.at(Link.MESSAGE)
        apart = set() if NOT_EXPOSED in (left, right) else _apart(left, right)
        if not apart:
            continue
        what = f"the plain answer is {str(left)[:120]}, the streamed one {str(right)[:120]}"
        name = "a stream says who speaks" if apart == {"role"} else _STREAMED
        yield Broken(probe=probe.name, link=Link.MESSAGE, invariant=name, what=what)


def _apart(one: Json, other: Json) -> set[str]:
    """Name the fields in which two messages differ; null, empty and absent are one here."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return set() if one == other else {"message"}
    return {name for name in {*one, *other} if (one.get(name) or None) != (other.get(name) or None)}
