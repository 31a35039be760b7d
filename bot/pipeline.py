"""The eight steps, in the order in which a release becomes a report. Read it aloud.

Each step reads the facts that stand in the ledger and adds its own; none rewrites. So each can
be run alone, and a run that was killed goes on where it was.

    watch -> plan -> execute -> judge -> explain -> reduce -> track -> render
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.core.backends import CPU
from bot.core.facts import Drafted, Explained, Named, ReleaseSeen
from bot.core.finding import Group, accuse, group, merged, split
from bot.core.life import Life
from bot.core.lives import lives
from bot.core.news import News
from bot.core.policy import Way
from bot.core.report import Report
from bot.core.shards import expected
from bot.steps.carrying import doubtful, offered
from bot.steps.cells import Work, run_cell
from bot.steps.drafting import confided, written
from bot.steps.house import House
from bot.steps.noted import say_what_changed, say_what_was_carried
from bot.steps.planning import plan_rows, stuck
from bot.steps.prove import proof_files, prove, showing
from bot.steps.reprove import reprove
from bot.steps.retest import retest
from bot.steps.search import Ends, explain_group
from bot.steps.shrink import shown_by, shrink, sides
from bot.steps.swap import swap
from bot.steps.traits import traits_of
from bot.steps.urgent import chosen
from bot.steps.verdicts import Ruled, flips, observations, rule
from bot.steps.view import report
from bot.steps.watching import announced, noticed, warning
from bot.steps.withhold import secrets, withhold


def watch(house: House, only: Collection[str] = ()) -> tuple[News, ...]:
    """Ask every source, or those of `only`; whatever changed since the last time is a fact."""
    fresh = tuple(noticed(house, announced(house, only)))
    for each in fresh:
        job = f"watch {each.release.component}=={each.release.version}"
        house.tell(ReleaseSeen(release=each.release), job=job)
        if warning(each):
            house.progress.note(warning(each))
    return fresh


def plan(house: House) -> None:
    """Want a baseline, each new release alone against it, and all newest; resolve them first."""
    for planned in plan_rows(house):
        house.tell(planned, job=f"plan {planned.row} {planned.trigger}")


def execute(house: House) -> int:
    """Run the cells that nobody has answered for yet, several at once; returns how many.

    A baseline whose build this processor cannot run gives way to the engine's next release.
    """
    done = _execute(house)
    while stuck(house):
        house.progress.note("a baseline cannot run on this processor; the next release stands in")
        plan(house)
        done += _execute(house)
    if doubtful(house):
        done += _execute(house)
    return done


def _execute(house: House) -> int:
    work = [
        Work(cell=cell, probes=house.needs(cell), offer=offered(house, cell, house.needs(cell)))
        for cell in chosen(house)
    ]
    again = [one.cell for one in work if house.aged(one.cell)]
    seconds = expected(house.memory, [one.cell for one in work])
    work.sort(key=lambda one: -seconds[one.cell.key])  # the longest first: the end is even
    house.progress.begin("execute", len(work))
    if house.away is not None:
        house.away(house, tuple(one.cell for one in work))
        return len(work)
    for job, _ in house.runner.run(work, lambda one: run_cell(house, one)):
        house.progress.advance("execute", job.cell.name)
    say_what_was_carried(house, [one.cell for one in work if one.offer])
    say_what_changed(house, again)
    return len(work)


def judge(house: House) -> tuple[Ruled, ...]:
    """Hold what was seen against goldens and baselines; nothing of it is stored."""
    return rule(house)


def explain(house: House, results: tuple[Ruled, ...]) -> tuple[Group, ...]:
    """Name, for every cause, the smallest set of upgrades that flips it, each with its interval.

    What a culprit does not flip has another cause, and is searched for on its own.
    """
    causes: list[Group] = []
    waiting = list(group(flips(house, results)))
    house.progress.begin("explain", len(waiting))
    while waiting:
        cause = waiting.pop(0)
        if cause.search not in house.memory.explained:
            found = explain_group(house, cause, _ends(house, cause))
            fact = Explained(finding=cause.search, explanation=found)
            house.tell(fact, job=f"explain {cause.search}")
        mine, rest = split(cause, shown_by(house, cause))
        causes.append(_called(house, mine))
        waiting += [rest] if rest else []
        house.progress.advance("explain", cause.finding)
    return merged(causes)


def _called(house: House, cause: Group) -> Group:
    """Return a cause by the name that it has for everybody, and keep that name."""
    found = house.memory.explained[cause.search].explanation
    flip = cause.plainest
    only = flip.cell.backend if CPU in house.row(flip.row).backends else CPU
    told = accuse(
        cause,
        house.within(flip.row).source,
        found.culprits,
        only="" if only == CPU else only,
    )
    over = house.run in house.memory.ended  # then it is only being looked at
    if found.culprits and not over and house.memory.names.get(cause.search) != told.finding:
        fact = Named(finding=told.finding, search=cause.search)
        house.tell(fact, job=f"name {cause.search}")
    return told


def reduce(house: House, causes: tuple[Group, ...]) -> None:
    """Shrink each explained cause to the smallest question, and prove it in one file."""
    house.progress.begin("reduce", 0)
    for cause in causes:
        found = house.memory.explained[cause.search].explanation
        if cause.search in house.memory.reduced or not found.culprits:
            continue
        apart = sides(house, cause, found)
        shown = showing(house, cause)
        small = shrink(house, shown, apart) if apart else None
        if apart and cause.search not in house.memory.swapped:
            house.tell(swap(house, cause, apart), job=f"swap {cause.search}")
        if apart and small:
            proof = replace(prove(house, shown, found, apart, small), finding=cause.search)
            house.tell(proof, job=f"reduce {cause.search}")
    reprove(house, causes)


def track(house: House, results: tuple[Ruled, ...], causes: tuple[Group, ...]) -> None:
    """Draft the issue of each regression for whoever is responsible; nothing leaves the machine."""
    seen = report(house, results, causes)
    secret = secrets(house, seen)
    cells = {(cell.row, cell.name): cell for cell in seen.cells}
    searches = {cause.finding: cause.search for cause in causes}
    known = lives(house.ledger.facts())
    for finding in seen.findings:
        if not finding.verdict.bad or not finding.target:
            continue
        if _done_with(house, finding.target, known.get(finding.finding)):
            continue
        title, body = written(house, finding, cells[(finding.row, finding.cell)])
        attachments = proof_files(house, searches[finding.finding])
        why = secret.get(finding.finding, "")
        body = confided(house, finding.target, why, body)
        tracker = house.vault if why and house.vault else house.tracker
        place = tracker.deliver(finding.finding, title, body, attachments)
        fact = Drafted(
            finding=finding.finding,
            target=finding.target,
            title=title,
            body=place,
            traits=replace(traits_of(house, seen, finding), danger=why),
        )
        if house.memory.drafted.get(finding.finding) != fact:
            house.tell(fact, job=f"track {finding.finding}")
    retest(house, results, seen.repeats)


def render(house: House, results: tuple[Ruled, ...], causes: tuple[Group, ...]) -> Report:
    """Put everything that all may read into one report, the delta since the last run first."""
    return withhold(house, report(house, results, causes))


def _ends(house: House, cause: Group) -> Ends:
    flip = cause.plainest
    good = observations(house, flip.working.key, flip.probe)[0]
    bad = observations(house, flip.broken.key, flip.probe)[0]
    return Ends(good=good, bad=bad)


def _done_with(house: House, target: str, life: Life | None) -> bool:
    """Whether no draft is wanted: the policy says so, or the matter is settled."""
    return house.matrix.policy.rule(target).way is Way.OFF or (
        life is not None and life.state.settled
    )
