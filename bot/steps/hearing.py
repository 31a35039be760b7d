"""Orders in comments on our issues: obeyed when they are read, and each answered once.

What an order does is told before it is answered, with the comment as its reason; so whoever is
interrupted in between finds it done, and only answers. A stop is obeyed before all else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from bot.core.entries import parts
from bot.core.facts import Answered, Queued, Stopped
from bot.core.life import Life, Step
from bot.core.orders import SAID, Order, Word, read
from bot.core.policy import same
from bot.core.sanitise import code
from bot.errors import UsageError
from bot.forge import Comment
from bot.steps.desk import Desk
from bot.steps.silence import for_ever, why_silent

_STEPS: Mapping[Word, Step] = {
    Word.FIX: Step.FIX,
    Word.DUP: Step.LINK,
    Word.INVALID: Step.INVALID,
    Word.EXPECTED: Step.EXPECTED,
}
_ENDS = frozenset({Word.DUP, Word.INVALID, Word.EXPECTED})  # after these the issue is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One order: of whom, where, on which issue of ours, and the findings that it speaks of."""

    order: Order
    comment: Comment
    issue: str
    findings: tuple[str, ...]

    @property
    def where(self) -> str:
        """The name of this very order."""
        return f"{self.comment.address} {self.order.word} {self.order.about}".rstrip()


def hear(desk: Desk, *, send: bool) -> Iterator[str]:
    """Obey every order that was not answered yet; yields what came of each.

    Only with `send` it is answered there. Raises `SourceError` where the forge does not answer.
    """
    done = {fact.body.where for fact in desk.ledger.facts() if isinstance(fact.body, Answered)}
    told = [one for one in orders(desk) if one.where not in done]
    stops = [one for one in told if one.order.word is Word.STOP]
    for one in stops:  # all of them, before anything is written anywhere
        _stop(desk, one)
    for one in chain(stops, (one for one in told if one.order.word is not Word.STOP)):
        yield from _answered(desk, one, send=send)


def orders(desk: Desk) -> Iterator[Told]:
    """Yield the orders of maintainers on our issues, in the order in which they stand there."""
    issues: dict[str, list[str]] = {}
    for life in desk.lives.values():
        if filed_at(life):
            issues.setdefault(filed_at(life), []).append(life.finding)
    for address, findings in issues.items():
        for comment in desk.forge().comments(address):
            if comment.maintainer and not comment.ours:
                for order in read(comment.body):
                    yield Told(
                        order=order, comment=comment, issue=address, findings=tuple(findings)
                    )


def filed_at(life: Life) -> str:
    """Return where we filed a finding last, whatever it was linked to since; empty: nowhere."""
    filed = (each.about for each in reversed(life.history) if each.step is Step.FILE)
    return next(filed, "")


def _answered(desk: Desk, told: Told, *, send: bool) -> Iterator[str]:
    says = _done(desk, told)
    place, _ = parts(told.issue)
    line = f"{told.comment.who} at {told.comment.address}, {told.order.word}: {says}"
    if not send:
        yield f"{line} (not answered there: a dry run)"
        return
    silent = why_silent(desk, place, last_word=told.order.word is Word.STOP)
    if not silent:
        _speak(desk, told, says)
    yield f"{line} (not answered there: {silent})" if silent else line
    if not silent or for_ever(desk, place):
        for finding in told.findings[:1]:
            body = Answered(
                where=told.where,
                order=told.order.word.value,
                finding=finding,
                who=told.comment.who,
                at=desk.now,
                says=says,
            )
            desk.tell(body, finding)


def _speak(desk: Desk, told: Told, says: str) -> None:
    mark = f"(This answers {told.comment.address}, {told.order.word}.)"
    ours = (one.body for one in desk.forge().comments(told.issue) if one.ours)
    text = next((body for body in ours if mark in body), f"{says}\n\n{mark}")
    if told.order.word in _ENDS and not says.startswith("Not done"):
        desk.forge().close(told.issue, comment=text)
    elif not desk.forge().read(told.issue).locked:
        desk.forge().say(told.issue, text)


def _done(desk: Desk, told: Told) -> str:
    """Do what an order says, unless that was done before, and return what to answer."""
    match told.order.word:
        case Word.STOP:
            return "Understood: nothing more will be written to this project, from now on."
        case Word.TEST:
            return _queue(desk, told)
        case Word.FIX | Word.DUP | Word.INVALID | Word.EXPECTED:
            refused = [why for each in told.findings if (why := _step(desk, told, each))]
            return f"Not done: {refused[0]}." if refused else _thanks(told)


def _step(desk: Desk, told: Told, finding: str) -> str:
    """Take the step of an order; returns why that was not possible."""
    why = f"{SAID}{told.comment.address}"
    if told.order.word is Word.INVALID:
        why = f"{told.order.about}; {why}"
    step, about = _STEPS[told.order.word], _about(told)
    history = desk.lives[finding].history
    if any((each.step, each.about, each.why) == (step, about, why) for each in history):
        return ""
    try:
        replace(desk, who=told.comment.who).step(finding, step, why, about)
    except UsageError as trouble:
        return trouble.message
    return ""


def _about(told: Told) -> str:
    """Return what a step names: an issue's number means one of the same project."""
    order = told.order
    if order.word is Word.DUP and order.about.startswith("#"):
        place, _ = parts(told.issue)
        return f"https://github.com/{place}/issues/{order.about[1:]}"
    return order.about if order.word in {Word.FIX, Word.DUP} else ""


def _thanks(told: Told) -> str:
    match told.order.word:
        case Word.FIX:
            version = code(told.order.about)
            return f"Thank you. {version} will be tested; this closes when it is seen to be good."
        case Word.DUP:
            return "Thank you. This is followed there, and closed here."
        case Word.EXPECTED:
            return "Thank you. It is intended: this will not be told again."
        case _:
            return "Thank you, and sorry for the noise. This is withdrawn, and counted as ours."


def _queue(desk: Desk, told: Told) -> str:
    version = told.order.about
    known = {fact.body.where for fact in desk.ledger.facts() if isinstance(fact.body, Queued)}
    for finding in told.findings if told.where not in known else ():
        body = Queued(
            finding=finding,
            version=version,
            who=told.comment.who,
            at=desk.now,
            where=told.where,
        )
        desk.tell(body, finding)
    return (
        f"Noted: {code(version)} waits to be tested, in a container without a network while it "
        "is asked."
    )


def _stop(desk: Desk, told: Told) -> None:
    target = same(parts(told.issue)[0])
    if not for_ever(desk, parts(told.issue)[0]):
        why = f"{SAID}{told.comment.address}"
        body = Stopped(target=target, who=told.comment.who, at=desk.now, why=why)
        desk.ledger.tell(body, job=f"stop {target}")
