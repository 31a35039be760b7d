"""One release held against what must hold: the absolute goldens, and the invariants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.behaviour import SEQUENCES, Side, family_of
from bot.core.invariants import Broken, grouped
from bot.core.judge import outcome
from bot.core.model import Failure, Json, Link, Look, Observation, Phase, Probe
from bot.core.outcome import Diverged, Failed
from bot.core.parting import error, failed
from bot.core.signature import signature
from bot.steps.again import Again, invariants
from bot.steps.differ import Subject
from bot.steps.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What is not as it must be: a golden that is missed, an invariant, or a release that stops."""

    probe: str
    link: Link | None
    phase: Phase
    kind: str  # "golden", "invariant" or "failure"
    what: str
    signature: str
    seen: Json = None
    expected: Json = None
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Everything that is wrong with one release; each was seen three times."""

    version: str
    broken: tuple[Wrong, ...]


def check(
    house: House, subject: Subject, side: Side, probes: Sequence[Probe], *, heavy: bool = False
) -> Checked:
    """Return what is wrong with one release, in both sequences and of a fresh engine."""
    if side.stopped is not None:
        return Checked(version=side.version, broken=(_stopped(side.stopped),))
    rows: dict[str, list[Wrong]] = {}
    for probe in probes:
        told = [_wrong(house, probe, side.at(sequence, probe.name)) for sequence in SEQUENCES]
        first = told[0]
        if first is not None and all(one and one.signature == first.signature for one in told):
            rows.setdefault(f"{family_of(probe)}: {first.signature}", []).append(first)
    again = Again(house=house, subjects=(subject, subject), heavy=heavy)
    known = {probe.name: probe for probe in probes}
    again.fresh([known[row[0].probe] for row in rows.values()])
    kept = [
        replace(row[0], signature=name, probes=tuple(one.probe for one in row))
        for name, row in rows.items()
        if _still(house, known[row[0].probe], row[0], again)
    ]
    kept += [_invariant(row) for row in grouped(invariants(house, probes, side))]
    return Checked(version=side.version, broken=tuple(kept))


def _wrong(house: House, probe: Probe, seen: Observation | None) -> Wrong | None:
    if seen is None:
        return None
    told = outcome(_absolute(probe), seen, (), house.comparators)
    match told:
        case Diverged(link=link, diff=diff):
            look = probe.look(link)
            return Wrong(
                probe=probe.name,
                link=link,
                phase=Phase.PROBE,
                kind="golden",
                what=diff,
                signature=signature(told),
                seen=seen.at(link),
                expected=look.golden if look else None,
            )
        case Failed(phase=phase, link=link, message=message, reason=reason):
            if reason.spurious or not _promised(probe):
                return None
            return Wrong(
                probe=probe.name,
                link=link,
                phase=phase,
                kind="failure",
                what=message,
                signature=signature(told),
            )
        case _:
            return None


def _promised(probe: Probe) -> bool:
    """Whether some golden says that this question has an answer."""
    return any(look.absolute for look in probe.looks)


def _absolute(probe: Probe) -> Probe:
    looks: tuple[Look, ...] = tuple(look for look in probe.looks if look.absolute)
    return replace(probe, looks=looks)


def _still(house: House, probe: Probe, wrong: Wrong, again: Again) -> bool:
    told = _wrong(house, probe, again.heard[0, 0, probe.name])
    return told is not None and told.signature == wrong.signature


def _stopped(failure: Failure) -> Wrong:
    return Wrong(
        probe="",
        link=None,
        phase=failure.phase,
        kind="failure",
        what=failure.message,
        signature=failed(failure),
        seen=error(failure),
    )


def _invariant(row: Sequence[Broken]) -> Wrong:
    first = row[0]
    return Wrong(
        probe=first.probe,
        link=first.link,
        phase=Phase.PROBE,
        kind="invariant",
        what=f"{first.invariant}: {first.what}",
        signature=f"{first.probe.partition('/')[0]}: invariant: {first.invariant}",
        probes=tuple(each.probe for each in row),
    )
