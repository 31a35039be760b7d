"""`stackmatrix issues`: what became of each finding, and what a person lets become of it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.core.facts import Drafted
from bot.core.form import Target, contact, target_of
from bot.core.life import Life, State, Step, steps_from
from bot.core.model import Json
from bot.core.sanitise import plain
from bot.errors import UsageError
from bot.steps.desk import Desk
from bot.verbs.commands import Verbs
from bot.verbs.desk import Asked, opened
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

Command = TypeVar("Command", bound=Callable[..., Any])
LIST = ("finding", "state", "policy", "target", "title")


@click.group("issues", cls=Verbs)
def group() -> None:
    """See what became of each finding, and decide what may.

    Nothing leaves this machine without --send, and then only what you approved, as far as
    `policy` in matrix.yaml and the project itself allow.
    """


def places(command: Command) -> Command:
    """Say where the ledger and the matrix are."""
    state = click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
    config = click.option("--config", default="matrix.yaml", show_default=True, help="The matrix.")
    return config(state(command))


def reasons(command: Command) -> Command:
    """Say why, and who says so."""
    reason = click.option("--reason", required=True, help="Why: kept with the finding for ever.")
    who = click.option("--who", default=getpass.getuser, help="Who says so; you, unless told.")
    return reason(who(command))


def asked_of(given: dict[str, Any]) -> Asked:
    """Gather what every verb of the desk is told."""
    return Asked(
        config=Path(given["config"]), state=Path(given["state"]), who=str(given.get("who", ""))
    )


def named(desk: Desk, name: str) -> Life:
    """Return the finding that `name` begins. Raises `UsageError` where that is none, or several."""
    known = desk.lives
    found = [life for finding, life in known.items() if name and finding.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(life.finding for life in found)
        raise UsageError(f"`{name}` begins several findings: {several}", cure="write more of it")
    raise UsageError(f"there is no finding `{name}`", cure="`stackmatrix issues list` shows them")


@group.command("list", epilog=epilog("issues list"))
@click.option("--all", "every", is_flag=True, help="Show those that are settled, too.")
@places
@talk_options
def list_command(*, every: bool, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """List findings: where each stands, and how far it may go."""
    with opened(asked_of(given), write=False) as desk:
        shown = [life for life in desk.lives.values() if every or not life.state.settled]
        rows = tuple(_row(desk, life) for life in shown)
        notes = ("" if rows else "no finding is open", desk.stop())
    told: Json = [dict(zip(LIST, row, strict=True)) for row in rows]
    lines = tuple(note for note in notes if note)
    return Said(header=LIST, rows=rows, lines=lines, json=told, as_json=as_json, quiet=quiet)


def _row(desk: Desk, life: Life) -> tuple[str, ...]:
    draft = desk.drafted.get(life.finding)
    target = draft.target if draft else ""
    way = desk.policy.rule(target).way.value if target else ""
    return (life.finding, life.state.value, way, target, plain(draft.title) if draft else "")


@group.command("show", epilog=epilog("issues show"))
@click.argument("finding")
@places
@talk_options
def show_command(*, finding: str, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """Show the life of a finding, what can happen next, and its draft."""
    with opened(asked_of(given), write=False) as desk:
        life = named(desk, finding)
        drafted = desk.drafted.get(life.finding)
        secret = desk.private.get(life.finding, "")
        row = target_of(desk.targets, drafted.target if drafted else "")
    lines = [f"{life.finding} is {life.state}", *_history(life)]
    if life.state is State.DRAFTED or drafted:
        lines.append(f"draft: {drafted.body if drafted else ''}")
    lines += _warnings(drafted, life, secret, row)
    lines.append(f"next: {', '.join(steps_from(life)) or 'nothing'}")
    return Said(lines=tuple(lines), json=life_json(life), as_json=as_json, quiet=quiet)


def _warnings(drafted: Drafted | None, life: Life, secret: str, row: Target) -> list[str]:
    """Return what a person must know before it is approved."""
    if secret:
        whom = contact(row, drafted.target if drafted else "its project")
        return [f"private: tell {plain(whom)}, never a tracker: {plain(secret)}"]
    if drafted is None or life.state.settled:
        return []
    tiny = drafted.traits.tiny and life.state is State.DRAFTED
    return ["seen on the tiny model only: approve it where you know it is real"] if tiny else []


def _history(life: Life) -> list[str]:
    return [
        f"  {each.at:%Y-%m-%d %H:%M}  {each.step:<11}  {plain(each.who)}: {plain(each.why)}"
        + (f"  {plain(each.about)}" if each.about else "")
        for each in life.history
    ]


def life_json(life: Life) -> Json:
    """Return a life as JSON."""
    return {
        "finding": life.finding,
        "state": life.state.value,
        "issue": life.issue,
        "history": [
            {
                "step": each.step.value,
                "who": each.who,
                "at": each.at.isoformat(),
                "why": each.why,
                "about": each.about,
            }
            for each in life.history
        ],
        "next": [step.value for step in steps_from(life)],
    }


def _add(step: Step, about: str) -> None:
    @group.command(step.value, help=about, epilog=epilog(f"issues {step.value}"))
    @click.argument("findings", nargs=-1, required=True)
    @reasons
    @places
    @talk_options
    def command(
        *,
        findings: tuple[str, ...],
        reason: str,
        quiet: bool,
        as_json: bool,
        **given: Any,  # noqa: ANN401
    ) -> Said:
        with opened(asked_of(given)) as desk:
            chosen = [named(desk, each).finding for each in findings]
            done = [desk.step(each, step, reason) for each in dict.fromkeys(chosen)]
        lines = tuple(f"{life.finding} is {life.state}" for life in done)
        told: Json = [life_json(life) for life in done]
        return Said(lines=lines, json=told, as_json=as_json, quiet=quiet)


_add(Step.APPROVE, "Approve drafts, so that they may be filed as far as the policy allows.")
_add(Step.REJECT, "Reject drafts: they are withdrawn, and not drafted again.")
