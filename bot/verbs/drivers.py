"""`stackmatrix drivers`: what can be exercised here, and what was, as the ledger knows."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bot.app import DRIVERS
from bot.core.model import Json, Link, Role
from bot.ledger.state import facts_under
from bot.ports import Driver
from bot.studies.exercised import Exercised, exercised
from bot.verbs.backends import table as backends_table
from bot.verbs.manual import epilog
from bot.verbs.said import Said, talk_options

NONE_SEEN = 1
HEADER = ("driver", "role", "versions seen", "last", "links")
SHOWN = 3  # versions that a line has room for


def seen(state: Path) -> Mapping[str, Exercised]:
    """Return what every ledger under `state` shows of each driver."""
    return exercised(facts_under(state), _driver_of)


def _driver_of(component: str) -> tuple[str, Role] | None:
    for driver in DRIVERS.values():
        if component in (driver.name, driver.package):
            return driver.name, driver.role
    return None


def _promised(driver: Driver) -> bool:
    """Whether it is exercised by default: not a big one, nor a server that a user brings."""
    return bool(driver.suite and driver.source) and not driver.big


def rows(found: Mapping[str, Exercised]) -> tuple[tuple[str, ...], ...]:
    """Return one line for each driver, the ones that nobody has seen included."""
    return tuple(_row(driver, found.get(driver.name)) for driver in DRIVERS.values())


def _row(driver: Driver, told: Exercised | None) -> tuple[str, ...]:
    big = " (big: on demand)" if driver.big else ""
    if told is None:
        return (driver.name + big, driver.role.value, "none yet", "", "")
    links = " ".join(link.value for link in Link if link in told.links)
    last = told.last.isoformat() if told.last else ""
    return (driver.name + big, driver.role.value, _versions(told), last, links)


def _versions(told: Exercised) -> str:
    named = sorted(told.versions)
    if len(named) <= SHOWN:
        return ", ".join(named)
    return f"{len(named)}: {named[0]} … {named[-1]}"


def about(driver: Driver) -> str:
    """Return what a driver is, in one line: the first of the module that holds it."""
    for name, module in tuple(sys.modules.items()):
        held = name.startswith("bot.drivers.") and any(
            value is driver for value in vars(module).values()
        )
        if held and module.__doc__:
            return module.__doc__.splitlines()[0].rstrip(".")
    return ""


def table() -> str:
    """Return the drivers as the README shows them, in Markdown."""
    lines = ["| driver | what it is | asked | on demand only |", "|---|---|---|---|"]
    for driver in sorted(DRIVERS.values(), key=lambda one: one.name):
        asked = ", ".join(f"`{ask}`" for ask in sorted(driver.asks))
        big = "yes" if driver.big else ""
        lines.append(f"| `{driver.name}` | {about(driver)} | {asked} | {big} |")
    return "\n".join(lines)


@click.command("drivers", epilog=epilog("drivers"))
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a driver was never seen at work.")
@click.option("--table", "as_table", is_flag=True, help="Print the README's table of drivers.")
@click.option("--backends", is_flag=True, help="Print the README's table of hardware backends.")
@talk_options
def command(
    *, state: str, strict: bool, as_table: bool, backends: bool, quiet: bool, as_json: bool
) -> Said:
    """List every driver, and what was seen of it.

    Versions, days and links come from the ledgers of `run`, `diff` and `aa`; a driver marked
    `big` is run on demand only.
    """
    if as_table or backends:
        return Said(lines=(table() if as_table else backends_table(),))
    found = seen(Path(state))
    missing = [one.name for one in DRIVERS.values() if _promised(one) and one.name not in found]
    told: list[Json] = [_json(driver, found.get(driver.name)) for driver in DRIVERS.values()]
    lines = (f"never seen at work: {', '.join(missing)}",) if missing else ()
    return Said(
        header=HEADER,
        rows=rows(found),
        lines=lines,
        json=told,
        as_json=as_json,
        quiet=quiet,
        code=NONE_SEEN if strict and missing else 0,
    )


def _json(driver: Driver, told: Exercised | None) -> Json:
    versions = told.versions if told else {}
    links = told.links if told else {}
    return {
        "driver": driver.name,
        "role": driver.role.value,
        "big": driver.big,
        "asks": list[Json](sorted(driver.asks)),
        "versions": {version: day.isoformat() for version, day in sorted(versions.items())},
        "links": {link.value: links[link] for link in Link if link in links},
    }
