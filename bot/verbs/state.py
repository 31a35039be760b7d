"""`stackmatrix state`: the state folder on a branch of its own, for machines that keep nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.core.security import cleared, private
from bot.errors import BranchError
from bot.ledger.expiry import DAYS
from bot.ledger.files import FileLedger
from bot.ledger.sync import Synced, Where, fold, pull, push
from bot.verbs.commands import Verbs
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

Command = TypeVar("Command", bound=Callable[..., Any])
BRANCH = "stackmatrix-state"


@click.group("state", cls=Verbs)
def group() -> None:
    """Keep the state on a branch of a repository, and bring it back.

    Runs, blobs that they name, drafts and the STOP switch travel; environments, models, caches
    and what is private do not. The work tree, the index and the hooks of the repository are not
    touched; git signs in as it does there.
    """


def _places(command: Command) -> Command:
    """Say which folder, and which branch of what."""
    for option in (
        click.option(
            "--repository", default=".", show_default=True, help="The checkout, for its remotes."
        ),
        click.option("--branch", default=BRANCH, show_default=True, help="The branch."),
        click.option(
            "--remote", default="origin", show_default=True, help="A remote's name, or an address."
        ),
        click.option("--state", default=".stackmatrix", show_default=True, help="The ledger."),
    ):
        command = option(command)
    return command


def _where(given: dict[str, Any]) -> Where:
    return Where(
        state=Path(given["state"]),
        repository=Path(given["repository"]),
        remote=given["remote"],
        branch=given["branch"],
    )


@group.command("pull", epilog=epilog("state pull"))
@_places
@talk_options
def pull_command(*, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """Bring what the branch knows into the state folder, with what is there already.

    A branch that is not there yet is said, and is no error.
    """
    done = pull(_where(given))
    line = f"{done.taken} files came from the branch {given['branch']}"
    if not done.there:
        line = f"there is no branch {given['branch']} yet: the first push makes it"
    return _said(done, line, quiet=quiet, as_json=as_json)


_PRIVATE = click.option(
    "--private", is_flag=True, help="Push although a finding is no matter for the public."
)


@group.command("push", epilog=epilog("state push"))
@_PRIVATE
@_places
@talk_options
def push_command(*, private: bool, quiet: bool, as_json: bool, **given: Any) -> Said:  # noqa: ANN401
    """Put what the state folder knows onto the branch, with what others put there.

    Whoever pushes at the same time loses nothing: a run that has a number already gets the next
    one. A branch that was rewritten or deleted is filled again with what is here. Old runs are
    folded, and a long history of the branch is begun anew.
    """
    where = _where(given)
    done = push(where, before=lambda: None if private else _fit(where.state))
    return _pushed(done, given["branch"], quiet=quiet, as_json=as_json)


@group.command("compact", epilog=epilog("state compact"))
@click.option("--push", "pushing", is_flag=True, help="On the branch, too, its history anew.")
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(0), help="How long logs stay."
)
@_PRIVATE
@_places
@talk_options
def compact_command(
    *,
    pushing: bool,
    days: int,
    private: bool,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Make the state small: fold old runs, and let go of old logs that no verdict needs.

    No fact is lost. Logs stay of cells that some run called other than good, and of what those
    were held against; so do proofs, and the logs of what stopped.
    """
    where = _where(given)
    if not pushing:
        done = fold(where.state, days=days)
        line = f"{done.folded} folds written, {done.expired} logs expired"
        return _said(done, line, quiet=quiet, as_json=as_json)
    before = (lambda: None) if private else (lambda: _fit(where.state))
    done = push(where, compact=True, days=days, before=before)
    return _pushed(done, given["branch"], quiet=quiet, as_json=as_json)


def _fit(state: Path) -> None:
    """Raise `BranchError` where the facts tell of something that not everybody may read."""
    facts = FileLedger.read(state).facts()
    secret = sorted({*private(facts)} - {*cleared(facts)})
    if secret:
        what = f"the ledger tells of what may be no matter for the public: {', '.join(secret)}"
        cure = (
            "push with --private where only those can read the repository who may know, or say "
            "`stackmatrix issues public NAME --reason ...`"
        )
        raise BranchError(what, cure=cure)


def _pushed(done: Synced, branch: str, *, quiet: bool, as_json: bool) -> Said:
    line = f"{done.sent} files went to the branch {branch}"
    if not done.pushed:
        line = f"the branch {branch} has everything already"
    if done.pushed and done.attempts > 1:
        line += f", at attempt {done.attempts}: others pushed, too"
    return _said(done, line, quiet=quiet, as_json=as_json)


def _said(done: Synced, line: str, *, quiet: bool, as_json: bool) -> Said:
    moved = {old: new for old, new in done.moved.items() if old != new}
    told = [f"run {old} is run {new} now: another had its number" for old, new in moved.items()]
    return Said(
        lines=(line, *told, *done.notices),
        json={
            "there": done.there,
            "taken": done.taken,
            "sent": done.sent,
            "pushed": done.pushed,
            "attempts": done.attempts,
            "folded": done.folded,
            "expired": done.expired,
            "moved": {str(old): new for old, new in moved.items()},
            "notices": [*done.notices],
        },
        as_json=as_json,
        quiet=quiet,
    )
