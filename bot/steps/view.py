"""Everything a report says, gathered from the ledger and the judgements of this run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.core.brakes import Brake, brakes
from bot.core.claims import DECLARED
from bot.core.facts import Planned
from bot.core.finding import Group, moved
from bot.core.judge import expectation
from bot.core.life import Life
from bot.core.lives import lives
from bot.core.memory import Slot, slot
from bot.core.model import Cell, Component, Link, package_of
from bot.core.outcome import Diverged, Failed, NotRun, Outcome, Passed, Unsolvable, Verdict
from bot.core.phrases import headline
from bot.core.plan import BASELINE
from bot.core.report import (
    CellView,
    ComponentView,
    FindingView,
    Past,
    Report,
    Result,
    Tally,
)
from bot.core.signature import signature
from bot.core.streak import plain_word
from bot.core.versions import key
from bot.steps.changes import changes
from bot.steps.delta import delta
from bot.steps.drifting import drift
from bot.steps.house import USUAL, House
from bot.steps.noted import noted, taken_from
from bot.steps.past import histories
from bot.steps.repeats import cells_of, repeated
from bot.steps.tested import tested
from bot.steps.verdicts import Ruled, is_grey, left_out, observations, planned_of

_PAGES = {USUAL: "https://pypi.org/project/", "npm": "https://www.npmjs.com/package/"}
_WORST = (
    Verdict.REGRESSED,
    Verdict.CHANGED,
    Verdict.FLAKY,
    Verdict.STILL_BAD,
    Verdict.FIXED,
    Verdict.SPURIOUS,
    Verdict.INCONCLUSIVE,
    Verdict.STILL_GOOD,
    Verdict.NEW,
)


def report(house: House, results: Sequence[Ruled], causes: Sequence[Group]) -> Report:
    """Return the report of this run; of one that ended, what it left when it did counts."""
    ended = house.memory.ended.get(house.run)
    pasts = histories(house)
    since = delta(house, results, causes)
    known = lives(house.ledger.facts())
    findings = tuple(
        _finding(house, cause, known.get(cause.finding)) for cause in sorted(causes, key=_good_news)
    )
    titles = {each.finding: headline(each) for each in findings}
    return Report(
        title=house.matrix.title,
        run=house.run,
        at=house.memory.runs[house.run].at,
        bot=house.memory.runs[house.run].bot,
        suite=house.suite,
        delta=since,
        findings=findings,
        cells=tuple(_cell(house, each, results, pasts) for each in planned_of(house)),
        upstreams={name: each.upstream for name, each in house.matrix.components.items()},
        promises=dict(ended.promises) if ended else _promises(house),
        model=house.matrix.model.name,
        model_digest=house.matrix.model.sha256,
        platform=ended.platform if ended else house.platform,
        repeats=repeated(house, cells_of(house)),
        brakes=_brakes(house, known),
        components=tuple(_component(house, each) for each in house.matrix.components.values()),
        changes=changes(house, since, titles),
        config=house.matrix.file,
        lines=_lines(house),
        executed=len(house.memory.executed.get(house.run, ())),
    )


def _lines(house: House) -> dict[str, int]:
    """Return the line of each component and stack in the configuration, from 1."""
    stacks = {
        row.name: house.matrix.place("stacks", row.stack or row.beside or row.name)
        for row in house.matrix.rows
    }
    named = {name: house.matrix.place("components", name) for name in house.matrix.components}
    return {name: line for name, (line, _) in {**stacks, **named}.items()}


def _component(house: House, component: Component) -> ComponentView:
    known = [one for (name, _), one in house.memory.releases.items() if name == component.name]
    return ComponentView(
        name=component.name,
        role=component.role.value,
        package=component.package,
        upstream=component.upstream,
        source=component.source,
        releases=tuple(sorted(known, key=lambda one: key(one.version, component.scheme))),
    )


def _brakes(house: House, known: Mapping[str, Life]) -> tuple[Brake, ...]:
    targets = {name: told.target for name, told in house.memory.drafted.items()}
    return brakes(known, targets, house.memory.runs[house.run].at)


def _cell(
    house: House, planned: Planned, results: Sequence[Ruled], pasts: Mapping[Slot, tuple[Past, ...]]
) -> CellView:
    mine = [each for each in results if each.planned is planned]
    cell = planned.cell
    known = house.memory.cells.get(cell.key) if cell else None
    base = house.memory.stacks.get(planned.against)
    done = known.done if known else None
    place = slot(planned)
    word = _word(planned, mine)
    now = Past(run=house.run, at=house.memory.runs[house.run].at, word=plain_word(word))
    return CellView(
        name=_called(cell, planned.trigger) if cell else planned.trigger,
        row=planned.row,
        trigger=planned.trigger,
        cell=cell,
        against=base.name if base else "",
        word=word,
        backend=place[2],
        history=(*pasts.get(place, ()), now),
        drift=drift(house, planned, mine),
        tally=_tally(house, mine),
        results=tuple(_result(house, each) for each in mine),
        environment=done.environment if done else "",
        conflict=planned.conflict,
        executed=cell is not None and cell.key in house.memory.executed.get(house.run, ()),
        seconds=done.seconds if done else 0.0,
        image=done.image if done else "",
        containers=done.containers if done else (),
        device=done.device if done else "",
        moved=moved(base.closure.versions, cell.closure.versions) if base and cell else (),
    )


def _called(cell: Cell, trigger: str) -> str:
    """Return the name of a cell; one at its declared minimum has the components of another."""
    return f"{cell.name}, {trigger}" if trigger.startswith(DECLARED) else cell.name


def _word(planned: Planned, mine: Sequence[Ruled]) -> str:
    """The worst verdict of a cell, or what it is instead of having verdicts."""
    if planned.cell is None:
        return "not run" if left_out(planned) else "unsolvable"
    if mine and all(isinstance(each.after.outcome, NotRun) for each in mine):
        return "not run"
    return BASELINE if planned.trigger == BASELINE else worst({each.verdict for each in mine})


def worst(found: Collection[Verdict]) -> str:
    """Return the word of a cell that has these verdicts."""
    return next((verdict.value for verdict in _WORST if verdict in found), "not run")


def _tally(house: House, mine: Sequence[Ruled]) -> Tally:
    kinds = Counter(
        "grey"
        if is_grey(each.after)
        else "good"
        if isinstance(each.after.outcome, Passed)
        else "bad"
        for each in mine
    )
    carried = sum(taken_from(house, each) is not None for each in mine)
    return Tally(good=kinds["good"], bad=kinds["bad"], grey=kinds["grey"], carried=carried)


def _result(house: House, ruled: Ruled) -> Result:
    cell = ruled.planned.cell.key if ruled.planned.cell else ""
    seen = observations(house, cell, ruled.probe)
    before = observations(house, ruled.planned.against, ruled.probe)
    telling = _telling(ruled)
    quiet = isinstance(telling, Passed)
    return Result(
        probe=ruled.probe.name,
        outcome=ruled.after.outcome,
        before=ruled.before.outcome if ruled.before else None,
        verdict=ruled.verdict,
        signature=signature(telling),
        seen=() if quiet or not seen else seen[0].seen,
        expected=()
        if quiet
        else tuple((look.link, expectation(look, before)) for look in ruled.probe.looks),
        log=_log(house, seen[0].log) if seen and not quiet else "",
        note=noted(house, ruled),
    )


def _telling(ruled: Ruled) -> Outcome:
    if ruled.verdict is Verdict.FIXED and ruled.before:
        return ruled.before.outcome
    return ruled.after.outcome


def _log(house: House, name: str) -> str:
    """The end of what the process printed; it is untrusted text."""
    content = house.ledger.blob(name) if name else None
    return content.decode("utf-8", "replace")[-4000:] if content else ""


def _good_news(cause: Group) -> bool:
    """What is broken comes first."""
    return not cause.plainest.verdict.bad


def _finding(house: House, cause: Group, life: Life | None) -> FindingView:
    flip = cause.plainest
    explained = house.memory.explained.get(cause.search)
    reduced = house.memory.reduced.get(cause.search)
    drafted = house.memory.drafted.get(cause.finding)
    swapped = house.memory.swapped.get(cause.search)
    repro = house.ledger.blob(reduced.repro) if reduced and reduced.repro else None
    found = FindingView(
        finding=cause.finding,
        row=flip.row,
        also=cause.also,
        cell=_called(flip.cell, flip.trigger),
        verdict=flip.verdict,
        probes=cause.probes,
        link=cause.link,
        signature=cause.signature,
        diff=text_of(flip.telling),
        explanation=explained.explanation if explained else None,
        target=_target(house.within(flip.row), explained.explanation.culprits[0].package)
        if explained and explained.explanation.culprits and not flip.claim
        else "",
        declared=flip.claim,
        draft=drafted.body if drafted else "",
        thread=life.issue if life else "",
        state=life.state.value if life and life.issue else "",
        because=_because(cause, cause.link),
        swap=swapped.table if swapped else (),
        tested=tested(house, cause),
    )
    if reduced is None or repro is None or not reduced.verified:
        return found
    return replace(
        found,
        repro=repro.decode(),
        repro_name=f"{cause.finding}/repro.py",
        fails=reduced.fails,
        passes=reduced.passes,
        verified=reduced.verified,
    )


def _promises(house: House) -> dict[str, str]:
    """What the environments of the matrix promise; of several, each says whose word it is."""
    homes = [
        house.within(row.name, backend) for row in house.matrix.rows for backend in row.backends
    ]
    usable = [home for home in homes if not (home.obstacle(home.source) or home.barred)]
    envs = {home.env.name: home.env for home in usable}
    several = len(envs) > 1
    return {
        f"{what} ({name})" if several else what: word
        for name, env in envs.items()
        for what, word in env.promises().items()
    }


def text_of(outcome: Outcome) -> str:
    """Return what an outcome says to a person."""
    match outcome:
        case Diverged(diff=diff):
            return diff
        case Failed(phase=phase, reason=reason, message=message):
            return f"{reason} ({phase}): {message}"
        case Unsolvable(conflict=conflict):
            return conflict
        case NotRun(why=why):
            return why
        case Passed():
            return ""


def _because(cause: Group, link: Link | None) -> str:
    look = cause.plainest.probe.look(link) if link else None
    return f"{look.authority.value}: {look.because}" if look else ""


def _target(house: House, package: str) -> str:
    """The project of a culprit: its upstream where it is watched, else its page on the index."""
    for name, component in house.matrix.components.items():
        if (house.kind(name), house.pinned(name)) == (house.source, package):
            return component.upstream
    return f"{_PAGES[house.source]}{package_of(package)}/"
