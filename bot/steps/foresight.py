"""What a search is begun with, and what it will ask next: asked on a core that is idle.

One question at a time leaves a core without work. Beside it goes the one that will most likely
follow; where another one follows, this costs nobody time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.core.explain import Explain
from bot.core.foresee import chance, foreseen
from bot.core.model import Closure, Conflict, Failure, Release
from bot.core.steps import Steps, steps_between
from bot.core.trial import Told, Trial
from bot.steps.mixing import Mixtures
from bot.steps.question import Question

HALF = 0.5


@dataclass(slots=True, kw_only=True)
class Foresight:
    """A way to make the same search again, and all that it was told."""

    make: Callable[[], Explain]
    steps: Steps
    close: Callable[[Trial], Closure | Conflict | Failure]
    told: dict[Trial, Told] = field(default_factory=dict)
    beyond: set[Trial] = field(default_factory=set)  # what was asked before anybody wanted it

    def after(self, trials: Sequence[Trial], good: str, bad: str) -> tuple[Trial, ...]:
        """Return what will likely be asked once a single trial has its answer; else nothing.

        Nothing either where answers vary: such a search is told by many of them what it asks.
        """
        varies = any(trial.draw > 1 for trial in (*trials, *self.told))
        closure = self.close(trials[0]) if len(trials) == 1 and not varies else None
        if not isinstance(closure, Closure):
            return ()
        versions = closure.versions
        likely = chance(self.steps, self.told, versions, good=good, bad=bad) >= HALF
        supposed = Told(signature=bad if likely else good, versions=versions)
        found = foreseen(self.make, {**self.told, trials[0]: supposed})[:1]
        self.beyond.update(found)
        return found

    @property
    def idle(self) -> int:
        """How many cells were run that nobody wanted after all."""
        return len(self.beyond - self.told.keys())


def begun(
    mixtures: Mixtures,
    question: Question,
    releases: Mapping[str, Sequence[Release]],
    suspicion: Mapping[str, float],
) -> Foresight:
    """Return a search over `releases`, with how suspect each package is, and who stands out."""
    roots = question.roots | _alone(mixtures, question)
    versions = {name: [each.version for each in told] for name, told in releases.items()}
    make = partial(
        Explain,
        good=question.good,
        bad=question.bad,
        releases=versions,
        roots=roots,
        yanked=frozenset(
            (name, each.version)
            for name, told in releases.items()
            for each in told
            if each.yanked is not None
        ),
        requires=_requires(mixtures, question),
        prior=suspicion,
    )
    steps = steps_between(
        question.good, question.bad, releases=versions, roots=roots, prior=suspicion
    )
    return Foresight(make=make, steps=steps, close=mixtures.close)


def _alone(mixtures: Mixtures, question: Question) -> frozenset[str]:
    """What one end has alone and nothing there requires: somebody must have asked for it."""
    good, bad = question.good.versions, question.bad.versions
    tops = mixtures.required(good).tops | mixtures.required(bad).tops
    return tops & (good.keys() ^ bad.keys())


def _requires(mixtures: Mixtures, question: Question) -> dict[str, frozenset[str]]:
    bad = question.bad.versions
    return {
        name: frozenset(str(each.name) for each in metadata.requires)
        for (name, version), metadata in mixtures.known.items()
        if bad.get(name) == version
    }
