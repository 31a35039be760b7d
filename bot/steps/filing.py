"""What leaves the machine, and when: every finding is held against policy, consent and caps.

`plans` decides and sends nothing: its list is what a dry run prints. `carry_out` sends one plan,
after it has read the place again; the search for the fingerprint comes before each issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.core.allowed import obstacle_there, record
from bot.core.facts import RunEnded, RunStarted, Sent
from bot.core.form import searched
from bot.core.life import Life, State, Step
from bot.core.lives import stops
from bot.core.policy import FRESH, WEEK, Way, obstacle_here, same
from bot.core.standing import Standing
from bot.core.ticks import text_digest
from bot.core.umbrella import Part, fingerprint, text, umbrellas
from bot.errors import SourceError
from bot.forge import Draft, Issue
from bot.steps.before import told_before, unfit
from bot.steps.desk import Desk
from bot.steps.papers import NOTHING, Papers, keep, papers, unformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would become of one finding: where it would go, or why it stays."""

    finding: str
    target: str
    way: Way
    place: str
    obstacle: str = ""
    draft: Draft | None = None
    consent: str = ""
    covers: tuple[str, ...] = ()  # of an umbrella, the findings that are told in it
    arrived: bool = False  # it is there already, and only the ledger does not know
    told: str = ""  # the address of an issue that likely tells the same
    read: Papers = field(default=NOTHING, compare=False)  # what the place asks of reporters

    @property
    def line(self) -> str:
        """Say it in one line."""
        if self.obstacle:
            return f"{self.finding} stays: {self.obstacle}"
        if self.told:
            return f"{self.finding} would be linked to {self.told}, which likely tells the same"
        verb = "a person presses the button at" if self.way is Way.PRESS else "would be filed at"
        title = self.draft.title if self.draft else ""
        because = f" ({self.consent})" if self.consent else ""
        return f"{self.finding} {verb} {self.place}{because}: {title}"


def plans(desk: Desk) -> Iterator[Plan]:
    """Yield what would become of every finding that waits; reads places, sends nothing."""
    drafted, known = desk.drafted, desk.lives
    targets = _targets(desk)
    sent = _sent_lately(desk, known)
    going: dict[str, int] = {}
    shared = umbrellas(known, drafted, desk.private)
    leaders: dict[tuple[str, ...], str] = {}
    begun = _begun(desk)
    for finding, life in sorted(known.items(), key=lambda each: each[0] not in begun):
        if life.state not in {State.DRAFTED, State.APPROVED} or finding not in drafted:
            continue
        rule = desk.policy.rule(targets[finding])
        plan = Plan(
            finding=finding,
            target=targets[finding],
            way=rule.way,
            place=desk.policy.place(targets[finding]),
        )
        here = desk.stop() or _here(desk, life, plan)
        covers = shared.get(finding, ())
        first = leaders.setdefault(covers, finding) if covers and not here else finding
        if here or first != finding:
            because = f"it is told together with {first}, in one issue of the release"
            yield replace(plan, obstacle=here or because)
            continue
        plan = replace(plan, covers=_covered(desk, plan, covers))
        told = _there(desk, plan, going.get(plan.place, 0))
        room = told.arrived or sent + sum(going.values()) < desk.policy.all_per_week
        if not told.obstacle and not room:
            told = replace(told, obstacle=f"{desk.policy.all_per_week} a week in all may leave")
        if not told.obstacle and not told.told:
            going[plan.place] = going.get(plan.place, 0) + 1
        yield told


