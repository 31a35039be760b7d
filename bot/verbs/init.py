"""`stackmatrix init`: a matrix for what a repository really uses, and what runs it every day."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from rich.text import Text

from bot.app import DRIVERS, SUITE
from bot.config.ends import read_end
from bot.core.job import UNKNOWN_SECONDS
from bot.core.own import Offer, Own
from bot.core.pins import Asked
from bot.core.weight import wheel_bytes
from bot.core.workflow import HOUR, Answers, minute_of
from bot.errors import UsageError
from bot.verbs.manual import epilog
from bot.verbs.routine import (
    FOLDER,
    NOWHERE,
    how_to,
    requirement,
    timer_of,
    units,
    workflows,
)
from bot.verbs.said import Said, Terminal

# The sample is the repository's own matrix: a wheel carries it in the suite, a checkout has it
# at its root. There is one source of it.
PLACES: Final = (SUITE / "matrix.yaml", SUITE.parent.parent / "matrix.yaml")
LOCKS: Final = (
    "uv.lock",
    "pylock.toml",
    "requirements.lock",
    "requirements.txt",
    "pyproject.toml",
)  # the first that is there is read
MOST: Final = 8  # jobs at a time, where nobody said more
PYTHON: Final = ".".join(map(str, sys.version_info[:2]))


def sample() -> bytes:
    """Return the commented matrix that comes along. Raises `UsageError` where none does."""
    for place in PLACES:
        if place.is_file():
            return place.read_bytes()
    raise UsageError("the sample matrix is not installed", cure="install stackmatrix again")


def offers() -> list[Offer]:
    """Return the drivers of Python packages that need no gigabytes and no server of the user's."""
    return [
        Offer(
            name=one.name,
            package=canonicalize_name(one.package or one.name),
            role=one.role.value,
            upstream=one.upstream,
            serves="wire" in one.asks,
            asks=one.name == "openai",
        )
        for one in DRIVERS.values()
        if one.source == "pypi" and not one.big and one.suite and one.name != "script"
    ]


def own(lock: Path) -> Own:
    """Return what of a lock file, or of requirements, can be exercised.

    Raises `UsageError` or `ConfigError` where it cannot be read.
    """
    asked = _project(lock) if lock.name == "pyproject.toml" else read_end(str(lock), PYTHON)
    names = {canonicalize_name(Requirement(line).name): "" for line in asked.lines}
    return Own.of(names | asked.versions, offers())


def _project(file: Path) -> Asked:
    """Read what a project depends on, its extras and groups too."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as trouble:
        raise UsageError(f"{file} cannot be read: {trouble}", cure="mend it") from None
    project = told.get("project", {})
    lists = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
    lists += told.get("dependency-groups", {}).values()
    lines = [line for each in lists for line in each if isinstance(line, str)]
    return Asked(lines=tuple(line for line in lines if _readable(line)))


def _readable(line: str) -> bool:
    try:
        Requirement(line)
    except InvalidRequirement:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What was found in `read`: packages that can be exercised, and how large their wheels are."""

    own: Own
    read: Path
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be written, what is said before, and what a person does afterwards."""

    files: Mapping[Path, bytes]
    about: tuple[str, ...]
    then: tuple[str, ...] = ()


def _found(file: Path, given: Mapping[str, Any]) -> Mine | None:
    """Return what the repository uses, or None where the sample is to be written."""
    read = Path(given["lock"]) if given["lock"] else lock_of(file.parent)
    if read is None or given["commented"]:
        return None
    found = own(read)
    return Mine(own=found, read=read, bytes=weighed(read, found))


def weighed(read: Path, found: Own) -> int:
    """Return the bytes of the wheels of what was found, as a lock tells; 0 where it does not."""
    if read.suffix not in (".lock", ".toml") or read.name == "pyproject.toml":
        return 0
    names = {one.package for one, version in found.found if version}
    return wheel_bytes(read.read_text(encoding="utf-8"), names)


def _planned(file: Path, mine: Mine | None, given: Mapping[str, Any]) -> Plan:
    """Say what would be written and what it costs."""
    minute = minute_of(file.absolute().parent.name)
    matrix, about, then = _matrix(file, mine, given)
    if given["timer"]:
        timer = timer_of(Path(), given["config"], minute)
        return Plan(files={**matrix, **units(timer)}, about=about, then=how_to(timer))
    idle = mine is None or not mine.own.found
    if given["no_workflow"] or (idle and not given["no_matrix"]):
        return Plan(files=matrix, about=about, then=then)
    wanted = given["requirement"] or requirement()
    if not wanted:
        return Plan(files=matrix, about=(*about, NOWHERE), then=then)
    answers = Answers(
        stackmatrix=wanted,
        config=file.as_posix(),
        shards=min(MOST, max(2, mine.own.cells)) if mine else MOST,
        minute=minute,
    )
    told = f"the workflow runs every day at {HOUR:02}:{minute:02} UTC and installs {wanted}"
    after = ("commit these files and push: it looks every day, or now with `gh workflow run`",)
    files = {**matrix, **workflows(answers, pulls=given["pull_requests"])}
    return Plan(files=files, about=(*about, told), then=after)


def _matrix(
    file: Path, mine: Mine | None, given: Mapping[str, Any]
) -> tuple[dict[Path, bytes], tuple[str, ...], tuple[str, ...]]:
    """Return the matrix, what is to be said of it, and what can be done with it."""
    if given["no_matrix"]:
        return {}, (), ()
    if mine is None or not mine.own.found:
        aside = (f"nothing in {mine.read} can be exercised: this is the sample",) if mine else ()
        return {file: sample()}, aside, (f"{file}: edit it, then `stackmatrix config check`",)
    title = f"{file.absolute().parent.name} and its stack"
    about = (
        f"further packages of {mine.read.name} without a driver of their own: {len(mine.own.left)}",
        cost(mine),
    )
    then = ("`stackmatrix plan` shows the cells, `stackmatrix run` runs them",)
    text = mine.own.text(title, mine.read.name, _lock(file, mine.read))
    return {file: text.encode()}, about, then


def _lock(file: Path, read: Path) -> str:
    """Return the path of a lock from beside the matrix; a project's wishes are none."""
    if read.name == "pyproject.toml":
        return ""
    return Path(os.path.relpath(read, file.parent)).as_posix()


