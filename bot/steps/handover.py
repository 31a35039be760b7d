"""The file that a reader can run: it fails with the culprits and passes without them.

Only what the program loads, and what that requires, is pinned in it; where that turns out to be
too little, everything is, and then the day of the search with it. Both commands are run, verbatim,
twice, each time in a new folder, before anybody sees the file. The releases next to the interval
are run as well: where one of them is of another mind, that is told and refutes nothing.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from bot.core.dockerfile import dockerfile
from bot.core.metadata import environment_of
from bot.core.model import Closure, Failure, Json, Link, Observation, Reason
from bot.core.outcome import Culprit, Explanation
from bot.core.program import apart, body, raised
from bot.core.proof import (
    AT_MOST,
    NAME,
    Proof,
    command,
    commands,
    failed,
    lines,
    short,
    write,
)
from bot.core.signature import normal
from bot.core.trial import Trial
from bot.steps.beside import Beside, beside, outside
from bot.steps.house import House
from bot.steps.lessen import Both, Less
from bot.steps.mixing import Mixtures
from bot.steps.together import together

GUARD_SECONDS = 300.0  # a proof that has not ended by then proves nothing
PROGRAM = "program.py"  # beside a proof that would be too long with it
LONG = 100  # characters of an exception's words in a title


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The text of a proof that did what its two commands say; `notes` are for people."""

    text: str
    fails: str
    passes: str
    notes: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)  # files that it needs, by name
    dockerfile: str = ""  # the machine that it fails on, where that matters
    expected: Json = None  # what it shows where it passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is proved: the program, what the good end showed, and what was loaded to show it.

    It may be refuted meanwhile: where it no longer `stands`, nothing further is tried.
    """

    source: str
    good: Observation
    loaded: frozenset[str]
    words: str | None = None  # what the proof says where it fails; else as is told
    stands: Callable[[], bool] = lambda: True


def hand_over(house: House, mixtures: Mixtures, told: Explanation, shown: Shown) -> Handed | None:
    """Return the smallest file whose two commands do what they say, or nothing."""
    for each in _tellings(mixtures, told):
        found = _first(house, mixtures, each, shown)
        if found is not None:
            return found
    return None


def _tellings(mixtures: Mixtures, told: Explanation) -> Iterator[Explanation]:
    """Yield what is told; then, where an end is yanked, with the next that is not.

    `uv run` refuses a yanked release where a file's own requirements stand beside it.
    """
    yield told
    culprits = tuple(_unyanked(mixtures, each) for each in told.culprits)
    if culprits != told.culprits:
        yield replace(told, culprits=culprits, first_differs=True)


def _unyanked(mixtures: Mixtures, culprit: Culprit) -> Culprit:
    """Return the culprit with a yanked end of its interval moved outwards."""
    known = mixtures.releases.get(culprit.package, {})
    before, after = outside(known, culprit)
    low, high = (known.get(end) for end in (culprit.last_good, culprit.first_bad))
    return replace(
        culprit,
        last_good=before if low and low.yanked is not None and before else culprit.last_good,
        first_bad=after if high and high.yanked is not None and after else culprit.first_bad,
    )


def _first(house: House, mixtures: Mixtures, told: Explanation, shown: Shown) -> Handed | None:
    good, bad = (_side(mixtures, told, which) for which in ("last_good", "first_bad"))
    if good is None or bad is None:
        return None
    both = Both(
        house=house,
        interpreter=mixtures.interpreter,
        good=good,
        bad=bad,
        stands=shown.stands,
    )
    for what in (*_smaller(both, told, shown), shown):
        handed = _pinned(mixtures, told, what, both)
        if handed is not None:
            return handed
    return None


def _smaller(both: Both, told: Explanation, shown: Shown) -> Iterator[Shown]:
    """Yield a smaller program, where there is one that fails as is told.

    Of one that never ends none is looked for: each trial would be waited for to its end.
    """
    hangs = told.signature.startswith(f"failed: {Reason.TIMEOUT}")
    less = None if hangs else both.less(shown.source, took=shown.good.seconds)
    words = _still(told, less) if less is not None else None
    if less is not None and words is not None:
        yield replace(shown, source=less.source, good=less.good, words=words)


def _still(told: Explanation, less: Less) -> str | None:
    """Return what a smaller program says where it fails; None where it is not what is told."""
    failure = less.bad.failure
    crash = told.signature.startswith("failed: ")
    same = _signature(failure) == told.signature if failure else not crash
    if not (same or told.first_differs):
        return None
    if failure is None:
        return f"seen:     {less.bad.at(Link.MESSAGE)!r}"
    if less.good.failure is not None:
        return f"raised {_name(failure)}"
    return normal(failure.message) if failure.reason is Reason.EXCEPTION else ""


def _signature(failure: Failure) -> str:
    return f"failed: {failure.reason}: {normal(failure.message)}"


def _pinned(mixtures: Mixtures, told: Explanation, shown: Shown, both: Both) -> Handed | None:
    """Return the proof of a program with as little pinned as will do."""
    house, good, bad = both.house, both.good, both.bad
    few = _needed(mixtures, good, bad, told, shown.loaded)
    usual = "" if told.first_differs else raised(told.signature)[0]
    words = usual if shown.words is None else shown.words
    ways = _ways(house, few, {*good.versions, *bad.versions})
    for kept, index in takewhile(lambda _: shown.stands(), ways):
        proof = _proof(mixtures, told, shown, _only(good, kept), _only(bad, kept))
        proof, files = _short(replace(proof, index=index), shown)
        holds, again = _holds(house, proof, words, files)
        if holds:
            near = tuple(beside(mixtures, told, proof))
            found = _confirmed(house, proof, near, files) if again else None
            machine = dockerfile(proof, told.signature, files)
            return replace(found, dockerfile=machine) if found else None
    return None


def _ways(
    house: House, few: Collection[str], everything: Collection[str]
) -> Iterator[tuple[Collection[str], tuple[str, ...]]]:
    """Yield what is pinned and where packages come from, the shortest file first."""
    index, newest = house.shell.index_args, house.matrix.cutoff
    yield few, index
    if set(few) != set(everything):
        yield everything, index
    if newest is not None:
        yield everything, (*index, "--exclude-newer", newest.date().isoformat())


def _side(mixtures: Mixtures, told: Explanation, which: str) -> Closure | None:
    """Return the good closure with the culprits on one side of their intervals."""
    versions = {each.package: getattr(each, which) for each in told.culprits}
    found = mixtures.close(Trial(versions=tuple(sorted(versions.items())), lean="good"))
    return found if isinstance(found, Closure) else None


def _needed(
    mixtures: Mixtures, good: Closure, bad: Closure, told: Explanation, loaded: Collection[str]
) -> set[str]:
    """Return what the program loads, the culprits, and all that those require on either side."""
    environment = environment_of(mixtures.interpreter)
    needed: set[str] = set()
    for side in (good, bad):
        known = {name: mixtures.known[name, version] for name, version in side.versions.items()}
        left = [name for name, each in known.items() if set(each.modules) & set(loaded)]
        left += [each.package for each in told.culprits]
        seen: set[str] = set()
        while left:
            name = left.pop()
            if name in seen or name not in known:
                continue
            seen.add(name)
            left += [wish.name for wish in known[name].wants(environment, frozenset())]
        needed |= seen
    return needed


def _only(side: Closure, names: Collection[str]) -> Mapping[str, str]:
    return {name: version for name, version in side.versions.items() if name in names}


def _proof(
    mixtures: Mixtures,
    told: Explanation,
    shown: Shown,
    good: Mapping[str, str],
    bad: Mapping[str, str],
) -> Proof:
    failure = shown.good.failure
    expected = shown.good.at(Link.MESSAGE)
    if failure is not None:
        expected = f"raised {_name(failure)}"
    return Proof(
        title=_title(told, failure is not None),
        shared=tuple(f"{n}=={v}" for n, v in sorted(good.items()) if bad.get(n) == v),
        wrong=tuple(f"{n}=={v}" for n, v in sorted(bad.items()) if good.get(n) != v),
        right=tuple(f"{n}=={v}" for n, v in sorted(good.items()) if bad.get(n) != v),
        interpreter=mixtures.interpreter,
        request=None,
        expected=expected,
        body=body(shown.source, raises=failure is not None),
    )


def _short(proof: Proof, shown: Shown) -> tuple[Proof, dict[str, bytes]]:
    """Return a proof that is read at a glance: a long program lies beside it, as it is."""
    if lines(proof) <= AT_MOST:
        return proof, {}
    program = shown.source.encode()
    text = apart(PROGRAM, raises=shown.good.failure is not None)
    held = (PROGRAM, hashlib.sha256(program).hexdigest())
    less, more = short(replace(proof, body=text, files=(held,)))
    return less, {PROGRAM: program, **more}


def _name(failure: Failure) -> str:
    """Return the exception's own name."""
    return failure.message.partition(":")[0].rpartition(".")[2]


