"""From facts to lives: what the ledger tells of each finding, folded into where it stands.

What a run does (explain, reduce, draft) is told by the run's own facts, so that a ledger from
before there were lives reads well; what people and trackers do is told by `Moved`.

>>> lives(())
{}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.core.aliases import Aliases, aliases
from bot.core.facts import (
    Body,
    Drafted,
    Explained,
    Fact,
    Moved,
    Reduced,
    RunEnded,
    RunStarted,
    Stopped,
)
from bot.core.life import Event, Life, Refused, Step, take


def lives(facts: Iterable[Fact]) -> dict[str, Life]:
    """Return the life of each regression that `facts` tell of, in the order of their beginnings.

    `facts` are in the ledger's order. What a run found again changes nothing; a step that
    cannot be taken is kept in `refused` and changes nothing either.
    """
    every = tuple(facts)
    called = aliases(every)
    known = _regressions(every, called)
    found: dict[str, Life] = {}
    for name, event in _events(every):
        finding = called.of(name)
        if finding in known:
            life = found.setdefault(finding, Life(finding=finding))
            found[finding] = life if event is None else _after(life, event)
    return found


def next_attempt(facts: Iterable[Fact], run: int, finding: str) -> int:
    """Return the place of the next step of `finding` among those told in `run`, from 0."""
    job = job_of(finding)
    return sum(1 for fact in facts if fact.run == run and fact.job == job)


def job_of(finding: str) -> str:
    """Return the job of a step of `finding`: it sorts after what the run itself told of it."""
    return f"track {finding} life"


def stops(facts: Iterable[Fact]) -> Mapping[str, Stopped]:
    """Return who said stop, by target; the empty target is every one. The first word counts."""
    found: dict[str, Stopped] = {}
    for fact in facts:
        if isinstance(fact.body, Stopped):
            found.setdefault(fact.body.target, fact.body)
    return found


def _after(life: Life, event: Event) -> Life:
    taken = take(life, event)
    if not isinstance(taken, Refused):
        return taken
    if event.step in _FOUND_AGAIN:  # seen by another run; nothing new
        return life
    return replace(life, refused=(*life.refused, event))


_FOUND_AGAIN = {Step.EXPLAIN, Step.REDUCE, Step.DRAFT}


def _regressions(facts: Iterable[Fact], called: Aliases) -> frozenset[str]:
    """The findings that some run called broken, or that were drafted; repairs have no life."""
    found: set[str] = set()
    for fact in facts:
        match fact.body:
            case RunEnded(broken=broken):
                found.update(map(called.of, broken))
            case Drafted(finding=finding) | Moved(finding=finding):
                found.add(called.of(finding))
            case _:
                pass
    return frozenset(found)


def _events(facts: Iterable[Fact]) -> Iterator[tuple[str, Event | None]]:
    """Yield what each fact says happened to a finding; None: it was seen."""
    every = tuple(facts)
    runs = {fact.run: fact.body for fact in every if isinstance(fact.body, RunStarted)}
    for fact in every:
        body = fact.body
        if isinstance(body, RunEnded):
            yield from ((finding, None) for finding in body.broken)
        elif isinstance(body, Moved):
            told = Event(step=body.step, who=body.who, at=body.at, why=body.why, about=body.about)
            yield body.finding, told
        elif fact.run in runs:
            yield from _of_a_run(body, runs[fact.run])


def _of_a_run(body: Body, run: RunStarted) -> Iterator[tuple[str, Event]]:
    """Yield the step that a run took by itself: it is the run's own word, at the run's own time."""
    match body:
        case Explained(finding=search, explanation=found):
            step, why, finding = Step.EXPLAIN, str(found.ending), search
        case Reduced(finding=search, verified=True):
            step, why, finding = Step.REDUCE, "a proof that holds", search
        case Drafted(finding=finding, target=target):
            step, why = Step.DRAFT, f"for {target}"
        case _:
            return
    yield finding, Event(step=step, who=f"stackmatrix {run.bot}", at=run.at, why=why)
