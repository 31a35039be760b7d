"""The command tree: flags in, exit codes out. The only place that ends the process."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.effects.orphans import taken_in
from bot.errors import InterruptedByPersonError, LedgerError, StackmatrixError, UsageError
from bot.verbs import manual
from bot.verbs.commands import Commands, Verbs
from bot.verbs.display import Display
from bot.verbs.manual import STEPS as STEPS  # noqa: PLC0414 - the list of steps is part of the tree
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options


class Out(Console):
    """Standard output, whose reader may have seen enough: that changes no exit code."""

    def on_broken_pipe(self) -> None:
        """Say the rest to nobody."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


WIDE = 1000  # columns where nobody looks: a script gets each row whole, in one line
OUT = Out(
    highlight=False,
    markup=False,
    emoji=False,
    soft_wrap=True,
    width=None if sys.stdout.isatty() else WIDE,
)
ERR = Console(stderr=True, highlight=False, markup=False, emoji=False)
BUG = 70
NEWLY_BROKEN = 1
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


RICHER = {
    "watch": ("watch", "command"),
    "plan": ("shards", "plan_command"),
    "execute": ("shards", "execute_command"),
    "explain": ("explain", "command"),
    "render": ("render", "command"),
}  # steps that are more than a step, by module and attribute
COMMANDS = Commands()


@click.group(
    cls=Verbs,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=manual.exit_codes(),
)
@click.version_option(package_name="stackmatrix")
def main_group() -> None:
    """Know that an upgrade of a local-LLM stack works before anyone installs it.

    \b
    A first look:
      stackmatrix doctor       is everything here that a run needs?
      stackmatrix init         write a matrix.yaml of your own stack, unless there is one
      stackmatrix run          all eight steps; the report is reports/index.html
      stackmatrix show         the last report again, in this terminal

    `run` is watch, plan, execute, judge, explain, reduce, track and render, one after the other;
    each of them is a command too. What was seen is kept in .stackmatrix: a second run executes
    only what is new, and a run that was killed goes on where it was.

    `stackmatrix VERB --help` has examples of each verb.
    """  # noqa: D301 - click's own mark for a paragraph that is kept as it is


@main_group.command("run", epilog=manual.epilog("run"))
@matrix_options
@talk_options
@click.option("--cluster", default="", help="Run cells on a Dask cluster: tcp://HOST:8786.")
@click.option(
    "--fail-on",
    type=click.Choice(["new", "any", "never"]),
    default="new",
    show_default=True,
    help="Exit with 1 on what is newly broken, on anything broken, or never.",
)
def run_command(
    *,
    quiet: bool,
    as_json: bool,
    fail_on: str,
    cluster: str,
    **given: Any,  # noqa: ANN401
) -> None:
    """Watch, plan, execute, judge, explain, reduce, track and render."""
    from bot.verbs import run as run_verb  # noqa: PLC0415 - not every verb needs it
    from bot.verbs import summary  # noqa: PLC0415 - not every verb needs it

    with Display(ERR, quiet=quiet) as display:
        done = run_verb.run(options_of(given), display, cluster)
    delta = done.report.delta
    if as_json:
        _json(json.loads(next(f.read_text() for f in done.files if f.suffix == ".json")))
    elif not quiet:
        for line in summary.lines(done):
            OUT.print(line)
    old = len(delta.still_broken) if fail_on == "any" else 0
    broken = len(delta.newly_broken) + done.report.withheld_new + old
    sys.exit(NEWLY_BROKEN if broken and fail_on != "never" else 0)


def _add_step(name: str, about: str) -> None:
    @main_group.command(name, help=about, epilog=manual.epilog(name))
    @matrix_options
    @talk_options
    def command(*, quiet: bool, as_json: bool, **given: Any) -> None:  # noqa: ANN401
        from bot.verbs import step as step_verb  # noqa: PLC0415 - not every verb needs it

        with Display(ERR, quiet=quiet) as display:
            told = step_verb.step(name, options_of(given), display)
        if as_json:
            _json(told.json)
        elif not quiet:
            OUT.print(_table(told.header, told.rows))


for _name, _about in STEPS.items():
    if _name in RICHER:  # more than a step: any two closures are explained, shards are cut and run
        COMMANDS.later(_name, *RICHER[_name])
    else:
        _add_step(_name, _about)


