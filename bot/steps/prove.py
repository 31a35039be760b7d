"""Write the proof of a finding and run its two commands, verbatim, before anybody sees it.

Each is run twice, in a new folder: a proof that holds once may hold by chance.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bot.core.facts import Reduced
from bot.core.finding import Group, moved
from bot.core.model import (
    NOT_EXPOSED,
    Closure,
    Conflict,
    Json,
    Link,
    Observation,
    Reason,
    Requirements,
)
from bot.core.outcome import Explanation
from bot.core.proof import (
    AT_MOST,
    NAME,
    Proof,
    commands,
    expecting,
    failed,
    lines,
    parts,
    short,
    write,
)
from bot.ports import Driver
from bot.steps.close import close
from bot.steps.house import House
from bot.steps.shrink import Sides, Smallest

GUARD_SECONDS = 120.0  # a proof that has not answered by then is stopped, and says nothing
TIMES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The components a proof needs, what starts and shows the link, and what must be seen."""

    drivers: tuple[Driver, ...]
    components: tuple[str, ...]
    body: str
    expected: Json


def prove(
    house: House, group: Group, explanation: Explanation, apart: Sides, small: Smallest
) -> Reduced:
    """Return the smallest proof whose two commands did what they say, or the first that did not.

    Fewer components first: an answer that a plain request shows needs no client.
    """
    house = house.at(group.plainest.cell)
    kept: Reduced | None = None
    for chosen in _choices(house, group, small):
        proof = _proof(house, group, explanation, apart, small, chosen)
        if proof is None or lines(short(proof)[0]) > AT_MOST:
            continue
        reduced = _run(house, group, proof, chosen, small)
        if reduced.verified:
            return reduced
        kept = kept or reduced
    return kept or _without(house, group, small)


def showing(house: House, group: Group) -> Group:
    """Return the cause with a probe first that a file can show: the plainest where none can be."""
    first = group.plainest
    drivers = [house.driver(name) for name, _ in first.cell.components]
    for flip in (one for one in group.flips if one.cell.key == first.cell.key):
        link = group.link or flip.probe.looks[0].link
        if any(driver.show(flip.probe, link) for driver in drivers):
            return replace(group, flips=(flip, *(one for one in group.flips if one is not flip)))
    return group


def _without(house: House, group: Group, small: Smallest) -> Reduced:
    return Reduced(
        finding=group.search,
        request=house.ledger.keep(json.dumps(small.probe.request).encode()),
        repro="",
        fails="",
        passes="",
        verified=False,
        calls=small.calls,
    )


def _choices(house: House, group: Group, small: Smallest) -> Iterator[Chosen]:
    """The ways to see the guilty link with fewer and fewer left out; what was seen, at least."""
    link = _link(group, small)
    names = [name for name, _ in group.plainest.cell.components]
    serving = [name for name in names if house.driver(name).serve()]
    wanted = parts(small.good.at(link), small.bad.at(link))
    asked = [(expecting(small.probe, link, value), value) for value in wanted]
    whole = (expecting(small.probe, link, None), wanted[-1])  # whatever else may come, read as well
    tried = []
    for name, (probe, expected) in product(names, (*asked, whole)):
        driver = house.driver(name)
        shown = driver.show(probe, link)
        if not shown or expected == NOT_EXPOSED or (name, shown, expected) in tried:
            continue
        tried.append((name, shown, expected))
        first = [one for one in serving if one != name] if "base_url" in shown else []
        used = (*first, name)
        drivers = tuple(house.driver(one) for one in used)
        starts = "\n\n".join(each.serve() for each in drivers if "base_url" in shown)
        body = f"{starts}\n\n{shown}"
        yield Chosen(drivers=drivers, components=used, body=body, expected=expected)


def _link(group: Group, small: Smallest) -> Link:
    for side in (small.bad, small.good):
        if side.failure is not None and side.failure.link is not None:
            return side.failure.link
    return group.link or small.probe.looks[0].link


def _proof(
    house: House,
    group: Group,
    explanation: Explanation,
    apart: Sides,
    small: Smallest,
    chosen: Chosen,
) -> Proof | None:
    """Fill in the file, or return None where the culprit has no part in it."""
    needed = _needed(house, group, apart.good, chosen)
    differ = {name for name, _, _ in moved(apart.good.versions, apart.bad.versions)}
    if not {culprit.package for culprit in explanation.culprits} <= set(needed.versions):
        return None
    return Proof(
        title=title(group, explanation),
        shared=tuple(str(pin) for pin in needed.pins if pin.name not in differ),
        wrong=_pins(apart.bad, differ),
        right=_pins(apart.good, differ),
        interpreter=group.plainest.cell.interpreter,
        request=small.probe.request,
        expected=chosen.expected,
        body=chosen.body,
        tolerant=_link(group, small) is Link.LOGPROBS,
        memory_bytes=_guard_memory(house, small.bad),
        seconds=_guard_seconds(small, small.bad),
        files=tuple((name, digest) for name, (digest, _) in _files(house, group, chosen).items()),
    )


