"""What a search was kept under, and the name that its finding has for everybody.

Searches are named by this installation's rows, findings by nothing of it. A ledger from before
findings had such names keeps what became of each: its old name leads to the new one.

>>> known = Aliases(searches={"5f0c-12": "ab01"}, before={"5f0c": "ab01"})
>>> known.of("5f0c-12"), known.of("5f0c"), known.of("77aa-3"), known.of("ab01")
('ab01', 'ab01', '77aa', 'ab01')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.facts import Fact, Moved, Named
from bot.core.life import Step

_ISSUE = frozenset({Step.FILE, Step.LINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Aliases:
    """`searches` and the names of `before` lead to findings; what is unknown is its own name."""

    searches: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """Return the finding that a search, or a name of before, belongs to."""
        sought = name.partition("-")[0]
        return self.searches.get(name) or self.before.get(sought, sought)


def aliases(facts: Iterable[Fact]) -> Aliases:
    """Return what `facts` tell of names. Of two old findings with issues, each keeps its own."""
    every = tuple(fact.body for fact in facts)
    issues = {body.finding for body in every if isinstance(body, Moved) and body.step in _ISSUE}
    searches: dict[str, str] = {}
    before: dict[str, str] = {}
    taken = {name: name for name in issues}
    for body in every:
        if isinstance(body, Named):
            searches[body.search] = body.finding
            sought = body.search.partition("-")[0]
            if sought not in issues or taken.setdefault(body.finding, sought) == sought:
                before.setdefault(sought, body.finding)
    return Aliases(searches=searches, before=before)
