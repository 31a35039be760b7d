"""Whether a search that took each answer at its word was misled by answers that vary.

The ends may repeat themselves twice by luck. What gives it away: one closure that showed two
things, or an answer that the explanation contradicts.

>>> from bot.core.steps import Record
>>> from bot.core.trial import Told, Trial
>>> record = Record(budget=9)
>>> for draw, word in enumerate(["ok", "boom"]):
...     trial = Trial(versions=(("a", "1"),), lean="good", draw=draw)
...     record.told[trial] = Told(signature=word, versions={"a": "1", "b": "2"})
>>> varied(record)
True
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.roads import Span
from bot.core.steps import Asking, Record, Steps
from bot.core.trial import Told, Trial

_AGAIN = 2  # contradicted answers that are asked again
_ALONE = 3  # fresh draws of an interaction without one of its culprits


def varied(record: Record) -> bool:
    """Whether any closure showed more than one thing."""
    shown: dict[object, set[str]] = defaultdict(set)
    for trial, told in record.told.items():
        if told.signature is not None:
            shown[_closure(trial, told)].add(told.signature)
    return any(len(words) > 1 for words in shown.values())


def _closure(trial: Trial, told: Told) -> object:
    return frozenset(told.versions.items()) or (trial.versions, trial.lean)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """An explanation: the bad outcome shows where all of `spans` are taken; `each`: any of them."""

    steps: Steps
    spans: Sequence[Span]
    each: bool = False

    def bad(self, told: Told) -> bool | None:
        """Whether what was installed should show the bad outcome; None where that is not known."""
        taken: list[bool] = []
        for span in self.spans:
            road, version = self.steps.roads[span.package], told.versions.get(span.package, "")
            if version not in road:
                return None
            taken.append(road.index(version) >= road.index(span.first_bad))
        return any(taken) if self.each else all(taken)

    def without_one(self) -> list[Trial]:
        """Return the trials of an interaction that lack one of its culprits, several of each."""
        heads = {span.package for span in self.spans}
        rest = [] if self.each or len(heads) == 1 else [heads - {head} for head in sorted(heads)]
        trials = [self.steps.trial(few, fresh=True) for few in rest]
        return [replace(trial, draw=draw) for trial in trials for draw in range(1, 1 + _ALONE)]


def ask_again(record: Record, tale: Tale, good: str, bad: str) -> Asking[None]:
    """Ask the answers that contradict an explanation once more, in fresh environments.

    Of an interaction also all its culprits but one: who shows it half of the time looks as if it
    needed whoever was beside it when it did.
    """
    denies = {True: good, False: bad, None: object()}
    against = [
        trial
        for trial, told in record.told.items()
        if told.signature == denies[tale.bad(told)] and not trial.fresh
    ]
    again = [replace(trial, fresh=True, draw=trial.draw + 1) for trial in against[:_AGAIN]]
    yield from record.ask("confirm", *again, *tale.without_one())
