"""From red results to causes: results that one upgrade explains are one finding.

Results are grouped by row, by the component whose release was tried alone, by the first link
that differs and by whether it is for better or worse. What the cell of all newest shows joins
the group of the single release that shows the same; what only it shows is a group of its own.
Whether a group is really one cause is asked of the culprit: see `split`. Once the culprit is
known, a cause has the name that every installation gives it: see `accuse`.

>>> told = ("request", "diverged:request:keys", [("pypi:openai", "1.10.0")])
>>> fingerprint("pypi:openai", *told) == fingerprint("pypi:openai", *told)
True
>>> fingerprint("pypi:openai", *told) == fingerprint("pypi:litellm", *told)
False
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.core.backends import CPU
from bot.core.claims import DECLARED
from bot.core.model import Cell, Json, Link, Probe, digest
from bot.core.outcome import Culprit, Diverged, Failed, Outcome, Verdict
from bot.core.signature import essence, signature

Key: TypeAlias = tuple[str, str, str, bool, str]  # row, component, link, for the better, backend


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One probe whose behaviour moved between a baseline and a cell."""

    row: str
    trigger: str
    cell: Cell
    baseline: Cell
    probe: Probe
    verdict: Verdict
    before: Outcome
    after: Outcome

    @property
    def telling(self) -> Outcome:
        """The outcome that is not good: the one that says what differs."""
        return self.before if self.verdict is Verdict.FIXED else self.after

    @property
    def working(self) -> Cell:
        """The side that is right: the baseline, or the cell where something was fixed."""
        return self.cell if self.verdict is Verdict.FIXED else self.baseline

    @property
    def broken(self) -> Cell:
        """The other side."""
        return self.baseline if self.verdict is Verdict.FIXED else self.cell

    @property
    def component(self) -> str:
        """The component whose release was tried alone; empty for all newest and for mixtures."""
        name, alone, _ = self.trigger.partition("==")
        return name if alone else ""

    @property
    def claim(self) -> str:
        """The declared minimum that was tried, empty for every other cell."""
        return self.trigger if self.trigger.startswith(DECLARED) else ""

    @property
    def link(self) -> Link | None:
        """The first link that differs, or the one where it failed."""
        match self.telling:
            case Diverged(link=link):
                return link
            case Failed(link=where):
                return where
            case _:
                return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Flips that look like one cause. The first flip is the plainest: it stands for all.

    `finding` is its name for everybody once the culprit is known, and `sought` before; `sought`
    is the name under which this installation's ledger keeps the search.
    """

    finding: str
    sought: str
    component: str
    link: Link | None
    signature: str
    flips: tuple[Flip, ...]
    apart: str = ""  # of two causes that look the same, the probe that tells the second
    also: tuple[str, ...] = ()  # further rows where the same culprit does the same

    @property
    def plainest(self) -> Flip:
        """The flip to search with: of the cell nearest to its baseline, the shortest question."""
        return self.flips[0]

    @property
    def search(self) -> str:
        """The name of the search for its culprit: the finding, between these two closures."""
        flip = self.plainest
        ends: list[Json] = [flip.working.closure.digest, flip.broken.closure.digest]
        return f"{self.sought}-{digest([*ends, flip.probe.digest])[:8]}"

    @property
    def probes(self) -> tuple[str, ...]:
        """The names of the probes that show it, each once, the plainest first."""
        names = sorted({flip.probe.name for flip in self.flips})
        first = self.plainest.probe.name
        return (first, *(name for name in names if name != first))


def fingerprint(
    component: str,
    link: str,
    told: str,
    culprits: Iterable[tuple[str, str]],
    *,
    better: bool = False,
    only: str = "",
) -> str:
    """Return the name of a finding: 16 hex digits over nothing that an installation decides.

    `component` is the package whose project is told. `culprits` are packages, each with its source
    (`pypi:httpx`), and their first bad releases: the last good ones depend on what could be tested
    here. `told` is a signature, of which only
    the essence counts; `better` is a repair; `only` is the one backend that shows it, where the
    processor was asked as well and does not.
    """
    named: list[Json] = [list(each) for each in sorted(culprits)]
    more = [*(["for the better"] if better else []), *([f"only on {only}"] if only else [])]
    return digest([component, named, link, essence(told), *more])[:16]


def accuse(cause: Group, source: str, culprits: Sequence[Culprit], only: str = "") -> Group:
    """Return the cause by the name that every installation gives it, as its culprit is known.

    No row, component, probe or chosen version is in it, for those are names of this matrix. What
    nobody was accused of keeps the name of its search: it goes nowhere.
    """
    if not culprits:
        return cause
    simplest = min(cause.flips, key=_simplicity)
    accused = [(f"{source}:{one.package}", one.first_bad) for one in culprits]
    better = simplest.verdict is Verdict.FIXED
    told = signature(simplest.telling)
    link, component = str(cause.link or ""), min(accused)[0]
    name = fingerprint(component, link, told, accused, better=better, only=only)
    return replace(cause, finding=name)


def merged(causes: Iterable[Group]) -> tuple[Group, ...]:
    """Return one cause for each finding: the first stands for all, and names the other rows."""
    found: dict[str, Group] = {}
    for each in causes:
        first = found.setdefault(each.finding, each)
        row = each.plainest.row
        if each is not first and row == first.plainest.row:
            found[each.finding] = replace(first, flips=(*first.flips, *each.flips))
        elif row != first.plainest.row and row not in first.also:
            found[each.finding] = replace(first, also=(*first.also, row))
    return tuple(found.values())


def _sought(row: str, component: str, link: str, told: str, *, better: bool, apart: str) -> str:
    """Return the name of a search in this installation's ledger: 16 hex digits."""
    more = [*(["for the better"] if better else []), *([f"apart: {apart}"] if apart else [])]
    return digest([row, component, link, told, *more])[:16]