def carry_out(desk: Desk, plan: Plan) -> Issue | Plan:
    """Send one plan and tell what came of it; the plan with its obstacle where it stays.

    Switch, consent and caps are read once more, now. A place that has the finding already gets
    no second issue: the finding is linked to that one. What a person must press is left alone.
    """
    keep(desk, plan.read)
    press = plan.way is Way.PRESS and not plan.told
    if plan.obstacle or plan.draft is None or press:
        return plan
    secret = [desk.private[name] for name in (plan.finding, *plan.covers) if name in desk.private]
    stop = desk.stop() or "; ".join(secret)
    last = replace(plan, obstacle=stop) if stop else _there(desk, plan, 0)
    keep(desk, last.read)
    if last.obstacle or (last.way is Way.PRESS and not last.told):
        return last
    if last.told:
        why = "a search found that it likely tells the same"
        desk.step(plan.finding, Step.LINK, why, last.told)
        return desk.forge().read(last.told)
    draft = last.draft or plan.draft
    desk.tell(Sent(where=_door(draft.finding), digest=text_digest(draft.body)), plan.finding)
    issue = desk.forge().create(last.place, draft)
    if issue.ours and plan.covers and issue.body != draft.body:
        issue = desk.forge().edit(issue.address, draft.body)
    if issue.ours and text_digest(issue.body) == text_digest(draft.body):
        desk.tell(Sent(where=issue.address, digest=text_digest(issue.body)), issue.address)
    step = Step.FILE if issue.ours else Step.LINK
    why = last.consent or f"the policy for {plan.target} is `{plan.way}`"
    for finding in plan.covers or (plan.finding,):
        desk.step(finding, step, why, issue.address)
    return issue


def _door(name: str) -> str:
    """Where the ledger tells that a draft was about to be sent: it may have arrived."""
    return f"{name}, on its way"


def _doors(desk: Desk) -> frozenset[str]:
    bodies = (fact.body for fact in desk.ledger.facts())
    return frozenset(body.where for body in bodies if isinstance(body, Sent))


def _begun(desk: Desk) -> frozenset[str]:
    """Return the drafted findings that were about to be sent, each alone or in its umbrella."""
    doors = _doors(desk)
    names = (
        (name, _door(name), _door(fingerprint(one.traits.package, one.traits.first_bad)))
        for name, one in desk.drafted.items()
    )
    return frozenset(name for name, *mine in names if doors.intersection(mine))


def _arrived(desk: Desk, place: str, draft: Draft) -> bool:
    """Whether what was about to be sent is there, so that no new issue is made for it."""
    if _door(draft.finding) not in _doors(desk):
        return False
    known = desk.forge().find(place, draft.finding)
    return known is not None and known.ours


def _here(desk: Desk, life: Life, plan: Plan) -> str:
    """Return what speaks against it without asking anybody."""
    said = stops(desk.ledger.facts())
    word = next((said[at] for at in ("", same(plan.target), same(plan.place)) if at in said), None)
    if word:
        return f"{word.who} said stop on {word.at:%Y-%m-%d}: {word.why}"
    told = record(desk.lives, _targets(desk), plan.target)
    why = obstacle_here(life, desk.policy.rule(plan.target), plan.target, told, desk.now)
    if not why and not plan.place:
        return f"{plan.target} takes no issues that a program can file"
    facts = desk.ledger.facts()
    drafted, secret = desk.drafted[plan.finding], desk.private.get(plan.finding, "")
    why = why or unfit(drafted, life, facts, desk.now, secret)
    return why or _stale(desk, plan.finding)


