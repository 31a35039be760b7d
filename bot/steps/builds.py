"""Deeper than a release: the development builds that lie between the last good and the first bad.

A person says where builds of a component lie. Those whose versions sort into an interval are
bisected like releases; each end of the finer interval is then asked once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.core.bisect import Answer, Bisect
from bot.core.inside import commit_of
from bot.core.model import Component, Role
from bot.core.outcome import Builds, Culprit, Explanation
from bot.core.trial import Told, Trial
from bot.core.versions import built_between
from bot.errors import SourceError, UnknownPackageError
from bot.ports import Progress, Source
from bot.steps.inside import read
from bot.steps.mixing import Mixtures

LEANS: tuple[Literal["good", "bad"], ...] = ("good", "bad")


@dataclass(slots=True, kw_only=True)
class Finer:
    """Asks builds of `sources` by `ask`; `good` is what the good end shows."""

    sources: Mapping[str, Source]
    mixtures: Mixtures
    good: str
    ask: Callable[[Trial], Told]
    progress: Progress
    cells: int = 0

    def told(self, found: Explanation) -> Explanation:
        """Return `found` with the finer interval of each culprit that has builds in between."""
        culprits = tuple(self._each(culprit, found) for culprit in found.culprits)
        cost = replace(found.cost, builds=self.cells)
        return replace(found, culprits=culprits, cost=cost)

    def _each(self, culprit: Culprit, found: Explanation) -> Culprit:
        name, low, high = culprit.package, culprit.last_good, culprit.first_bad
        line = built_between(self._versions(name), low, high)
        if not line:
            return culprit
        others = {c.package: c.first_bad for c in found.culprits if c.package != name}
        search = Bisect((low, *line, high))
        while (version := search.propose()) is not None:
            search.tell(version, self._answer(others, name, version))
        low, high, gap = search.result
        ends = {version: version in line for version in (low, high)}
        if not any(ends.values()) or not self._again(others, name, low, high, ends):
            return culprit
        commits = (self._commit(name, low), self._commit(name, high))
        known = self.mixtures.known.get((name, high))
        repo = known.project if known else ""
        builds = Builds(last_good=low, first_bad=high, gap=gap, repo=repo, commits=commits)
        return replace(culprit, builds=builds)

    def _again(
        self,
        others: Mapping[str, str],
        name: str,
        low: str,
        high: str,
        builds: Mapping[str, bool],
    ) -> bool:
        """Whether both ends of the finer interval show the same once more, as far as built."""
        for version, wanted in ((low, Answer.GOOD), (high, Answer.BAD)):
            if builds[version] and self._answer(others, name, version, draw=1) is not wanted:
                self.progress.note(f"{name} {version} does not repeat itself: no build is named")
                return False
        return True

    def _answer(self, others: Mapping[str, str], name: str, version: str, draw: int = 0) -> Answer:
        """Ask a build among good things with the other culprits at bad, then among bad ones."""
        pins = tuple(sorted({**others, name: version}.items()))
        for lean in LEANS:
            told = self.ask(Trial(versions=pins, lean=lean, draw=draw))
            if told.signature is not None:
                self.cells += 1
                return Answer.GOOD if told.signature == self.good else Answer.BAD
        return Answer.UNKNOWN

    def _versions(self, name: str) -> Iterator[str]:
        """Yield the versions of every file that lies where builds lie."""
        one = Component(name=name, role=Role.RUNTIME, source="", package=name, upstream="")
        for source in self.sources.values():
            try:
                for release in source.releases(one):
                    if release.wheels and release.yanked is None:
                        yield release.version
            except UnknownPackageError:
                continue
            except SourceError as trouble:
                self.progress.note(f"{name}: {trouble.message}; its builds are not searched")

    def _commit(self, name: str, version: str) -> str:
        """Return the commit that a build names in its version, else in its files."""
        mixtures = self.mixtures
        pin = mixtures.pins.get((name, version))
        if commit_of(version) or pin is None:
            return commit_of(version)
        pages = mixtures.shelf.pages(pin, interpreter=mixtures.interpreter)
        told = read(name, version, pages, mixtures.known.get((name, version)))
        return told[name].commit if name in told else ""
