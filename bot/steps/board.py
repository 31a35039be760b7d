"""The dashboard kept: its ticks are obeyed, each once, and the page is written where it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.brakes import brakes
from bot.core.dashboard import PAGE, TITLE, Board, Line, render
from bot.core.facts import Answered, Drafted, Queued
from bot.core.life import Life
from bot.core.model import digest
from bot.core.ticks import Edit, Tick, plain_lines, setter, ticks
from bot.errors import UsageError
from bot.forge import Draft, Issue
from bot.steps.desk import Desk

TRIES = 3  # how often a page is read anew that somebody edits while it is answered

_UNKNOWN = "nobody can tell who ticked it, so it was not obeyed; use `stackmatrix issues`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of it: answers given now, and what was, or would be, written where."""

    answers: tuple[str, ...]
    line: str


def keep(desk: Desk, *, send: bool) -> Kept:
    """Obey the ticks of the dashboard and write it anew; without `send` nothing is written there.

    Raises `UsageError` where the matrix names no repository of the user's own, or the page there
    is a stranger's, and `SourceError` where the forge does not answer.
    """
    place = desk.policy.own
    if not place:
        cure = "add `own: you/your-repository` to `policy` in matrix.yaml"
        raise UsageError("the dashboard has no repository to be in", cure=cure)
    answers: list[str] = []
    for _ in range(TRIES):
        forge = desk.forge()
        quiet = not send or desk.stop() or forge.stopped(place)
        page = forge.find(place, PAGE) if quiet else forge.alone(place, PAGE)
        if page is not None and not page.ours:
            why = f"{page.address} says it is the dashboard, and {page.author} wrote it"
            raise UsageError(why, cure="take its last line away, or close and rename it")
        if page is not None and not page.open:
            return Kept(answers=(), line=f"{page.address} is closed: open it to have a dashboard")
        if page is not None:
            answers += obey(desk, place, page)
        line = _write(desk, place, page, send=send)
        if line:
            return Kept(answers=tuple(answers), line=line)
    raise UsageError(f"the dashboard at {place} is being edited", cure="try again in a minute")


def obey(desk: Desk, place: str, page: Issue) -> Iterator[str]:
    """Take the step of each tick that nobody answered yet; yields what came of each."""
    found = ticks(page.body)
    done = {fact.body.where for fact in desk.ledger.facts() if isinstance(fact.body, Answered)}
    known = desk.lives
    edits = desk.forge().edits(page.address) if found else ()
    for tick in found:
        edit = setter(edits, page.body, tick)
        where = _where(page, tick, edit)
        if where in done or tick.finding not in known:
            continue
        who = edit.who if edit else ""
        says = _obeyed(desk, place, tick, who, where)
        told = Answered(
            where=where,
            order=tick.step.value,
            finding=tick.finding,
            who=who or "somebody",
            at=desk.now,
            says=says,
        )
        desk.tell(told, tick.finding)
        yield answer_line(told)


def _obeyed(desk: Desk, place: str, tick: Tick, who: str, where: str) -> str:
    """Return what came of one tick; its step is told with the page as the place of the word."""
    if not who:
        return _UNKNOWN
    if not desk.forge().may_write(place, who):
        return "who ticked it may not write here, so it was not obeyed"
    why = f"ticked at {where}"
    if any(each.why == why for each in desk.lives[tick.finding].history):
        return f"it is {desk.lives[tick.finding].state}"  # told before we were interrupted
    try:
        life = replace(desk, who=who).step(tick.finding, tick.step, why)
    except UsageError as refused:
        return f"not done: {refused.message}"
    return f"it is {life.state}"


def answer_line(told: Answered) -> str:
    """Say an answer in one line."""
    return f"{told.at:%Y-%m-%d %H:%M} {told.who}, {told.order} {told.finding}: {told.says}"


def _where(page: Issue, tick: Tick, edit: Edit | None) -> str:
    """Name this very tick: its box, and the edit that set it, or the page where none is known."""
    when = edit.at if edit else digest([plain_lines(page.body)])[:12]
    return f"{page.address}#{when} {tick.step} {tick.finding}"


def _write(desk: Desk, place: str, page: Issue | None, *, send: bool) -> str:
    """Write the page where it changed, and say so; empty where somebody edited it just now."""
    body = render(board_of(desk, page.address if page else ""))
    if page is not None and plain_lines(page.body) == plain_lines(body):
        return f"{page.address} is as it should be"
    stop = desk.stop() or desk.forge().stopped(place)
    if stop:
        return f"nothing was written: {stop}"
    if not send:
        return f"would {'be written to ' + page.address if page else 'be filed at ' + place}"
    forge = desk.forge()
    if page is None:
        draft = Draft(finding=PAGE, target=place, title=TITLE, body=body)
        return f"{forge.create(place, draft).address} was made"
    if plain_lines(forge.read(page.address).body) != plain_lines(page.body):
        return ""
    forge.edit(page.address, body)
    return f"{page.address} was written"


def board_of(desk: Desk, address: str) -> Board:
    """Return what the page at `address` shows, from the ledger alone."""
    drafted = desk.drafted
    known = desk.lives
    private = set(desk.private)
    bodies = [fact.body for fact in desk.ledger.facts()]
    answers = [body for body in bodies if isinstance(body, Answered)]
    lines = [
        _line(desk, life, drafted.get(life.finding))
        for life in known.values()
        if life.finding not in private
    ]
    return Board(
        lines=tuple(sorted(lines, key=lambda line: line.target)),
        answers=tuple(
            answer_line(each)
            for each in answers
            if address and each.where.startswith(f"{address}#") and each.finding not in private
        ),
        brakes=brakes(known, {name: draft.target for name, draft in drafted.items()}, desk.now),
        queued=tuple(
            f"{body.finding} with {body.version}, asked by {body.who}"
            for body in bodies
            if isinstance(body, Queued) and body.finding not in private
        ),
        private=len(private & set(known)),
    )


def _line(desk: Desk, life: Life, draft: Drafted | None) -> Line:
    return Line(
        finding=life.finding,
        state=life.state,
        title=draft.title if draft else "",
        target=draft.target if draft else "",
        way=desk.policy.rule(draft.target).way.value if draft else "",
        issue=life.issue,
        note="seen on the tiny model only" if draft and draft.traits.tiny else "",
    )
