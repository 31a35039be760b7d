"""What our issues need after they were filed: the draft's text, one word at each turn, an end.

Measurements are told as steps first. What is then written, and only with `send`, can be written
again without harm, so that an interruption leaves nothing half said.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress

from bot.core.aftercare import Turn, says, turn
from bot.core.aliases import aliases
from bot.core.draft import named
from bot.core.entries import parts
from bot.core.facts import Retested
from bot.core.form import searched
from bot.core.life import Life, State, Step
from bot.core.sanitise import code, inline
from bot.core.ticks import text_digest
from bot.core.traits import NO_TRAITS
from bot.errors import SourceError
from bot.steps.desk import Desk
from bot.steps.sent import sent, tell_sent
from bot.steps.silence import for_ever, why_silent

_DONE = frozenset({State.VERIFIED, State.CLOSED})
_EDITED = frozenset({State.FILED, State.ACKNOWLEDGED, State.REOPENED})


def care(desk: Desk, *, send: bool) -> Iterator[str]:
    """Take the steps that later releases ask for, and do at each issue what follows from them.

    Yields what was done, or would be. Raises `SourceError` where the forge does not answer.
    """
    secret = desk.private
    for life in desk.lives.values():
        if life.ours:
            yield from _turns(desk, life, send=send and life.finding not in secret)
    for finding in tuple(desk.lives):
        life = desk.lives[finding]
        if finding in secret:  # what is there stays as it is: more would tell more
            continue
        if life.ours and life.state is State.VERIFIED:
            yield from _close(desk, life, send=send)
        elif life.ours and life.state in _EDITED:
            yield from _edit(desk, life, send=send)


def tests_of(desk: Desk, finding: str) -> tuple[Retested, ...]:
    """Return what was measured of a finding after it was filed, as it was told."""
    facts = desk.ledger.facts()
    called = aliases(facts)
    told = (fact.body for fact in facts)
    tests = (body for body in told if isinstance(body, Retested))
    return tuple(body for body in tests if called.of(body.finding) == finding)


def _turns(desk: Desk, life: Life, *, send: bool) -> Iterator[str]:
    """Take one step after the other, until the measurements ask for no more."""
    tests = tests_of(desk, life.finding)
    draft = desk.drafted.get(life.finding)
    scheme = (draft.traits if draft else NO_TRAITS).scheme
    for _ in State:
        found = turn(desk.lives[life.finding], tests, scheme)
        if found is None:
            return
        if found.step is Step.REOPEN and not (yield from _reopen(desk, life, found, send=send)):
            return
        after = desk.step(life.finding, found.step, found.why, found.about)
        yield f"{life.finding} is {after.state}: {found.why}"


def _reopen(desk: Desk, life: Life, found: Turn, *, send: bool) -> Generator[str, None, bool]:
    """Open an issue again and say why; returns whether the step may be told."""
    if not send:
        yield f"{life.finding} would be opened again: {found.why}"
        return False
    silent = why_silent(desk, parts(life.issue)[0])
    if silent:
        yield f"{life.finding}, {found.why}: nothing was written, {silent}"
        return for_ever(desk, parts(life.issue)[0])
    with suppress(SourceError):  # only who closed it may open it; then the word must do
        desk.forge().reopen(life.issue)
    if not desk.forge().read(life.issue).locked:
        desk.forge().say(life.issue, f"This is {inline(found.why)}, so it is open again.")
    return True


def _close(desk: Desk, life: Life, *, send: bool) -> Iterator[str]:
    """Close what is verified, once everything that shares the issue is."""
    shared = [each for each in desk.lives.values() if each.ours and each.issue == life.issue]
    if any(each.state not in _DONE and not each.state.settled for each in shared):
        return
    if not send:
        yield f"would close {life.issue}: {life.finding} is verified"
        return
    silent = why_silent(desk, parts(life.issue)[0])
    if silent and not for_ever(desk, parts(life.issue)[0]):
        yield f"{life.issue} stays open for now: {silent}"
        return
    if not silent:
        desk.forge().close(life.issue, comment=farewell(desk, shared), done=True)
    why = f"nothing was written, {silent}" if silent else "verified, and closed"
    desk.step(life.finding, Step.CLOSE, why)
    yield f"{life.finding} is closed: {why}"


def farewell(desk: Desk, shared: Sequence[Life]) -> str:
    """Return the comment with which an issue is closed: the release, and what was counted."""
    fixes = {each.about for life in shared for each in life.history if each.step is Step.FIX}
    versions = ", ".join(code(version) for version in sorted(fixes))
    tests = [tests_of(desk, life.finding)[-1:] for life in shared]
    told = dict.fromkeys(f"{code(one.version)}: {says(one)}." for some in tests for one in some)
    return "\n".join((f"Fixed in {versions}, as measured. Thank you.", "", *told))


def _edit(desk: Desk, life: Life, *, send: bool) -> Iterator[str]:
    """Put the draft's text in place of the one that we wrote, if nobody else has changed that."""
    shared = [each for each in desk.lives.values() if each.ours and each.issue == life.issue]
    drafted = desk.drafted.get(life.finding)
    wrote = sent(desk, life.issue)
    if len(shared) > 1 or drafted is None or not wrote:
        return
    body = searched(desk.drafts(drafted).body)  # nothing was filed without a search
    yield from put_text(desk, life.issue, body, send=send)


def put_text(desk: Desk, address: str, body: str, *, send: bool) -> Iterator[str]:
    """Edit an issue of ours in place; what others changed in it is left as they want it."""
    if text_digest(body) == sent(desk, address):
        return
    issue = desk.forge().read(address)
    ours = {sent(desk, address), text_digest(body)}
    known = aliases(desk.ledger.facts())  # what was filed by a name of before gets the new one
    mine = known.of(named(issue.body)) == known.of(named(body))
    if not issue.open or text_digest(issue.body) not in ours or not mine:
        return
    if not send:
        yield f"would edit {address}: its draft changed"
        return
    silent = why_silent(desk, parts(address)[0])
    if silent:
        yield f"{address} stays as it is: {silent}"
        return
    desk.forge().edit(address, body)
    tell_sent(desk, address, body)
    yield f"{address} was edited"
