"""`stackmatrix init`: a matrix for what a repository really uses, or the commented sample."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Final

import click
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bot.app import DRIVERS, SUITE
from bot.config.ends import read_end
from bot.core.own import Offer, Own
from bot.core.pins import Asked
from bot.errors import UsageError
from bot.verbs.manual import epilog
from bot.verbs.said import Said

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


def init(file: Path, content: bytes | None = None) -> Path:
    """Write `content`, or the sample, to `file` and return it.

    Raises `UsageError` where a file is already.
    """
    text = sample() if content is None else content
    try:
        with file.open("xb") as new:
            new.write(text)
    except FileExistsError:
        cure = "edit it, or name another with --config; nothing was changed"
        raise UsageError(f"{file} is there already", cure=cure) from None
    except OSError as trouble:
        cure = "make its folder, or name another file with --config"
        raise UsageError(f"{file} cannot be written: {trouble.strerror}", cure=cure) from None
    return file


def lock_of(folder: Path) -> Path | None:
    """Return the file of a folder that says best what is installed, if there is one."""
    return next((folder / name for name in LOCKS if (folder / name).is_file()), None)


@click.command("init", epilog=epilog("init"))
@click.option("--config", default="matrix.yaml", show_default=True, help="The file to write.")
@click.option("--from", "lock", help="What is installed: a lock file or requirements.")
@click.option("--sample", "commented", is_flag=True, help="Write the commented sample instead.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")
def command(*, config: str, lock: str | None, commented: bool, quiet: bool) -> Said:
    """Write a matrix.yaml to start from.

    It watches what the repository really uses, as its lock file, its requirements or its
    pyproject.toml tell; where nothing of that can be exercised it is the commented sample. A
    file that is there is left alone.
    """
    file = Path(config)
    read = Path(lock) if lock else lock_of(file.parent)
    mine = own(read) if read and not commented else None
    if mine is None or not mine.found or read is None:
        written = init(file)
        aside = (f"nothing in {read} can be exercised: this is the sample",) if mine else ()
        lines = (*aside, f"{written}: edit it, then `stackmatrix config check` and `run`")
        return Said(lines=lines, quiet=quiet)
    title = f"{file.absolute().parent.name} and its stack"
    written = init(file, mine.text(title, read.name).encode())
    return Said(
        header=("component", "role", "today"),
        rows=tuple((one.name, one.role, version or "not pinned") for one, version in mine.found),
        lines=(
            f"{len(mine.left)} further packages of {read.name} have no driver of their own",
            f"{written}: {len(mine.stacks)} stacks, {mine.cells} cells at most the first time",
            "`stackmatrix plan` shows them, `stackmatrix run` runs them",
        ),
        quiet=quiet,
    )
