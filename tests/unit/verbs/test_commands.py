"""A verb is loaded when it is wanted, and what it does not need stays where it is."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from bot.verbs.commands import Commands

LOADED = """import json, sys
from click.testing import CliRunner
from bot.cli import main_group
before = sorted(name for name in sys.modules if name.startswith("bot."))
done = CliRunner().invoke(main_group, {words!r})
assert done.exit_code == 0, done.output
print(json.dumps(sorted(name for name in sys.modules if name.startswith(("bot.", "requests")))))
"""


def loaded(*words: str) -> set[str]:
    """Return what a call of the command loads, in a process of its own."""
    program = LOADED.format(words=list(words))
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return set(json.loads(ran.stdout))


def test_help_of_explain_needs_no_search_and_no_driver() -> None:
    told = loaded("explain", "--help")
    assert "bot.verbs.explain" in told
    assert not told & {"bot.app", "bot.core.explain", "bot.ledger.files", "requests"}


def test_a_command_is_loaded_once_and_stands_in_its_place() -> None:
    commands = Commands()
    commands["first"] = click.Command("first")
    commands.later("explain")
    assert list(commands) == ["first", "explain"]
    command = commands["explain"]
    assert command.name == "explain"
    assert commands["explain"] is command
    with pytest.raises(KeyError):
        commands["none"]
