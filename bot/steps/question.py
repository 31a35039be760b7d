"""What `stackmatrix explain` is asked: two closures, and a program that both are to run.

The same program is asked in several ways: traced, or in surroundings that must not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.model import Closure, Json, Probe, digest
from bot.core.stir import stirred


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Two closures and what is asked of both; `roots` are the packages that a person named."""

    good: Closure
    bad: Closure
    probe: Probe
    roots: frozenset[str]
    interpreter: str = "3.11"

    @property
    def moved(self) -> dict[str, tuple[str, str]]:
        """Both versions of every package that is on both sides, where they differ."""
        good, bad = self.good.versions, self.bad.versions
        return {n: (old, bad[n]) for n, old in good.items() if bad.get(n, old) != old}

    @property
    def traced(self) -> Probe:
        """The same question, with the modules that it loads left in the log."""
        return replace(self.probe, request={**self._request, "trace": True})

    def stirred(self, draw: int) -> Probe:
        """The same question, in surroundings that differ a little from draw to draw."""
        given = self._request.get("environment")
        variables: Json = {**stirred(draw), **(given if isinstance(given, dict) else {})}
        return replace(self.probe, request={**self._request, "environment": variables})

    @property
    def _request(self) -> dict[str, Json]:
        return self.probe.request if isinstance(self.probe.request, dict) else {}

    @property
    def key(self) -> str:
        """The name of this search in the ledger."""
        ends: list[Json] = [self.good.digest, self.bad.digest]
        return digest([ends, self.probe.digest, self.interpreter, self.probe.seconds])
