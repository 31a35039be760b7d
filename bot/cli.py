"""The command tree: flags in, exit codes out. The only place that ends the process."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.table import Table

from bot.app import Options, matrix_of
from bot.config.shape import schema
from bot.errors import InterruptedByPersonError, StackmatrixError
from bot.verbs import doctor as doctor_verb
from bot.verbs import run as run_verb
from bot.verbs import show as show_verb
from bot.verbs import step as step_verb
from bot.verbs import summary
from bot.verbs.display import Display

OUT = Console(highlight=False, markup=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False)
BUG = 70
NEWLY_BROKEN = 1
Command = TypeVar("Command", bound=Callable[..., Any])

STEPS = {
    "watch": "Poll every component's source; show the releases that are new.",
    "plan": "Choose and resolve the cells to run; show them.",
    "execute": "Run the planned cells that have no answer yet.",
    "judge": "Hold what was seen against goldens and baselines.",
    "explain": "Name the upgrades that changed an outcome, each with its interval.",
    "reduce": "Shrink each finding to one file that proves it.",
    "track": "Draft the issue of each regression into the outbox.",
    "render": "Write the report and end the run.",
}


def matrix_options(command: Command) -> Command:
    """The flags that every verb on a matrix takes."""
    for option in (
        click.option("--offline", is_flag=True, help="Take packages from uv's cache only."),
        click.option("--workers", type=click.IntRange(1, 256), help="Cells at a time."),
        click.option("--cutoff", type=click.DateTime(["%Y-%m-%d"]), help="See no later release."),
        click.option("--reports", default="reports", show_default=True, help="Where reports go."),
        click.option("--state", default=".stackmatrix", show_default=True, help="The ledger."),
        click.option("--config", default="matrix.yaml", show_default=True, help="The matrix."),
    ):
        command = option(command)
    return command


def talk_options(command: Command) -> Command:
    """The flags that say how much is said, and in which form."""
    quiet = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
    return quiet(as_json(command))


def options_of(given: dict[str, Any]) -> Options:
    """Gather the matrix flags into one value."""
    cutoff: datetime | None = given["cutoff"]
    return Options(
        config=Path(given["config"]),
        state=Path(given["state"]),
        reports=Path(given["reports"]),
        cutoff=cutoff.date() if cutoff else None,
        workers=given["workers"] or 0,
        offline=given["offline"],
    )


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing newly broken, 1 newly broken, 2 usage, 3 configuration, "
    "4 source, 5 missing tool, 6 ledger, 7 suite, 70 our bug, 130 interrupted.",
)
@click.version_option(package_name="stackmatrix")
def main_group() -> None:
    """Know that an upgrade of a local-LLM stack works before anyone installs it.

    \b
    A first look:
      stackmatrix doctor       is everything here that a run needs?
      stackmatrix run          all eight steps; the report is reports/index.html
      stackmatrix show         the last report again, in this terminal

    `run` is watch, plan, execute, judge, explain, reduce, track and render, one after the other;
    each of them is a command too. What was seen is kept in .stackmatrix: a second run executes
    only what is new, and a run that was killed goes on where it was.
    """  # noqa: D301 - click's own mark for a paragraph that is kept as it is


@main_group.command("run")
@matrix_options
@talk_options
@click.option(
    "--fail-on",
    type=click.Choice(["new", "any", "never"]),
    default="new",
    show_default=True,
    help="Exit with 1 on what is newly broken, on anything broken, or never.",
)
def run_command(*, quiet: bool, as_json: bool, fail_on: str, **given: Any) -> None:  # noqa: ANN401
    """Watch, plan, execute, judge, explain, reduce, track and render."""
    with Display(ERR, quiet=quiet) as display:
        done = run_verb.run(options_of(given), display)
    delta = done.report.delta
    if as_json:
        OUT.print(next(file.read_text() for file in done.files if file.suffix == ".json"))
    elif not quiet:
        for line in summary.lines(done):
            OUT.print(line)
    broken = delta.newly_broken + (delta.still_broken if fail_on == "any" else ())
    sys.exit(NEWLY_BROKEN if broken and fail_on != "never" else 0)


def _add_step(name: str, about: str) -> None:
    @main_group.command(name, help=about)
    @matrix_options
    @talk_options
    def command(*, quiet: bool, as_json: bool, **given: Any) -> None:  # noqa: ANN401
        with Display(ERR, quiet=quiet) as display:
            told = step_verb.step(name, options_of(given), display)
        if as_json:
            OUT.print(json.dumps(told.json, indent=1))
        elif not quiet:
            OUT.print(_table(told.header, told.rows))


for _name, _about in STEPS.items():
    _add_step(_name, _about)


def _table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    table = Table(*header, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


@main_group.command("show")
@click.option("--reports", default="reports", show_default=True, help="Where reports are.")
@talk_options
def show_command(*, reports: str, quiet: bool, as_json: bool) -> None:
    """Show the last report again, without running anything."""
    report = show_verb.last_report(Path(reports))
    if as_json:
        OUT.print(json.dumps(report, indent=1))
    elif not quiet:
        OUT.print(_table(("row", "trigger", "verdict", "probes"), show_verb.matrix(report)))
        for line in show_verb.findings(report):
            OUT.print(line)


@main_group.command("doctor")
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@talk_options
def doctor_command(*, state: str, quiet: bool, as_json: bool) -> None:
    """Check interpreter, uv, Docker, disk and certificates, and say how to mend them."""
    found = doctor_verb.doctor(Path(state))
    rows = tuple((each.state, each.name, each.says, each.cure) for each in found)
    if as_json:
        OUT.print(
            json.dumps([dict(zip(("state", "name", "says", "cure"), r, strict=True)) for r in rows])
        )
    elif not quiet:
        OUT.print(_table(("", "what", "found", "to mend it"), rows))
    sys.exit(5 if any(each.state == "bad" for each in found) else 0)


@main_group.group("config")
def config_group() -> None:
    """Check matrix.yaml, or print its JSON Schema for an editor."""


@config_group.command("check")
@click.option("--config", default="matrix.yaml", show_default=True, help="The matrix.")
def check_command(config: str) -> None:
    """Say everything that is wrong in the configuration, without touching the network."""
    matrix = matrix_of(Options(config=Path(config), state=Path(), reports=Path()))
    OUT.print(
        f"{config}: {len(matrix.components)} components, {len(matrix.rows)} stacks, no mistakes"
    )


@config_group.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of matrix.yaml."""
    OUT.print(json.dumps(schema(), indent=1))


