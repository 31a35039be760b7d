"""`stackmatrix comment FILE`: tell a pull request, in one comment that is edited in place.

It holds the token and runs nothing: the file is data of known words, and which pull request it is
about is looked up, never read from it.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from pathlib import Path

import click

from bot.core.remark import MARK, words
from bot.effects.github import Caller
from bot.errors import UsageError
from bot.ledger.door import read_comment
from bot.trackers.pulls import Pulls
from bot.verbs.desk import LOGIN, TOKENS
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

_PLACE = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@click.command("comment", epilog=epilog("comment"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Whose pull request.")
@click.option("--head", required=True, metavar="OWNER:BRANCH", help="Where it comes from.")
@click.option("--commit", required=True, help="Its last commit: a later one is told by itself.")
@click.option("--send", is_flag=True, help="Really write the comment.")
@click.option("--state", type=click.Path(path_type=Path), default=".stackmatrix", hidden=True)
@talk_options
def command(  # noqa: PLR0913 - each by its name
    file: Path,
    *,
    repository: str,
    head: str,
    commit: str,
    send: bool,
    state: Path,
    quiet: bool,
    as_json: bool,
) -> Said:
    """Tell a pull request what its lock changes.

    FILE is what `stackmatrix changed --out FILE` wrote. The open pull request of the branch is
    looked up; where its last commit is another one by now, or it is closed, nothing is said.
    There is one comment, edited where it says something else. The token is taken from
    STACKMATRIX_TOKEN or GITHUB_TOKEN.
    """
    if not _PLACE.fullmatch(repository):
        raise UsageError(f"{repository} is no repository", cure="name it as OWNER/NAME")
    if not _COMMIT.fullmatch(commit):
        raise UsageError(f"{commit} is no commit", cure="give all 40 digits")
    if not file.is_file():
        return Said(lines=(f"there is no {file}: nothing to say",), quiet=quiet)
    text = words(read_comment(file.read_bytes(), str(file)))
    if not send:
        return Said(lines=(text.rstrip("\n"),), json={"body": text}, as_json=as_json, quiet=quiet)
    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
    caller = Caller(f"stackmatrix/{version('stackmatrix')}", state / "http", token=token)
    pulls = Pulls(caller, login=os.environ.get(LOGIN, ""))
    number = pulls.number(repository, head, commit)
    if number is None:
        line = f"no open pull request of {head} ends in {commit[:12]}: nothing is said"
    else:
        line = f"{repository}#{number}: {pulls.tell(repository, number, MARK, text)}"
    return Said(lines=(line,), json={"says": line}, as_json=as_json, quiet=quiet)
