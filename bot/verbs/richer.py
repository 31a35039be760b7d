"""Verbs that are commands of their own: steps that are more than a step, and no steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import click

from bot.verbs import aa, bless, diff, drivers, explain, merge, record, shards, templates

# shards are cut and run, any two closures are explained
RICHER: Final[Mapping[str, click.Command]] = {
    "plan": shards.plan_command,
    "execute": shards.execute_command,
    "explain": explain.command,
}
OTHERS: Final[tuple[click.Command, ...]] = (
    merge.command,
    diff.command,
    aa.command,
    bless.command,
    drivers.command,
    record.command,
    templates.command,
)