def _title(told: Explanation, raised_before: bool) -> str:
    """Return one line: which upgrades, and what shows."""
    names = " with ".join(str(replace(each, yanked=False)) for each in told.culprits)
    name, words = raised(told.signature)
    if raised_before or not name:
        return f"{names}: shows another value"
    plain = words.translate({ord(each): None for each in '"\\'})[:LONG]
    return f"{names}: raises {name}{f': {plain}' if plain else ''}"


def _holds(house: House, proof: Proof, words: str, files: Mapping[str, bytes]) -> tuple[bool, bool]:
    """Run both commands twice, each in a new folder: whether they end as they say, each time.

    Once all that they need is looked up as anywhere, and beside it taken from what was fetched.
    """
    fails, passes = commands(proof)
    claims = {fails: False, passes: True}
    given = {NAME: write(proof).encode(), **files}
    first, second = together(
        house.runner,
        lambda: _run_all(house, given, claims, words),
        lambda: _run_all(house, given, claims, words, again=True),
    )
    return all(first), all(second)


def _confirmed(
    house: House, proof: Proof, beside: Sequence[Beside], files: Mapping[str, bytes]
) -> Handed:
    """Run it on the neighbours as well, and tell which of them is of another mind."""
    claims = {command(proof, each.pins): each.good for each in beside}
    given = {NAME: write(proof).encode(), **files}
    agreed = _run_all(house, given, claims, "", again=True)
    notes = tuple(
        f"{each.name}: the proof {'fails' if each.good else 'passes'} there, too"
        for each, agrees in zip(beside, agreed, strict=True)
        if not agrees
    )
    if files:
        notes += (f"the proof needs what lies beside it: {', '.join(files)}",)
    for note in notes:
        house.progress.note(note)
    fails, passes = commands(proof)
    return Handed(
        text=write(proof),
        fails=fails,
        passes=passes,
        notes=notes,
        beside=files,
        expected=proof.expected,
    )


def _run_all(
    house: House,
    files: Mapping[str, bytes],
    claims: Mapping[str, bool],
    words: str,
    *,
    again: bool = False,
) -> tuple[bool, ...]:
    """Run each line; return whether it ended as is told of it: True passes, False fails."""
    house.progress.begin("reduce", len(claims))
    done = dict(
        house.runner.run(tuple(claims), lambda line: _end(house, line, files, words, again=again))
    )
    return tuple(done[line] is good for line, good in claims.items())


def _end(
    house: House, line: str, files: Mapping[str, bytes], words: str, *, again: bool
) -> bool | None:
    """Return whether the file passed; None where it says neither, such as what cannot install."""
    ran = house.shell.run(shlex.split(line), files=files, seconds=GUARD_SECONDS, again=again)
    house.progress.advance("reduce", line)
    if ran.returncode == 0:
        return True
    return False if failed(ran.returncode, ran.output) and _says(ran.output, words) else None


def _says(output: str, words: str) -> bool:
    """Whether a run said these words, or in one line these less what varies."""
    return words in output or any(normal(line) == words for line in output.splitlines())