def _covered(desk: Desk, plan: Plan, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of a release's findings that may go now, with the umbrella of `plan`."""
    known = desk.lives
    ready = (name for name in names if known[name].state is State.APPROVED)
    return tuple(
        name for name in ready if not _here(desk, known[name], replace(plan, finding=name))
    )


def _umbrella(desk: Desk, plan: Plan) -> Draft:
    """Return the one issue of a release: what goes now, and what was told in it before."""
    drafted, known = desk.drafted, desk.lives
    traits = drafted[plan.finding].traits
    before = (
        name
        for name, life in known.items()
        if life.ours
        and name in drafted
        and name not in desk.private
        and (drafted[name].traits.package, drafted[name].traits.first_bad)
        == (traits.package, traits.first_bad)
        and same(drafted[name].target) == same(plan.target)
    )
    drafts = [desk.drafts(drafted[name]) for name in (*before, *plan.covers)]
    parts = [Part(finding=one.finding, title=one.title, body=one.body) for one in drafts]
    title, body = text(traits, parts)
    name = fingerprint(traits.package, traits.first_bad)
    return Draft(finding=name, target=plan.target, title=title, body=body)


def _stale(desk: Desk, finding: str) -> str:
    """Return why the last run does not vouch for a finding: it must have seen it, within a day."""
    facts = desk.ledger.facts()
    ended = {fact.run: fact.body for fact in facts if isinstance(fact.body, RunEnded)}
    begun = {fact.run: fact.body.at for fact in facts if isinstance(fact.body, RunStarted)}
    last = max(ended, default=0)
    if finding not in (ended[last].broken if last else ()):
        return "the last run did not see it: the newest releases may have mended it"
    if desk.now - begun[last] > FRESH:
        return f"the last run is of {begun[last]:%Y-%m-%d}: run again, so that it is seen today"
    return ""


def _there(desk: Desk, plan: Plan, going: int) -> Plan:
    """Return the plan as the place itself lets it be; `going` are on their way there already."""
    draft = _umbrella(desk, plan) if plan.covers else desk.drafts(desk.drafted[plan.finding])
    if plan.way is Way.PRESS:
        return _pressed(desk, replace(plan, draft=draft))
    rule = desk.policy.rule(plan.target)
    try:
        forge = desk.forge()
        stopped = forge.stopped(desk.policy.own) if desk.policy.own else ""
        if stopped:
            return replace(plan, obstacle=stopped)
        standing = forge.standing(plan.place, since=desk.now - WEEK, consent=rule.consent)
    except SourceError as trouble:
        return replace(plan, obstacle=trouble.message)
    standing = replace(standing, recent=standing.recent + going)
    consent = standing.consent
    plan = replace(
        plan,
        place=standing.name,
        draft=draft,
        consent=f"{consent.who} at {consent.where} on {consent.at}" if consent else "",
    )
    try:
        return _allowed(desk, plan, draft, standing)
    except SourceError as trouble:
        return replace(plan, obstacle=trouble.message)


def _pressed(desk: Desk, plan: Plan) -> Plan:
    """Return what a person is to press, with what a search found: they search once more anyway."""
    found, read = None, NOTHING
    with suppress(SourceError):
        read = papers(desk, plan.target, plan.place)
        found = told_before(desk.forge(), plan.place, desk.drafted[plan.finding].traits)
    told = found.address if found else ""
    return replace(plan, told=told, read=read, obstacle=read.obstacle)


def _allowed(desk: Desk, plan: Plan, draft: Draft, standing: Standing) -> Plan:
    """Return the plan with what speaks against it there, or whose issue likely tells the same.

    What arrived already makes no further issue, so neither caps nor forms nor a search stop it.
    """
    if standing.refusal:
        return replace(plan, obstacle=standing.refusal)
    arrived = _arrived(desk, plan.place, draft)
    counted = replace(standing, recent=0) if arrived else standing
    told = record(desk.lives, _targets(desk), plan.target)
    obstacle = obstacle_there(desk.policy.rule(plan.target), counted, told)
    read, body = NOTHING, searched(draft.body)
    if not obstacle and not arrived and plan.way is Way.FILE:
        read = papers(desk, plan.target, plan.place)
        umbrella = bool(plan.covers)
        obstacle = read.obstacle or unformed(desk, plan.target, draft, umbrella=umbrella)
    plan = replace(plan, obstacle=obstacle, read=read, arrived=arrived)
    if obstacle:
        return plan
    same_told = None
    if not arrived:
        same_told = told_before(desk.forge(), plan.place, desk.drafted[plan.finding].traits)
    told_there = same_told.address if same_told else ""
    return replace(plan, draft=replace(draft, body=body), told=told_there)


def _targets(desk: Desk) -> dict[str, str]:
    return {finding: draft.target for finding, draft in desk.drafted.items()}


def _sent_lately(desk: Desk, known: Mapping[str, Life]) -> int:
    """Return how many issues were filed in the last week, in all: an umbrella is one."""
    every = (each for life in known.values() for each in life.history)
    return len(
        {each.about for each in every if each.step is Step.FILE and desk.now - each.at < WEEK}
    )
