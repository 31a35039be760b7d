"""Whether it is still there today: the newest release of each culprit, with all else held.

What its project took back or mended since is no longer a question of what was meant. One more
cell for each culprit that has a release after the bad end; where answers vary none is asked, for
one answer would say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from bot.core.mirror import EACH
from bot.core.model import Release
from bot.core.outcome import Culprit, Explanation, Later
from bot.core.trial import Told, Trial
from bot.core.versions import PEP440, is_prerelease, key

Lean: TypeAlias = Literal["good", "bad"]
TRIED = 3  # of the newest releases, where some of them cannot be installed here


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What is asked of newer releases: by `ask`, against what `good` and `bad` show."""

    releases: Mapping[str, Mapping[str, Release]]
    bad_end: Mapping[str, str]
    good: str
    bad: str
    ask: Callable[[Trial], Told]

    def told(self, found: Explanation) -> Explanation:
        """Return `found` with what the newest release of each culprit does, where one is newer."""
        leans: tuple[Lean, Lean] = ("good", "bad") if found.why == EACH else ("bad", "good")
        later: list[Later] = []
        cells = 0
        for culprit in found.culprits:
            newest, signature = self._newest(culprit, leans)
            if signature is not None:
                cells += 1
                fixed, still = signature == self.good, signature == self.bad
                later.append(
                    Later(package=culprit.package, newest=newest, fixed=fixed, still=still)
                )
        cost = replace(found.cost, later=cells)
        return replace(found, later=tuple(later), cost=cost)

    def _newest(self, culprit: Culprit, leans: Sequence[Lean]) -> tuple[str, str | None]:
        """Return the newest release that says something, and what it shows."""
        name = culprit.package
        for version in after(culprit, self.bad_end.get(name, ""), self.releases.get(name, {})):
            for lean in leans:
                said = self.ask(Trial(versions=((name, version),), lean=lean))
                if said.signature is not None:
                    return version, said.signature
        return "", None


def after(culprit: Culprit, bad_end: str, releases: Mapping[str, Release]) -> tuple[str, ...]:
    """Return the newest releases after the bad end, newest first; none where it went back."""
    first, last = key(culprit.first_bad, PEP440), key(culprit.last_good, PEP440)
    if not culprit.first_bad or first < last:
        return ()
    early = is_prerelease(bad_end) or is_prerelease(culprit.first_bad)
    top = max(first, key(bad_end, PEP440))
    newer = [
        version
        for version, release in releases.items()
        if key(version, PEP440) > top
        and release.wheels
        and release.yanked is None
        and (early or not is_prerelease(version))
    ]
    return tuple(sorted(newer, key=lambda each: key(each, PEP440), reverse=True)[:TRIED])
