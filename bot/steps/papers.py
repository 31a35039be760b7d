"""The form and the policies of a project, read at the moment of filing, and held against before.

What is compared with is what was read last; before there was a first reading, what the project's
row says. Where something changed, approvals of before do not count: they were given for the text
that a person knew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.facts import PapersRead
from bot.core.form import lacking, searched, target_of
from bot.core.life import State, Step
from bot.core.papers import FORMS, WATCHED, changes
from bot.core.policy import same
from bot.forge import Draft
from bot.steps.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """One reading at a target: digests by path, and what changed; `fresh` is not told yet."""

    target: str = ""
    now: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    fresh: bool = False

    @property
    def obstacle(self) -> str:
        """Why nothing is filed there before a person has looked again; empty: nothing changed."""
        if not self.changed:
            return ""
        return f"at {self.target} {'; '.join(self.changed)}: read it, then approve again"


NOTHING = Papers()


def papers(desk: Desk, target: str, place: str) -> Papers:
    """Read what `place` asks of reporters today. Raises `SourceError` where it cannot be read."""
    row = target_of(desk.targets, target)
    last = _last(desk, target)
    before = dict(last.papers) if last else dict(row.papers)
    form = desk.forge().form(place)
    paths = {*WATCHED, *before} | ({f"{FORMS}/{form.file}"} if form else set())
    now = desk.forge().papers(place, tuple(sorted(paths)))
    known = before if last else {path: now.get(path, "") for path in paths} | before
    return Papers(
        target=same(target),
        now=now,
        changed=changes(known, now),
        fresh=last is None or before != dict(now),
    )


def unformed(desk: Desk, plan_target: str, draft: Draft, *, umbrella: bool) -> str:
    """Return why a draft is not what the project's form asks for; an umbrella has no form."""
    row = target_of(desk.targets, plan_target)
    if row.first:
        return f"{row.repo} wants {row.first} before an issue: a person begins it"
    missing = () if umbrella else lacking(row, searched(draft.body), filed=True)
    return f"its form asks for what is not known: {'; '.join(missing)}" if missing else ""


def keep(desk: Desk, read: Papers) -> None:
    """Tell what was read; where it changed, what was approved for that target is a draft again."""
    last = _last(desk, read.target)
    if not read.fresh or (last and dict(last.papers) == dict(read.now)):
        return
    why = "; ".join(read.changed)
    if read.changed:
        for finding, life in desk.lives.items():
            told = desk.drafted.get(finding)
            if life.state is State.APPROVED and told and same(told.target) == read.target:
                desk.step(finding, Step.HOLD, why)
    body = PapersRead(
        target=read.target, papers=tuple(sorted(read.now.items())), at=desk.now, why=why
    )
    desk.ledger.tell(body, job=f"papers {read.target}", attempt=_readings(desk, read.target))


def _last(desk: Desk, target: str) -> PapersRead | None:
    name = same(target)
    told = (fact.body for fact in reversed(desk.ledger.facts()))
    return next((b for b in told if isinstance(b, PapersRead) and b.target == name), None)


def _readings(desk: Desk, target: str) -> int:
    """Return how often a target was read in this run."""
    return sum(
        fact.run == desk.run and fact.job == f"papers {target}" for fact in desk.ledger.facts()
    )
