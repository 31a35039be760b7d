"""`stackmatrix issues dashboard`: one page in the user's own repository, its ticks obeyed."""

from __future__ import annotations

from typing import Any

import click

from bot.core.model import Json
from bot.core.sanitise import plain
from bot.steps.board import keep
from bot.verbs.desk import opened
from bot.verbs.issues import asked_of, group, places
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options


@group.command("dashboard", epilog=epilog("issues dashboard"))
@click.option("--send", is_flag=True, help="Really write the page.")
@places
@talk_options
def dashboard_command(*, send: bool, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """Obey the ticks on the dashboard, and write it anew where something changed.

    It is one issue in the repository that `policy.own` names. A tick counts where the page's
    history shows who set it, and that person has write access.
    """
    with opened(asked_of(given)) as desk:
        kept = keep(desk, send=send)
    told: Json = {"answers": list(kept.answers), "says": kept.line}
    lines = (*map(plain, kept.answers), kept.line)
    return Said(lines=lines, json=told, as_json=as_json, quiet=quiet)