def main() -> NoReturn:
    """Run the command; every error ends in one clear message and its own exit code."""
    try:
        main_group(standalone_mode=False)
    except click.exceptions.Abort:
        _end(InterruptedByPersonError("interrupted", cure="run it again: it goes on where it was"))
    except KeyboardInterrupt:
        _end(InterruptedByPersonError("interrupted", cure="run it again: it goes on where it was"))
    except click.ClickException as trouble:
        trouble.show()
        sys.exit(trouble.exit_code)
    except StackmatrixError as trouble:
        _end(trouble)
    except Exception:  # noqa: BLE001 - the sole catch-all: a bug of ours, told as one
        _bug()
    sys.exit(0)


def _end(trouble: StackmatrixError) -> NoReturn:
    ERR.print("error:", style="bold red", end=" ")
    ERR.print(trouble.message, markup=False)
    if trouble.cure:
        ERR.print(f"mend:  {trouble.cure}", markup=False)
    sys.exit(trouble.exit_code)


def _bug() -> NoReturn:
    file = Path("stackmatrix-bug.txt")
    file.write_text(traceback.format_exc(), encoding="utf-8")
    ERR.print("error:", style="bold red", end=" ")
    ERR.print(f"this is a bug of stackmatrix; {file} says where. Nothing observed is lost.")
    sys.exit(BUG)
