r"""Where two observations of one probe part: values at a link, errors, links that come or go.

The first link in causal order that somebody promised ends the search: what comes after it is its
consequence. What nobody specified is told too, and hides nothing behind it.

>>> look = Look(link=Link.TEXT, compare="text")
>>> probe = Probe(name="chat/hi", ask="chat", request={}, looks=(look,))
>>> seen = [Observation(probe="chat/hi", seen=((Link.TEXT, text),)) for text in ("a", "b")]
>>> def compare(one, other, _reruns):
...     return None if one == other else Difference(text=f"- {one}\n+ {other}", shape="text")
>>> [(each.link.value, each.signature) for each in partings(probe, *seen, {"text": compare})]
[('text', 'diverged:text:text')]
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.difference import Comparator, Difference
from bot.core.model import (
    NOT_EXPOSED,
    Authority,
    Failure,
    Json,
    Link,
    Look,
    Observation,
    Phase,
    Probe,
)
from bot.core.outcome import Diverged, Failed
from bot.core.signature import signature

ORDERLY = frozenset({Link.REQUEST, Link.MESSAGE, Link.USAGE})  # where the order of keys can be seen
ANSWER = frozenset({Link.STREAM, Link.MESSAGE})  # what counts of tokens are told along with


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """Where two observations of one probe part, and how: the values there, or the errors."""

    link: Link | None
    phase: Phase
    authority: Authority
    old: Json
    new: Json
    signature: str
    text: str = ""


def partings(
    probe: Probe,
    old: Observation,
    new: Observation,
    comparators: Mapping[str, Comparator],
    reruns: Sequence[Observation] = (),
) -> Iterator[Parting]:
    """Yield where two observations of `probe` part, up to the first link that somebody promised.

    `reruns` are repeats of the old side: what varies there by itself is no difference. Links that
    come or go together are told once, at the first of them.
    """
    if spurious(old.failure) or spurious(new.failure):
        return
    exposed: list[tuple[Link, str]] = []
    for look in _in_order(probe):
        if _stops(old, look, probe) or _stops(new, look, probe):
            yield from _failing(look, old, new, probe)
            return
        parting = _parting(look, old, new, comparators[look.compare], reruns)
        if parting is None:
            continue
        if NOT_EXPOSED in (parting.old, parting.new):
            exposed.append((look.link, parting.text))
            if _follows(exposed):
                continue
        yield parting
        if parting.authority is not Authority.UNSPECIFIED:
            return


def _follows(exposed: Sequence[tuple[Link, str]]) -> bool:
    """Whether the last link that came or went did so with an earlier one.

    Counts come with the answer, whatever an engine shows of its inside: with that alone they are
    a fact of their own.
    """
    *before, (link, how) = exposed
    earlier = {each for each, told in before if told == how}
    return bool(earlier & ANSWER if link is Link.USAGE else earlier)


def spurious(failure: Failure | None) -> bool:
    """Whether the machine, and not the stack, stopped it."""
    return failure is not None and failure.reason.spurious


def _in_order(probe: Probe) -> list[Look]:
    return sorted(probe.looks, key=lambda look: list(Link).index(look.link))


def _stops(seen: Observation, look: Look, probe: Probe) -> bool:
    """Whether `seen` failed when this link was asked; a failure of no link is one of the first."""
    if seen.failure is None:
        return False
    links = [each.link for each in _in_order(probe)]
    at = seen.failure.link if seen.failure.link in links else links[0]
    return at is look.link


def _failing(look: Look, old: Observation, new: Observation, probe: Probe) -> Iterator[Parting]:
    before = old.failure if _stops(old, look, probe) else None
    after = new.failure if _stops(new, look, probe) else None
    if before and after:
        if failed(before) == failed(after):
            return
        alike = (before.phase, before.reason) == (after.phase, after.reason)
        authority = Authority.UNSPECIFIED if alike else look.authority
        told = f"changed:{failed(after)}"
    else:  # where nothing in particular was promised, an answer was
        unspecified = look.authority is Authority.UNSPECIFIED
        authority = Authority.IMPLIED if unspecified else look.authority
        told = failed(after) if after else f"recovered:{failed(before)}" if before else ""
    yield Parting(
        link=look.link,
        phase=Phase.PROBE,
        authority=authority,
        old=error(before) if before else old.at(look.link),
        new=error(after) if after else new.at(look.link),
        signature=told,
        text=f"- {_words(before)}\n+ {_words(after)}",
    )


def failed(failure: Failure) -> str:
    """Return the signature of a failure, with the link where it happened."""
    told = Failed(phase=failure.phase, reason=failure.reason, message=failure.message)
    at = f"{failure.link}:" if failure.link else ""
    return f"{at}{signature(told)}"


def error(failure: Failure) -> dict[str, Json]:
    """Return a failure as the value that stands in a link's place."""
    return {"error": failure.message, "phase": failure.phase.value, "reason": failure.reason.value}


def _words(failure: Failure | None) -> str:
    return failure.message if failure else "answered"


def _parting(
    look: Look,
    old: Observation,
    new: Observation,
    compare: Comparator,
    reruns: Sequence[Observation],
) -> Parting | None:
    left, right = old.at(look.link), new.at(look.link)
    authority = look.authority
    found: Difference | None
    if NOT_EXPOSED in (left, right):
        if left == right:
            return None
        authority = Authority.UNSPECIFIED
        shape = "not exposed any more" if right == NOT_EXPOSED else "exposed now"
        found = Difference(text=shape, shape=shape)
    else:
        found = compare(left, right, tuple(one.at(look.link) for one in reruns))
    if found is None and look.link in ORDERLY and _written(left) != _written(right):
        found = _reordered(left, right)
        authority = Authority.UNSPECIFIED
    if found is None:
        return None
    told = signature(Diverged(link=look.link, diff="", shape=found.shape))
    return Parting(
        link=look.link,
        phase=Phase.PROBE,
        authority=authority,
        old=left,
        new=right,
        signature=told,
        text=found.text,
    )


def _reordered(left: Json, right: Json) -> Difference | None:
    """Equal content whose keys come in another order."""
    if _written(left, in_order=True) != _written(right, in_order=True):
        return None
    text = f"- {_written(left)}\n+ {_written(right)}"
    return Difference(text=text, shape="keys in another order")


def _written(value: Json, *, in_order: bool = False) -> str:
    return json.dumps(value, sort_keys=in_order, ensure_ascii=True)


def stopping(before: Failure | None, after: Failure | None) -> Parting | None:
    """Return how two releases part of which one, or both, cannot be asked, each with its cause."""
    if spurious(before) or spurious(after) or (before is None and after is None):
        return None
    if before and after and failed(before) == failed(after):
        return None
    told = failed(after) if after else f"recovered:{failed(before)}" if before else ""
    if before and after:
        told = f"changed:{told}"
    stopped = after or before
    return Parting(
        link=None,
        phase=stopped.phase if stopped else Phase.START,
        authority=Authority.IMPLIED,
        old=error(before) if before else None,
        new=error(after) if after else None,
        signature=told,
        text=f"- {_words(before)}\n+ {_words(after)}",
    )
