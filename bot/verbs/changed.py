"""`stackmatrix changed --base REF`: what a lock does that is not merged yet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import yaml

from bot.app import DRIVERS
from bot.config.ends import GIT, read_end
from bot.config.options import Options
from bot.config.presets import extended
from bot.config.tree import Tree
from bot.core.changed import Both, Data, Move, narrowed
from bot.core.pins import Asked
from bot.core.remark import data, words
from bot.effects.files import put
from bot.errors import UsageError
from bot.ports import Progress
from bot.verbs.init import PYTHON, lock_of, own
from bot.verbs.manual import epilog
from bot.verbs.run import Summary, run
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options
from bot.verbs.summary import lines as summarised


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is moved, and what a run of both ends came to; None where nothing is moved."""

    moves: tuple[Move, ...]
    summary: Summary | None = None

    @property
    def told(self) -> Data:
        """The data of a comment."""
        return data(self.moves, self.summary.report if self.summary else None)

    @property
    def broken(self) -> int:
        """How much of it is newly broken."""
        report = self.summary.report if self.summary else None
        return len(report.delta.newly_broken) + report.withheld_new if report else 0


def changed(options: Options, base: str, lock: Path, progress: Progress) -> Done:
    """Run both ends of what two locks pin differently: `lock`, and as git remembers it at `base`.

    Raises `UsageError` or `ConfigError` where one of them cannot be read.
    """
    before = f"{GIT}{base}:{lock.as_posix()}"
    ends = _before(before, progress), read_end(str(lock), PYTHON)
    both = _both(options, ends, lock, {"base": before, "head": str(lock.absolute())})
    if both.empty:
        return Done(moves=both.moves)
    with _beside(options.config, both.matrix) as file:
        return Done(moves=both.moves, summary=run(replace(options, config=file), progress))


def _before(where: str, progress: Progress) -> Asked:
    """Read the lock at the base; one that was not there before pins nothing."""
    try:
        return read_end(where, PYTHON)
    except UsageError as trouble:
        progress.note(f"{trouble.message}; so there is nothing to compare with")
        return Asked(lines=())


def _both(
    options: Options, ends: tuple[Asked, Asked], lock: Path, files: Mapping[str, str]
) -> Both:
    """Narrow the matrix that is there, or one made of the lock."""
    if options.config.is_file():
        read = extended(Tree.parse(options.config, options.config.read_text(encoding="utf-8")))
    else:
        read = yaml.safe_load(own(lock).text("a pull request", lock.name))
    matrix: Data = read if isinstance(read, dict) else {}
    base, head = ends
    return narrowed(matrix, base.versions, head.versions, files, _elsewhere(matrix))


def _elsewhere(matrix: Data) -> frozenset[str]:
    """Return the components that no lock of Python packages holds."""
    entries = {name: entry or {} for name, entry in (matrix.get("components") or {}).items()}
    return frozenset(name for name, one in entries.items() if _source(one) != "pypi")


def _source(entry: Data) -> str:
    driver = DRIVERS.get(str(entry.get("driver")))
    return str(entry.get("source") or (driver.source if driver else "pypi"))


@contextmanager
def _beside(config: Path, matrix: Data) -> Iterator[Path]:
    """Write a matrix beside another: paths in it are as seen from there."""
    with tempfile.NamedTemporaryFile(
        "w", dir=config.parent, prefix="changed-", suffix=".yaml"
    ) as f:
        yaml.safe_dump(matrix, f, sort_keys=False)
        f.flush()
        yield Path(f.name)


@click.command("changed", epilog=epilog("changed"))
@click.option("--base", required=True, help="What to compare with, as git knows it.")
@click.option("--lock", help="The lock file or requirements.  [default: as `init` finds it]")
@click.option("--out", type=click.Path(path_type=Path), help="Write what `comment` reads there.")
@click.option(
    "--fail-on",
    type=click.Choice(["new", "never"]),
    default="new",
    show_default=True,
    help="Exit with 1 on what is newly broken, or never.",
)
@matrix_options
@talk_options
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Run both ends of a lock that changed.

    They are what it pins at a base, as git knows it, and what it pins here. Components that the
    matrix watches and the two pin differently are tried, each alone against the base and all
    together; without a matrix, those that `init` would watch. What else the locks pin comes along
    on its side: a stack that only such a package moves is tried too.
    """
    options = options_of(given)
    lock = Path(given["lock"]) if given["lock"] else lock_of(Path())
    if lock is None:
        raise UsageError("there is no lock file here", cure="name one with --lock")
    with terminal.display(given["quiet"]) as display:
        done = changed(options, given["base"], lock, display)
    if given["out"]:
        put(given["out"], (json.dumps(done.told, indent=1) + "\n").encode())
    return Said(
        header=("component", "base", "here") if done.moves else (),
        rows=tuple((one.component, one.base, one.head) for one in done.moves),
        lines=tuple(_lines(done)),
        json=_json(done.told),
        as_json=given["as_json"],
        quiet=given["quiet"],
        code=1 if done.broken and given["fail_on"] == "new" else 0,
    )


def _lines(done: Done) -> Iterator[str]:
    if done.summary is None or not done.summary.report.cells:
        yield "nothing that is watched is moved, nor what it needs"
        return
    yield from summarised(done.summary)


def _json(told: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return {**told, "markdown": words(dict(told))}
