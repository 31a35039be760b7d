"""The file that a reader can run: it fails with the culprits and passes without them.

Only what the program loads, and what that requires, is pinned in it; where that turns out to be
too little, everything is. Both commands are run, verbatim, before anybody sees the file.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bot.core.metadata import environment_of
from bot.core.model import Closure, Link, Observation
from bot.core.outcome import Explanation
from bot.core.program import body
from bot.core.proof import NAME, Proof, commands, write
from bot.core.trial import Trial
from bot.steps.house import House
from bot.steps.lessen import Both
from bot.steps.mixing import Mixtures

GUARD_SECONDS = 300.0  # a proof that has not ended by then proves nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """The text of a proof that did what its two commands say."""

    text: str
    fails: str
    passes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is proved: the program, what the good end showed, and what was loaded to show it."""

    source: str
    good: Observation
    loaded: frozenset[str]


def hand_over(house: House, mixtures: Mixtures, told: Explanation, shown: Shown) -> Handed | None:
    """Return the smallest file whose two commands do what they say, or nothing."""
    sides = [_side(mixtures, told, which) for which in ("last_good", "first_bad")]
    good, bad = sides
    if good is None or bad is None:
        return None
    few = _needed(mixtures, good, bad, told, shown.loaded)
    both = Both(house=house, interpreter=mixtures.interpreter, good=good, bad=bad)
    less = both.less(shown.source)
    smaller = [replace(shown, source=less.source, good=less.good)] if less else []
    for what, kept in product([*smaller, shown], (few, {*good.versions, *bad.versions})):
        proof = _proof(mixtures, told, what, _only(good, kept), _only(bad, kept))
        handed = _verified(house, proof)
        if handed is not None:
            return handed
    return None


def _side(mixtures: Mixtures, told: Explanation, which: str) -> Closure | None:
    """Return the good closure with the culprits on one side of their intervals."""
    versions = {each.package: getattr(each, which) for each in told.culprits}
    if not all(versions.values()):
        return None
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
    names = " with ".join(f"{c.package} {c.last_good} -> {c.first_bad}" for c in told.culprits)
    raised = shown.good.failure
    expected = shown.good.at(Link.MESSAGE)
    if raised is not None:
        expected = "raised " + raised.message.partition(":")[0].rpartition(".")[2]
    return Proof(
        title=f"{names}: {'raises' if told.kind == 'crash' else 'answers otherwise'}",
        shared=tuple(f"{n}=={v}" for n, v in sorted(good.items()) if bad.get(n) == v),
        wrong=tuple(f"{n}=={v}" for n, v in sorted(bad.items()) if good.get(n) != v),
        right=tuple(f"{n}=={v}" for n, v in sorted(good.items()) if bad.get(n) != v),
        interpreter=mixtures.interpreter,
        request=None,
        expected=expected,
        body=body(shown.source, raises=raised is not None),
    )


def _verified(house: House, proof: Proof) -> Handed | None:
    """Run both commands in fresh environments; only what does as it says is handed over."""
    text = write(proof)
    fails, passes = commands(proof)
    ends = dict(house.runner.run((fails, passes), lambda command: _end(house, command, text)))
    held = (ends[fails], ends[passes]) == (1, 0)
    return Handed(text=text, fails=fails, passes=passes) if held else None


def _end(house: House, command: str, text: str) -> int | None:
    """Return 0 or 1 as the command ended; a death by a signal is a failure like any other."""
    files = {NAME: text.encode()}
    ran = house.shell.run(shlex.split(command), files=files, seconds=GUARD_SECONDS)
    house.progress.advance("reduce", command)
    return None if ran.returncode is None else min(1, abs(ran.returncode))