def title(group: Group, explanation: Explanation) -> str:
    """Return one line that names the culprits, where behaviour turns, and the link."""
    names = " with ".join(
        f"{culprit.package} {culprit.last_good} -> {culprit.first_bad}"
        for culprit in explanation.culprits
    )
    where = f" at {group.link}" if group.link else ""
    return f"{names}: another answer{where}"


def _pins(side: Closure, differ: set[str]) -> tuple[str, ...]:
    return tuple(str(pin) for pin in side.pins if pin.name in differ)


def _needed(house: House, group: Group, good: Closure, chosen: Chosen) -> Closure:
    """The part of the good closure that the chosen components need."""
    roots = tuple(
        f"{name}=={version}"
        for each in chosen.components
        if (name := house.pinned(each)) and (version := good.version(name))
    )
    interpreter = group.plainest.cell.interpreter
    asked = Requirements(
        pins=roots, prefer=good, cutoff=house.matrix.cutoff, interpreter=interpreter
    )
    answer = close(house, asked)
    return good if isinstance(answer, Conflict) else answer


def _guard_memory(house: House, wrong: Observation) -> int:
    ate = wrong.failure is not None and wrong.failure.reason is Reason.OUT_OF_MEMORY
    return house.matrix.allowance.memory_bytes if ate else 0


def _guard_seconds(small: Smallest, wrong: Observation) -> float:
    hung = wrong.failure is not None and wrong.failure.reason is Reason.TIMEOUT
    return small.probe.seconds if hung else 0.0


def _files(house: House, group: Group, chosen: Chosen) -> Mapping[str, tuple[str, bytes]]:
    model = house.models[group.plainest.cell.model]
    found = {}
    for driver in chosen.drivers:
        for name, path in driver.files(model).items():
            content = path.read_bytes()
            found[name] = (hashlib.sha256(content).hexdigest(), content)
    return found


def _run(house: House, group: Group, proof: Proof, chosen: Chosen, small: Smallest) -> Reduced:
    """Run both commands in new folders; the file is kept whatever they say."""
    proof, more = short(proof)
    text = write(proof)
    files = {name: content for name, (_, content) in _files(house, group, chosen).items()} | more
    fails, passes = commands(proof)
    verified = all(
        _passes(house, line, text, files) is good
        for line, good in ((fails, False), (passes, True)) * TIMES
    )
    return Reduced(
        finding=group.search,
        request=house.ledger.keep(json.dumps(small.probe.request).encode()),
        repro=house.ledger.keep(text.encode()),
        fails=fails,
        passes=passes,
        verified=verified,
        calls=small.calls,
        files=tuple((name, house.ledger.keep(content)) for name, content in files.items()),
    )


def _passes(house: House, line: str, text: str, files: Mapping[str, bytes]) -> bool | None:
    """Return whether the file passed; None where it says neither, such as what cannot install."""
    given = {NAME: text.encode(), **files}
    ran = house.shell.run(shlex.split(line), files=given, seconds=GUARD_SECONDS)
    house.progress.advance("reduce", line)
    if ran.returncode == 0:
        return True
    return False if failed(ran.returncode, ran.output) else None


def holds(house: House, reduced: Reduced) -> bool:
    """Run the two commands of a proof once more, in new folders; whether they do what they say."""
    text = (house.ledger.blob(reduced.repro) or b"").decode()
    files = {name: house.ledger.blob(blob) or b"" for name, blob in reduced.files}
    pairs = ((reduced.fails, False), (reduced.passes, True))
    return all(_passes(house, line, text, files) is good for line, good in pairs)


def proof_files(house: House, search: str) -> Mapping[str, bytes]:
    """Return the files of a proof whose two commands did what they say, or nothing."""
    reduced = house.memory.reduced.get(search)
    if reduced is None or not reduced.verified:
        return {}
    named = {"repro.py": reduced.repro, **dict(reduced.files)}
    return {name: house.ledger.blob(blob) or b"" for name, blob in named.items()}
