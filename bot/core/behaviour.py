r"""What can be seen to differ between two releases, also where nothing is wrong.

Both sides were asked the same probes in the same orders. Where they part, the first link in
causal order names the place; what nobody specified is listed too, and hides nothing behind it.
A divergence counts once it was seen again in a third, fresh run.

>>> look = Look(link=Link.TEXT, compare="text")
>>> probe = Probe(name="chat/hi", ask="chat", request={"stream": True}, looks=(look,))
>>> mode_of(probe), family_of(probe)
('streamed', 'chat')
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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

SEQUENCES = ("a", "b")
CONCURRENT = frozenset({"neighbours"})  # the kinds of question that ask several things at once
ORDERLY = frozenset({Link.REQUEST, Link.MESSAGE, Link.USAGE})  # where the order of keys can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One release, asked: what it showed in each sequence, by probe, or what stopped it."""

    version: str
    stopped: Failure | None = None
    seen: Mapping[str, Mapping[str, Observation]] = field(default_factory=dict)

    def at(self, sequence: str, probe: str) -> Observation | None:
        """Return what was seen of `probe` in `sequence`."""
        return self.seen.get(sequence, {}).get(probe)

    def repeats(self, probe: str) -> tuple[Observation, ...]:
        """Return everything that was seen of `probe`, the side's own noise."""
        return tuple(runs[probe] for runs in self.seen.values() if probe in runs)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A parting of one probe, and the sequences in which it was seen."""

    probe: Probe
    parting: Parting
    sequences: tuple[str, ...]

    @property
    def row(self) -> str:
        """What it is listed under: family, mode and signature."""
        return f"{family_of(self.probe)}: {mode_of(self.probe)}: {self.parting.signature}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """One row of a behavioural changelog: a parting that was reproduced, and whom it concerns."""

    probe: str
    parting: Parting
    mode: str
    signature: str
    probes: tuple[str, ...] = ()
    right: str = ""  # which side is as the golden says: "old", "new", "neither" or "" for none


def family_of(probe: Probe) -> str:
    """Return the family of a probe."""
    return probe.name.partition("/")[0]


def mode_of(probe: Probe) -> str:
    """Return how a probe asks: `streamed`, `concurrent` or `plain`."""
    if probe.ask in CONCURRENT:
        return "concurrent"
    streamed = isinstance(probe.request, dict) and probe.request.get("stream") is True
    return "streamed" if streamed else "plain"


def candidates(
    probes: Sequence[Probe], old: Side, new: Side, comparators: Mapping[str, Comparator]
) -> tuple[Candidate, ...]:
    """Return every parting of the two sides, in the order of `probes`."""
    return tuple(
        candidate for probe in probes for candidate in _of_probe(probe, old, new, comparators)
    )


def _of_probe(
    probe: Probe, old: Side, new: Side, comparators: Mapping[str, Comparator]
) -> Iterator[Candidate]:
    found: dict[tuple[Link | None, str], tuple[Parting, list[str]]] = {}
    reruns = old.repeats(probe.name)
    for sequence in SEQUENCES:
        before, after = old.at(sequence, probe.name), new.at(sequence, probe.name)
        if before is None or after is None:
            continue
        for parting in partings(probe, before, after, comparators, reruns):
            key = (parting.link, parting.signature)
            found.setdefault(key, (parting, []))[1].append(sequence)
    for parting, sequences in found.values():
        yield Candidate(probe=probe, parting=parting, sequences=tuple(sequences))


def partings(
    probe: Probe,
    old: Observation,
    new: Observation,
    comparators: Mapping[str, Comparator],
    reruns: Sequence[Observation] = (),
) -> Iterator[Parting]:
    """Yield where two observations of `probe` part, up to the first link that somebody promised.

    `reruns` are repeats of the old side: what varies there by itself is no difference.
    """
    if spurious(old.failure) or spurious(new.failure):
        return
    for look in _in_order(probe):
        if _stops(old, look, probe) or _stops(new, look, probe):
            yield from _failing(look, old, new, probe)
            return
        parting = _parting(look, old, new, comparators[look.compare], reruns)
        if parting is not None:
            yield parting
            if parting.authority is not Authority.UNSPECIFIED:
                return


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


def error(failure: Failure) -> Json:
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


def rows(found: Sequence[Candidate]) -> Mapping[str, tuple[Candidate, ...]]:
    """Group candidates into rows; the first of each row is asked again first."""
    grouped: dict[str, list[Candidate]] = {}
    for candidate in found:
        grouped.setdefault(candidate.row, []).append(candidate)
    return {row: tuple(each) for row, each in grouped.items()}


def divergence(
    row: Sequence[Candidate], shown: Candidate, mode: str, comparators: Mapping[str, Comparator]
) -> Divergence:
    """Return the row of a changelog whose `shown` candidate was reproduced in `mode`."""
    name = f"{family_of(shown.probe)}: {mode}: {shown.parting.signature}"
    return Divergence(
        probe=shown.probe.name,
        parting=shown.parting,
        mode=mode,
        signature=name,
        probes=tuple(candidate.probe.name for candidate in row),
        right=_right(shown, comparators),
    )


def _right(shown: Candidate, comparators: Mapping[str, Comparator]) -> str:
    """Which side is as the absolute golden says, where there is one."""
    link = shown.parting.link
    look = shown.probe.look(link) if link else None
    if look is None or not look.absolute:
        return ""
    compare = comparators[look.compare]
    held = [
        not _is_error(value) and compare(look.golden, value, ()) is None
        for value in (shown.parting.old, shown.parting.new)
    ]
    return {(True, False): "old", (False, True): "new", (False, False): "neither"}.get(
        (held[0], held[1]), ""
    )


def _is_error(value: Json) -> bool:
    return isinstance(value, dict) and {"error", "phase", "reason"} <= set(value)


def stopping(old: Side, new: Side) -> Parting | None:
    """Return how two sides part before anything was asked, at installation or start."""
    before, after = old.stopped, new.stopped
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


def swapped(probe: Probe, link: Link, value: Json) -> Probe:
    """Return `probe` with one side's value at `link` fed into the rest of the chain."""
    order = list(Link)
    looks = tuple(look for look in probe.looks if order.index(look.link) > order.index(link))
    return replace(probe, given=((link, value),), looks=looks)