def group(flips: Iterable[Flip]) -> tuple[Group, ...]:
    """Return the likely causes behind `flips`, in the order of the matrix."""
    alone: dict[Key, list[Flip]] = {}
    late: list[Flip] = []
    claims: dict[Key, list[Flip]] = {}
    told: set[tuple[str, str]] = set()
    for flip in flips:
        place = (flip.cell.key, flip.probe.name)
        if place in told:  # two triggers that force each other are one cell
            continue
        told.add(place)
        if flip.claim:  # no release did it: its cause is nobody else's
            claims.setdefault(_key(flip, flip.claim), []).append(flip)
        elif not flip.component or flip.cell.backend != CPU:
            late.append(flip)
        else:
            alone.setdefault(_key(flip, flip.component), []).append(flip)
    for flip in late:
        own = _key(flip, flip.component)
        home = next((key for key in alone if _same(flip, alone[key], key)), own)
        alone.setdefault(home, []).append(flip)
    every = {**alone, **claims}
    return tuple(_group(key[1], members, _apart(key)) for key, members in every.items())


def _apart(key: Key) -> str:
    """What shows on one backend only is another cause than what shows on the processor."""
    return "" if key[-1] == CPU else f"on {key[-1]}"


def split(cause: Group, probes: Collection[str]) -> tuple[Group, Group | None]:
    """Return the part of a group that `probes` show, and the rest, which has another cause.

    `probes` hold the plainest one. A rest that looks just like what they show is told apart by
    the name of its own plainest probe.
    """
    assert cause.plainest.probe.name in probes, "the plainest probe shows its own cause"  # noqa: S101
    mine = [flip for flip in cause.flips if flip.probe.name in probes]
    rest = [flip for flip in cause.flips if flip.probe.name not in probes]
    first = _group(cause.component, mine, cause.apart)
    if not rest:
        return first, None
    second = _group(cause.component, rest)
    if second.finding == first.finding or cause.apart:
        second = _group(cause.component, rest, second.plainest.probe.name)
    return first, second


def _key(flip: Flip, component: str) -> Key:
    better = flip.verdict is Verdict.FIXED
    return (flip.row, component, str(flip.link or ""), better, flip.cell.backend)


def _same(flip: Flip, members: Sequence[Flip], key: Key) -> bool:
    """Whether a release tried alone shows what all newest, or another backend, shows as well."""
    return _key(flip, key[1])[:-1] == key[:-1] and any(
        member.probe.name == flip.probe.name
        and signature(member.telling) == signature(flip.telling)
        for member in members
    )


def _group(component: str, members: Sequence[Flip], apart: str = "") -> Group:
    flips = tuple(sorted(members, key=_plainness))
    plainest = flips[0]
    told = signature(plainest.telling)
    link = str(plainest.link or "")
    better = plainest.verdict is Verdict.FIXED
    sought = _sought(plainest.row, component, link, told, better=better, apart=apart)
    return Group(
        finding=sought,
        sought=sought,
        component=component,
        link=plainest.link,
        signature=told,
        flips=flips,
        apart=apart,
    )


def _plainness(flip: Flip) -> tuple[bool, int, int, str]:
    """Near cells first, then short questions: what a search with it costs, and a reader reads."""
    distance = len(moved(flip.baseline.closure.versions, flip.cell.closure.versions))
    return (not flip.component, distance, len(str(flip.probe.request)), flip.probe.name)


def _simplicity(flip: Flip) -> tuple[int, str, str]:
    """The shortest question of all, wherever it was asked: what a cause is named by."""
    return (len(str(flip.probe.request)), flip.probe.digest, signature(flip.telling))


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return (package, version before, version after) for all that differs; "" is not there."""
    names = sorted(before.keys() | after.keys())
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(pair for pair in pairs if pair[1] != pair[2])
