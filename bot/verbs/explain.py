"""`stackmatrix explain --good GOOD --bad BAD --probe PROBE.py`: a bisection for dependencies.

It needs no matrix: two lists of what was installed, and a program that shows the difference.
Without them it is the fifth step of a run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bot.config.options import Options
from bot.effects.clock import ticks
from bot.effects.files import put
from bot.errors import UsageError
from bot.verbs.manual import epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of

if TYPE_CHECKING:
    from bot.verbs.wanted import Wanted

HERE: Final = f"{sys.version_info.major}.{sys.version_info.minor}"


@click.command("explain", epilog=epilog("explain"))
@click.option("--good", help="What worked: requirements, a lock, git:REF:PATH of one, or a cell.")
@click.option("--bad", help="What does not: likewise.")
@click.option("--probe", type=click.Path(path_type=Path), help="A program that prints JSON.")
@click.option("--command", "shell", help="A shell command instead: exit 0 is good, 125 unknown.")
@click.option("--python", default=HERE, help="The interpreter to ask with; else this one's.")
@click.option("--exclude-newer", type=click.DateTime(["%Y-%m-%d"]), help="See no later release.")
@click.option("--find-links", multiple=True, help="A folder with wheels; repeatable.")
@click.option("--no-index", is_flag=True, help="Take nothing from an index.")
@click.option("--builds", multiple=True, help="A folder or an index of dev builds; repeatable.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds for one answer.",
)
@click.option("--no-proof", is_flag=True, help="Make none: it costs two environments and more.")
@click.option(
    "--draft", type=click.Path(path_type=Path), help="Write the issue for upstream there."
)
@click.option("--json", "out", is_flag=False, flag_value="-", help="Write it there; - prints it.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
@matrix_options
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Name the upgrades that changed an outcome, with intervals.

    With --good, --bad and --probe it explains any two sets of packages. Both ends are asked
    twice, the smallest set of upgrades that flips the answer is searched, each upgrade is
    narrowed to an interval of releases, and confirmed both ways in fresh environments. Exit
    code 0: explained; 10: both ends show the same; 11: an end does not repeat itself; 12: no
    explanation; 13: the good end does not work. Without them it is a step of a run.
    """
    options = options_of(given)
    asked = [given[word] for word in ("good", "bad", "probe", "shell")]
    if not any(asked):
        return _step(terminal, given, options)
    from bot.verbs.stock import stocked  # noqa: PLC0415 - to ask for help needs none of this

    began, wanted = ticks(), _wanted(given)
    shelf = stocked(options, wanted, "bot.verbs.inquire")
    from bot.verbs.explained import as_json, lines  # noqa: PLC0415 - loaded meanwhile
    from bot.verbs.inquire import EXIT, explain  # noqa: PLC0415 - likewise

    with terminal.display(given["quiet"]) as display:
        told = explain(options, wanted, display, shelf, began)
    if given["draft"]:
        from bot.verbs.drafted import write_issue  # noqa: PLC0415 - likewise

        told = write_issue(told, given["draft"])
    code = EXIT[told.found.explanation.ending]
    if given["out"] and given["out"] != "-":
        put(Path(given["out"]), (json.dumps(as_json(told), indent=1) + "\n").encode())
    return Said(
        lines=tuple(lines(told)),
        json=as_json(told),
        as_json=given["out"] == "-",
        quiet=given["quiet"],
        code=code,
    )


def _step(terminal: Terminal, given: Mapping[str, Any], options: Options) -> Said:
    from bot.verbs.step import step  # noqa: PLC0415 - the steps need everything there is

    with terminal.display(given["quiet"]) as display:
        told = step("explain", options, display)
    return Said(
        header=told.header,
        rows=told.rows,
        json=told.json,
        as_json=given["out"] == "-",
        quiet=given["quiet"],
    )


def _wanted(given: Mapping[str, Any]) -> Wanted:
    from bot.verbs import inputs  # noqa: PLC0415 - as above
    from bot.verbs.wanted import Wanted  # noqa: PLC0415

    lacks = [f"--{word}" for word in ("good", "bad") if not given[word]]
    lacks += [] if given["probe"] or given["shell"] else ["--probe or --command"]
    if lacks:
        cure = "name both ends and one program; or none of them, for a step of a run"
        raise UsageError(f"a search needs {' and '.join(lacks)} too", cure=cure)
    if given["probe"] and given["shell"]:
        cure = "leave one of them out"
        raise UsageError("--probe and --command are two ways to say one thing", cure=cure)
    inputs.writable(given["out"] if given["out"] != "-" else None)
    inputs.writable(given["draft"], "--draft")
    newest: datetime | None = given["exclude_newer"] or given["cutoff"]
    return Wanted(
        good=given["good"],
        bad=given["bad"],
        probe=given["probe"],
        command=given["shell"] or "",
        python=inputs.python(given["python"]),
        cutoff=newest.date() if newest else None,
        find_links=inputs.folders(given["find_links"]),
        no_index=given["no_index"],
        builds=inputs.folders(given["builds"]),
        seconds=given["timeout"],
        proof=not given["no_proof"],
    )
