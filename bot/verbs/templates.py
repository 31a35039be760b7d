"""`stackmatrix templates`: which template engine renders which construct, as the ledgers know."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app import SUITE
from bot.core.model import Json
from bot.drivers.suite import families, read_suite
from bot.errors import UsageError
from bot.ledger.state import facts_under
from bot.studies.rendering import Support, goldens, markdown, seen_in, strays, support
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options


def support_seen(state: Path, *, engine: str = "") -> Support:
    """Return how the engines seen in the ledgers under `state` render the suite's templates.

    `engine` keeps the cells whose names hold it. Raises `UsageError` where no rendering was seen.
    """
    probes = [each for each in read_suite((SUITE,), families((SUITE,))) if each.ask == "render"]
    found = seen_in(facts_under(state), probes)
    kept = {name: shown for name, shown in found.items() if engine in name}
    if not kept:
        cure = "run a row with a template engine first, or name the folder with --state"
        raise UsageError(f"no template was rendered in {state}", cure=cure)
    return support(kept, goldens(probes))


def page(table: Support) -> str:
    """Return the table as Markdown, and below it each engine's cases that stray."""
    parts = [markdown(table)]
    parts += [f"\n### {engine}\n\n{strays(table, engine)}" for engine in table.engines]
    return "".join(parts)


@click.command("templates", epilog=epilog("templates"))
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@click.option("--engine", default="", help="Only engines whose names hold this.")
@talk_options
def command(*, state: str, engine: str, quiet: bool, as_json: bool) -> Said:
    """Show which template engine renders which construct, as Markdown.

    Read from the ledgers of `run`, `diff` and `aa`; a cell counts the cases of a construct.
    """
    table = support_seen(Path(state), engine=engine)
    told: Json = {
        one: {
            case: table.found[case, one].value for case in table.cases if (case, one) in table.found
        }
        for one in table.engines
    }
    return Said(lines=tuple(page(table).splitlines()), json=told, as_json=as_json, quiet=quiet)