def _table(header: tuple[str, ...], rows: tuple[tuple[str | Text, ...], ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for at, name in enumerate(header):
        table.add_column(name, no_wrap=at == 0, overflow="fold")
    for row in rows:
        table.add_row(*(each if isinstance(each, Text) else _cell(each) for each in row))
    return table


def _cell(text: str) -> Text:
    """Show what an engine answered as it is, but without power over the terminal."""
    return Text(
        "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def _json(value: object) -> None:
    click.echo(json.dumps(value, indent=1))


for _name in (
    "merge",
    "changed",
    "comment",
    "diff",
    "aa",
    "study",
    "bless",
    "drivers",
    "record",
    "templates",
):
    COMMANDS.later(_name)
COMMANDS.later("image", "image", "group")
COMMANDS.later("issues", "send", "issues")
COMMANDS.later("serve")
COMMANDS.later("state", "state", "group")


COMMANDS.later("show")
COMMANDS.later("init")


@main_group.command("doctor", epilog=manual.epilog("doctor"))
@click.option("--state", default=".stackmatrix", show_default=True, help="The ledger.")
@talk_options
def doctor_command(*, state: str, quiet: bool, as_json: bool) -> None:
    """Check what a run needs, and say how to mend it.

    It looks at the interpreter, uv, Docker, the disk, the certificates, the library for hubs
    and the hardware of each backend; nothing is changed.
    """
    from bot.verbs import doctor as doctor_verb  # noqa: PLC0415 - not every verb needs it

    found = doctor_verb.doctor(Path(state))
    rows = tuple((each.state, each.name, each.says, each.cure) for each in found)
    if as_json:
        _json([dict(zip(("state", "name", "says", "cure"), row, strict=True)) for row in rows])
    elif not quiet:
        OUT.print(_table(("", "what", "found", "to mend it"), rows))
    sys.exit(5 if any(each.state == "bad" for each in found) else 0)


@main_group.group("config", cls=Verbs)
def config_group() -> None:
    """Check matrix.yaml, or print presets or its JSON Schema."""


@config_group.command("check", epilog=manual.epilog("check"))
@click.option("--config", default="matrix.yaml", show_default=True, help="The matrix.")
def check_command(config: str) -> None:
    """Say everything that is wrong in the configuration, without touching the network.

    An exclusion (`exclude` or `skip`) past the day on which it expires is a mistake here and ends
    with 3, in CI as everywhere; a run warns of it and tries again what it left out.
    """
    from bot.effects.clock import now  # noqa: PLC0415 - not every verb needs it
    from bot.verbs.check import check  # noqa: PLC0415 - likewise

    OUT.print(check(Path(config), now().date()))


@config_group.command("presets", epilog=manual.epilog("presets"))
def presets_command() -> None:
    """List what `extends` in a matrix.yaml can name, and what each is."""
    from bot.config.presets import listed  # noqa: PLC0415 - likewise

    OUT.print(_table(("extends", "what it is"), listed()))


@config_group.command("schema", epilog=manual.epilog("schema"))
def schema_command() -> None:
    """Print the JSON Schema of matrix.yaml."""
    from bot.config.shape import schema  # noqa: PLC0415 - pydantic takes long to load

    _json(schema())


@main_group.result_callback()
def _print(said: Said | None, **_: Any) -> None:  # noqa: ANN401
    """Print what a verb said, and end with its exit code."""
    if said is None:
        return
    if said.as_json:
        _json(said.json)
    elif not said.quiet:
        if said.rows:
            OUT.print(_table(said.header, said.rows))
        for line in said.lines:
            OUT.print(line)
    sys.exit(said.code)


def _choose(lines: tuple[Text, ...], words: tuple[str, ...]) -> str:
    for line in lines:
        OUT.print(line)
    return str(click.prompt("", type=click.Choice(words), default=words[-1]))


def _hear(question: str) -> str:
    return str(click.prompt(question))


def main() -> NoReturn:
    """Run the command; every error ends in one clear message and its own exit code."""
    _end_tidily_when_killed()
    try:
        terminal = Terminal(
            display=lambda quiet: Display(ERR, quiet=quiet), choose=_choose, hear=_hear
        )
        with taken_in():
            main_group(prog_name="stackmatrix", standalone_mode=False, obj=terminal)
    except (click.exceptions.Abort, KeyboardInterrupt):
        cure = "run it again: what was done is kept, and it goes on where it was"
        _end(InterruptedByPersonError("interrupted", cure=cure))
    except click.ClickException as trouble:
        _end(_usage(trouble))
    except StackmatrixError as trouble:
        _end(trouble)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as trouble:
        _disk(trouble)
    except Exception:  # noqa: BLE001 - the sole catch-all: a bug of ours, told as one
        _bug()
    sys.exit(0)


def _end_tidily_when_killed() -> None:
    """Let SIGTERM end a run like Ctrl-C does, with what it has started."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _disk(trouble: OSError) -> NoReturn:
    """A full or a locked disk is no bug of ours; everything else that a system call says is."""
    if trouble.errno not in FULL:
        _bug()
    what = f"{trouble.filename or 'the disk'} cannot be written: {trouble.strerror}"
    cure = "make room or mend the permissions, then run again: it goes on where it was"
    _end(LedgerError(what, cure=cure))


def _usage(trouble: click.ClickException) -> UsageError:
    context = trouble.ctx if isinstance(trouble, click.UsageError) else None
    path = context.command_path if context else "stackmatrix"
    return UsageError(trouble.format_message(), cure=f"`{path} --help` shows how it is used")


def _end(trouble: StackmatrixError) -> NoReturn:
    ERR.print("error:", style="bold red", end=" ")
    ERR.print(trouble.message, soft_wrap=True)
    if trouble.cure:
        ERR.print(f"mend:  {trouble.cure}", soft_wrap=True)
    sys.exit(trouble.exit_code)


def _bug() -> NoReturn:
    """Tell a bug as one; what happened goes to a file, or to the terminal where none can be."""
    file = Path("stackmatrix-bug.txt")
    told = traceback.format_exc()
    try:
        file.write_text(told, encoding="utf-8")
        where = f"{file} says where"
    except OSError:
        where = f"it happened here:\n{told}"
    ERR.print("error:", style="bold red", end=" ")
    ERR.print(f"this is a bug of stackmatrix. Nothing observed is lost; {where}", soft_wrap=True)
    sys.exit(BUG)
