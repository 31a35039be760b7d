"""`stackmatrix issues private` and `public`: a person's word on who may read of a finding."""

from __future__ import annotations

from typing import Any

import click

from bot.core.facts import Marked
from bot.core.model import Json
from bot.steps.desk import Desk
from bot.trackers.outbox import Outbox
from bot.verbs.desk import opened
from bot.verbs.issues import asked_of, group, life_json, named, places, reasons
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options


def mark(desk: Desk, finding: str, why: str, *, private: bool) -> None:
    """Tell a person's word on a finding."""
    told = Marked(finding=finding, private=private, who=desk.who, at=desk.now, why=why)
    desk.tell(told, finding)


@group.command("private", epilog=epilog("issues private"))
@click.argument("finding")
@reasons
@places
@talk_options
def private_command(
    *,
    finding: str,
    reason: str,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Keep a finding from everybody but the security contact of its project.

    No tracker, dashboard or report tells of it from then on; its draft leaves the outbox, and the
    next run keeps one for the contact.
    """
    asked = asked_of(given)
    with opened(asked) as desk:
        life = named(desk, finding)
        mark(desk, life.finding, reason, private=True)
        Outbox(asked.state / "outbox").withdraw(life.finding)
    lines = (
        f"{life.finding} is private",
        "`stackmatrix run` (or `track` and `render`) writes its draft and the reports anew",
    )
    told: Json = [{**_fields(life_json(life)), "private": True}]
    return Said(lines=lines, json=told, as_json=as_json, quiet=quiet)


@group.command("public", epilog=epilog("issues public"))
@click.argument("finding")
@reasons
@places
@talk_options
def public_command(
    *,
    finding: str,
    reason: str,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Say that a finding is fit for all to read, whatever the rules say of it."""
    asked = asked_of(given)
    with opened(asked) as desk:
        life = named(desk, finding)
        mark(desk, life.finding, reason, private=False)
    lines = (f"{life.finding} is public", "`stackmatrix run` drafts it anew")
    told: Json = [{**_fields(life_json(life)), "private": False}]
    return Said(lines=lines, json=told, as_json=as_json, quiet=quiet)


def _fields(told: Json) -> dict[str, Json]:
    return told if isinstance(told, dict) else {}
