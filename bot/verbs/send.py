"""`stackmatrix issues file`, `retract`, `stop`: what leaves, and what never does."""

from __future__ import annotations

import getpass
from typing import Any

import click

from bot.core.facts import Stopped
from bot.core.life import Step, steps_from
from bot.core.model import Json
from bot.core.policy import Way, same
from bot.core.press import address
from bot.core.sanitise import plain
from bot.effects.files import put
from bot.errors import SourceError, UsageError
from bot.steps.aftercare import care
from bot.steps.desk import Desk
from bot.steps.filing import Plan, carry_out, plans
from bot.steps.hearing import hear
from bot.steps.syncing import sync
from bot.verbs import board, confide
from bot.verbs.desk import FILE, opened
from bot.verbs.issues import asked_of, group, life_json, named, places, reasons
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

issues = group  # with these verbs added, and those of `board` and `confide`
__all__ = ["board", "confide", "issues"]


@group.command("file", epilog=epilog("issues file"))
@click.option("--send", is_flag=True, help="Really send what the dry run lists.")
@click.option("--who", default=getpass.getuser, help="Who says so; you, unless told.")
@places
@talk_options
def file_command(*, send: bool, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """List what would be filed, and why the rest stays; with --send, file it.

    The token is taken from STACKMATRIX_TOKEN or GITHUB_TOKEN. A project's consent is read there
    at the moment of filing, and so is its stop, which always wins.
    """
    with opened(asked_of(given)) as desk:
        listed = [(plan, _done(desk, plan) if send else plan.line) for plan in tuple(plans(desk))]
        lines = [line for plan, text in listed for line in (text, *_press(desk, plan))]
    lines = lines or ["nothing waits to be filed"]
    if not send and any(not plan.obstacle and plan.way is not Way.PRESS for plan, _ in listed):
        lines.append("a dry run: nothing was sent; `stackmatrix issues file --send` sends it")
    told: Json = [
        {"finding": plan.finding, "place": plan.place, "way": plan.way.value, "says": line}
        for plan, line in listed
    ]
    return Said(lines=tuple(lines), json=told, as_json=as_json, quiet=quiet)


def _done(desk: Desk, plan: Plan) -> str:
    came = carry_out(desk, plan)
    if isinstance(came, Plan):
        return came.line
    return f"{plan.finding} is {desk.lives[plan.finding].state}: {came.address}"


def _press(desk: Desk, plan: Plan) -> tuple[str, ...]:
    """The address to open, of what a person is to file."""
    if plan.obstacle or plan.told or plan.draft is None or plan.way is not Way.PRESS:
        return ()
    try:
        form = desk.forge().form(plan.place)
        note: tuple[str, ...] = ()
    except SourceError as trouble:
        form, note = None, (f"  (its form could not be read: {trouble.message})",)
    return (f"  {address(plan.place, plan.draft.title, plan.draft.body, form)}", *note)


@group.command("sync", epilog=epilog("issues sync"))
@click.option("--send", is_flag=True, help="Really answer there, and close what is mended.")
@click.option("--who", default="stackmatrix", help="Who is told to have looked.")
@places
@talk_options
def sync_command(*, send: bool, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """Read what became of the issues that were filed, and obey what maintainers say there.

    Nothing is written there but with --send: one answer to each order, one comment where the
    state of a finding changes, the issue's text where the draft changed.
    """
    with opened(asked_of(given)) as desk:
        done = list(sync(desk))
        heard = [plain(line) for line in (*hear(desk, send=send), *care(desk, send=send))]
    lines = [f"{life.finding} is {life.state}: {life.history[-1].why}" for life in done]
    lines = [*map(plain, lines), *heard]
    spoken: list[Json] = [{"says": line} for line in heard]
    told: Json = [*map(life_json, done), *spoken]
    return Said(lines=tuple(lines or ["nothing new"]), json=told, as_json=as_json, quiet=quiet)


@group.command("retract", epilog=epilog("issues retract"))
@click.argument("finding")
@click.option("--send", is_flag=True, help="Really take it back.")
@reasons
@places
@talk_options
def retract_command(
    *,
    finding: str,
    send: bool,
    reason: str,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Take an issue back: one comment that says why, closed as not planned."""
    with opened(asked_of(given)) as desk:
        life = named(desk, finding)
        if Step.RETRACT not in steps_from(life):
            raise UsageError(
                f"{life.finding} is {life.state}: there is no open issue to take back",
                cure=f"see `stackmatrix issues show {life.finding}`",
            )
        others = [one for one in desk.lives.values() if one.ours and one.issue == life.issue]
        if len(others) > 1:
            raise UsageError(
                f"{life.issue} tells of {len(others)} findings, and closing it ends them all",
                cure="comment there on the one that is wrong",
            )
        line = f"would close {life.issue} as not planned, saying: {plain(reason)}"
        if send and desk.stop():
            raise UsageError(desk.stop(), cure="remove it, then try again")
        if send:
            desk.forge().close(life.issue, comment=plain(reason))
            life = desk.step(life.finding, Step.RETRACT, reason)
            line = f"{life.finding} is {life.state}: {life.issue}"
    return Said(lines=(line,), json=life_json(life), as_json=as_json, quiet=quiet)


@group.command("stop", epilog=epilog("issues stop"))
@click.argument("target", required=False, default="")
@reasons
@places
@talk_options
def stop_command(
    *,
    target: str,
    reason: str,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Send nothing more to TARGET, for ever; without one, nothing at all until you undo it."""
    asked = asked_of(given)
    if not target:
        file = asked.state / FILE
        put(file, f"{asked.who}: {reason}\n".encode())
        line = f"nothing leaves while {file} is there; remove it to go on"
    else:
        with opened(asked) as desk:
            word = Stopped(target=same(target), who=desk.who, at=desk.now, why=reason)
            desk.ledger.tell(word, job=f"stop {word.target}")
        line = f"nothing goes to {word.target} any more"
    return Said(lines=(line,), json={"stopped": target}, as_json=as_json, quiet=quiet)
