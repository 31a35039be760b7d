"""The commands of a group: in the order of the work, and loaded only when one is wanted."""

from __future__ import annotations

from collections import UserDict
from difflib import get_close_matches
from importlib import import_module
from typing import Final

import click

from bot.errors import UsageError

LATER: Final = click.Command(None)  # stands where a command is not loaded yet


class Commands(UserDict[str, click.Command]):
    """Commands by name, some of them by name alone: their module is loaded when one is wanted."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._later: dict[str, tuple[str, str]] = {}

    def later(self, name: str, module: str = "", attribute: str = "command") -> None:
        """Add what `bot/verbs/MODULE.py` calls `attribute`; its module usually has its name."""
        self._later[name] = (f"bot.verbs.{module or name}", attribute)
        self.data[name] = LATER

    def __getitem__(self, name: str) -> click.Command:
        """Return a command, loaded now where it was not."""
        if name in self._later:
            module, attribute = self._later.pop(name)
            self.data[name] = getattr(import_module(module), attribute)
        return self.data[name]


class Verbs(click.Group):
    """Lists its verbs in the order of the work, and knows what a mistyped one meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the verbs in the order in which they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb. Raises `UsageError` that says which verbs there are."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            close = get_close_matches(args[0], self.commands, n=1)
            known = ", ".join(self.commands)
            cure = (
                f"did you mean `{ctx.command_path} {close[0]}`?" if close else f"use one: {known}"
            )
            raise UsageError(f"there is no verb `{args[0]}`", cure=cure)
        return super().resolve_command(ctx, args)
