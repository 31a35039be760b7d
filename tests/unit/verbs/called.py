"""A verb called as below the group whose settings hold for it, but what it says is not printed."""

from __future__ import annotations

from typing import Any

import click

from bot.cli import main_group
from bot.verbs.said import Said


def called(command: click.Command, *arguments: str, terminal: Any = None) -> Said:  # noqa: ANN401
    """Run a verb; return what it says."""
    with main_group.make_context("stackmatrix", ["doctor"], obj=terminal) as above:
        name = str(command.name)
        with command.make_context(name, [*arguments], parent=above) as context:
            told: Said = command.invoke(context)
    return told
