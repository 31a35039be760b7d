r"""What can be seen to differ between two releases, also where nothing is wrong.

Both sides were asked the same probes in the same orders; `core.parting` says where two answers
part. Partings of one kind, all over a family of probes, are one row of a changelog. A divergence
counts once it was seen again in a third, fresh run.

>>> probe = Probe(name="chat/hi", ask="chat", request={"stream": True}, looks=())
>>> mode_of(probe), family_of(probe)
('streamed', 'chat')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.difference import Comparator
from bot.core.model import Failure, Json, Link, Observation, Probe
from bot.core.parting import Parting, partings

SEQUENCES = ("a", "b")
CONCURRENT = frozenset({"neighbours"})  # the kinds of question that ask several things at once


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
    return "streamed" if streams(probe) else "plain"


def streams(probe: Probe) -> bool:
    """Whether the answer is asked for as a stream."""
    return isinstance(probe.request, dict) and probe.request.get("stream") is True


def asked(probe: Probe) -> str:
    """Return what is asked, the same for a question and for its streamed twin."""
    request = probe.request if isinstance(probe.request, dict) else {}
    kept = {key: value for key, value in request.items() if key not in ("stream", "stream_options")}
    return repr((probe.ask, sorted(kept.items(), key=lambda item: item[0])))


def candidates(
    probes: Sequence[Probe], old: Side, new: Side, comparators: Mapping[str, Comparator]
) -> tuple[Candidate, ...]:
    """Return every parting of the two sides, in the order of `probes`.

    A stream that parts because the answer in it does is told at `message` alone: so it is where
    the answer that is not streamed parts in the same way.
    """
    found = [each for probe in probes for each in _of_probe(probe, old, new, comparators)]
    said = [each for each in found if each.parting.link is Link.MESSAGE]
    plain = {_said(each) for each in said if not streams(each.probe)}
    carried = {each.probe.name for each in said if streams(each.probe) and _said(each) in plain}
    return tuple(
        each
        for each in found
        if each.parting.link is not Link.STREAM or each.probe.name not in carried
    )


def _said(one: Candidate) -> tuple[str, str]:
    return (asked(one.probe), one.parting.signature)


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
