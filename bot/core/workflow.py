r"""A GitHub workflow for somebody's own repository, made of the two that are tried here.

What `watch.yml` takes as inputs stands in it as values, `schedule.yml` gives it its triggers and
the job that keeps its timer on. So there is one source of every line.

>>> answers = Answers(stackmatrix="stackmatrix==1.0", config="m.yaml", minute=7)
>>> print(fill("env:\n  CONFIG: ${{ inputs.config }}\n  if: a && inputs.pages", answers))
env:
  CONFIG: "m.yaml"
  if: a && vars.STACKMATRIX_PAGES == 'true'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.model import digest

HOUR: Final = 5  # of the day, in UTC
SWITCHES: Final = {
    "pages": "vars.STACKMATRIX_PAGES == 'true'",
    "file": "vars.STACKMATRIX_FILE == 'true'",
}  # what a person switches on by a variable of the repository

_WHOLE = re.compile(r"(?m)(?<=: )\$\{\{ inputs\.([a-z-]+) \}\}$")
_INSIDE = re.compile(r"\binputs\.([a-z-]+)\b")
_CONTAINER = re.compile(r"(?m)^ +container: .*\n")
_CRON = re.compile(r'(?m)cron: ".*"$')
_SOURCE = re.compile(r"(?m)^  STACKMATRIX: .*$")
_CONFIG = re.compile(r"(?m)^  CONFIG: .*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a workflow of one's own is filled with; see the inputs of `watch.yml`.

    `stackmatrix` is a requirement that pip can fetch on a runner, `minute` the one of its timer.
    """

    stackmatrix: str
    config: str = "matrix.yaml"
    shards: int = 4
    minute: int = 17

    @property
    def inputs(self) -> Mapping[str, str]:
        """The value of each input, by its name."""
        return {
            "stackmatrix": self.stackmatrix,
            "config": self.config,
            "python": "python3",
            "shards": str(self.shards),
            "runs-on": "cpu=ubuntu-24.04",
            "branch": "stackmatrix-state",
            "fail-on": "new",
        }


def minute_of(name: str) -> int:
    """Return a minute for the timer of `name`: where all choose the same one, all wait.

    >>> 0 <= minute_of("owner/app") < 60, minute_of("a") == minute_of("a")
    (True, True)
    """
    return int(digest(name)[:8], 16) % 60


def own_workflow(watch: str, schedule: str, answers: Answers) -> str:
    """Return the workflow that looks at a matrix every day, from the text of these two."""
    _, _, jobs = watch.partition("\npermissions: {}\n")
    triggers, _, called = schedule.partition("\npermissions: {}\n")
    triggers = triggers[triggers.index("\non:\n") :]
    cron = f'cron: "{answers.minute} {HOUR} * * *"'
    alive = called[called.index("\n  # GitHub ends the timer") :]
    jobs = _CONTAINER.sub("", jobs)
    return (
        _HEAD
        + _CRON.sub(cron, triggers)
        + "\npermissions: {}\n"
        + fill(jobs, answers).rstrip("\n")
        + "\n"
        + alive
    )


def own_guest(text: str, answers: Answers) -> str:
    """Return another of the workflows for a repository of one's own: the values in its head."""
    text = _SOURCE.sub(f"  STACKMATRIX: {json.dumps(answers.stackmatrix)}", text)
    return _CONFIG.sub(f"  CONFIG: {json.dumps(answers.config)}", text)


def fill(text: str, answers: Answers) -> str:
    """Put values where inputs are asked for."""
    values = answers.inputs
    text = _WHOLE.sub(lambda found: json.dumps(values[found[1]]), text)
    text = _INSIDE.sub(lambda found: SWITCHES.get(found[1]) or f"'{values[found[1]]}'", text)
    return re.sub(r"\bsecrets\.token\b", "secrets.STACKMATRIX_TOKEN", text)


_HEAD = """\
# What new releases do to the stacks in your matrix, every day; written by `stackmatrix init`.
#
# It installs stackmatrix as it exists today, at one commit or one version: see STACKMATRIX below,
# and change it there when you want a newer one. What was seen is kept on a branch of its own.
# Set these variables of the repository to `true` to switch something on:
#   STACKMATRIX_PAGES   the report becomes the pages of this repository
#   STACKMATRIX_FILE    approved drafts are sent, as `policy` in the matrix allows
# Jobs that run other people's new code may read this repository, and hold no token while they do.
# What may write runs no cell: `keep` writes the branch, `report` the pages, `file` issues, and
# `sweep` removes from a public repository what the jobs handed each other.
name: stackmatrix
"""