def cost(mine: Mine) -> str:
    """Say what the first run costs: later ones ask only what is new."""
    minutes = max(1, round(mine.own.cells * UNKNOWN_SECONDS / 60))
    heavy = f", {mine.bytes / 1e6:.0f} MB of wheels for what is pinned" if mine.bytes else ""
    stacks = len(mine.own.stacks)
    told = f"{stacks} stack{'s' if stacks != 1 else ''}"
    return (
        f"{told}, {mine.own.cells} cells at most the first time: about "
        f"{minutes} minutes of one machine at {UNKNOWN_SECONDS:.0f} s a cell{heavy}; "
        "afterwards only what is new"
    )


def _agreed(terminal: Terminal, plan: Plan, given: Mapping[str, Any]) -> bool:
    """Whether a person at a terminal says yes; where nobody can be asked, it was said."""
    if given["yes"] or given["quiet"] or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    lines = [*plan.about, *(f"{path}: {len(data)} bytes" for path, data in plan.files.items())]
    return terminal.choose(tuple(map(Text, lines)), ("no", "write")) == "write"


def _write(file: Path, content: bytes) -> None:
    """Write a file whole. Raises `UsageError` where it cannot be."""
    try:
        if file.parts[0] == FOLDER.parts[0]:
            file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as new:
            new.write(content)
    except OSError as trouble:
        cure = "make its folder, or name another file with --config"
        raise UsageError(f"{file} cannot be written: {trouble.strerror}", cure=cure) from None


def lock_of(folder: Path) -> Path | None:
    """Return the file of a folder that says best what is installed, if there is one."""
    return next((folder / name for name in LOCKS if (folder / name).is_file()), None)


@click.command("init", epilog=epilog("init"))
@click.option("--config", default="matrix.yaml", show_default=True, help="The matrix to write.")
@click.option("--from", "lock", help="What is installed: a lock file or requirements.")
@click.option("--sample", "commented", is_flag=True, help="Write the commented sample instead.")
@click.option("--stackmatrix", "requirement", help="What a runner installs, as pip is told.")
@click.option("--no-workflow", is_flag=True, help="Write no workflow for GitHub.")
@click.option("--no-matrix", is_flag=True, help="Write none: there is one.")
@click.option("--pull-requests", is_flag=True, help="Two more workflows: what a new lock changes.")
@click.option("--timer", is_flag=True, help="Units of systemd and a line for cron, no workflow.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; so it is without a terminal.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
@click.pass_obj
def command(terminal: Terminal, /, **given: Any) -> Said:  # noqa: ANN401
    """Write a matrix.yaml and a workflow that runs it.

    It watches what the repository really uses, as its lock file, its requirements or its
    pyproject.toml tell; where nothing of that can be exercised it is the commented sample, and
    no workflow. Nothing that is there is written over without --force, and nothing is installed.
    """
    file = Path(given["config"])
    mine = None if given["no_matrix"] else _found(file, given)
    plan = _planned(file, mine, given)
    taken = [str(path) for path in plan.files if path.exists()]
    if taken and not given["force"]:
        cure = "--no-matrix or --no-workflow leaves one out, --config names another, --force both"
        raise UsageError(f"{' and '.join(taken)} is there already", cure=cure)
    if not _agreed(terminal, plan, given):
        return Said(lines=("nothing was written",), quiet=given["quiet"])
    for path, content in plan.files.items():
        _write(path, content)
    rows = mine.own.found if mine else ()
    return Said(
        header=("component", "role", "today") if rows else (),
        rows=tuple((one.name, one.role, version or "not pinned") for one, version in rows),
        lines=(*plan.about, *(f"{path}: written" for path in plan.files), *plan.then),
        quiet=given["quiet"],
    )
