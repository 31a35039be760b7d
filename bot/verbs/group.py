"""A group of verbs that knows what a mistyped one meant."""

from __future__ import annotations

from difflib import get_close_matches

import click

from bot.errors import UsageError


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
