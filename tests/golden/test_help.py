"""What `--help` says, word for word: whoever changes it reads it once more."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from bot.cli import main_group
from bot.verbs.manual import EXAMPLES, EXIT_CODES


def verbs(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of every verb below `group`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from verbs(command, *path, name)
        else:
            yield (*path, name)


VERBS = [(), *verbs(main_group)]


def told(*path: str, width: int = 100) -> str:
    ran = CliRunner().invoke(
        main_group, [*path, "--help"], prog_name="stackmatrix", terminal_width=width
    )
    assert ran.exit_code == 0
    return ran.output


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_help(path: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    assert told(*path) == snapshot


@pytest.mark.parametrize("path", VERBS[1:], ids=" ".join)
def test_every_verb_has_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    assert "Example" in told(*path)
    for line, about in EXAMPLES.get(" ".join(path)) or EXAMPLES[path[-1]]:
        assert about
        words = shlex.split(line.split(" > ")[0])
        assert tuple(words[1 : 1 + len(path)]) == path
        context = main_group.make_context("stackmatrix", words[1 : 1 + len(path)])
        command: click.Command = main_group
        for name in path:
            assert isinstance(command, click.Group)
            command = command.commands[name]
        command.make_context(path[-1], words[1 + len(path) :], parent=context)


def test_nothing_is_cut_off_on_a_narrow_terminal() -> None:
    assert "..." not in told(width=80).split("Commands:")[1]


def test_every_exit_code_of_an_error_is_told() -> None:
    from bot import errors  # noqa: PLC0415 - only to walk through it

    classes = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.StackmatrixError)
    ]
    assert {each.exit_code for each in classes} <= set(EXIT_CODES)
    assert all(f"{code:>3}  " in told() for code in EXIT_CODES)
