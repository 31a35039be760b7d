"""Writes a drawn upgrade to disk, asks the real command about it, and compares the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model import Json
from tests.mini.draws import Behaviour, File, Issue, Package
from tests.mini.upgrade_fates import draw
from tests.mini.upgrades import Upgrade
from tests.mini.wheels import write_index, write_wheel
from tests.mini.world import FIRST_DAY, WITHDRAWN, write_sdist

SOURCE = '"""Nonsense."""\n{head}\nRAISED = {raised}\ndef answer():\n    return {value}\n'
PROGRAM = """import importlib, importlib.util, json
said = {{name: importlib.import_module(name).answer() for name in {asked!r}}}
print(json.dumps([said, {sought!r} and importlib.util.find_spec({sought!r}) is not None]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the command said of an upgrade, and its exit code."""

    code: int
    json: dict[str, Json]


def module(package: Package, issue: Issue, *, crash: bool) -> str:
    """Return the source of one release: with its word changed, it is of the same size."""
    word, drifted, head, raised = repr(package.word), repr(package.drifted), "", 0
    value = word
    match issue.behaviour:
        case Behaviour.DRIFT:
            value = drifted
        case Behaviour.CRASH:
            head = f"{{}}[{word}]"
        case Behaviour.RAISED:
            raised = 1
        case Behaviour.MEETS:
            head = f"import {package.partner}"
            other = "" if crash else f", 1: {drifted}"
            value = f"{{0: {word}{other}}}[{package.partner}.RAISED]"
        case _:
            pass
    return SOURCE.format(head=head, raised=raised, value=value)


def write(world: Upgrade, root: Path) -> None:
    """Write the wheels, both ends and the program into the folder `root`."""
    root.mkdir(parents=True, exist_ok=True)
    files: dict[Path, Issue] = {}
    for package in world.packages.values():
        for issue in package.issues:
            if issue.file is not File.MISSING:
                files[_file(world, package, issue, root / "wheels")] = issue
    write_index(
        root / "index",
        files,
        {path.name: FIRST_DAY + timedelta(days=issue.day) for path, issue in files.items()},
        {path.name: WITHDRAWN for path, issue in files.items() if issue.yanked},
    )
    for name, end in (("good", world.good), ("bad", world.bad)):
        (root / f"{name}.txt").write_text("\n".join([*world.lines(end), ""]))
    program = PROGRAM.format(asked=list(world.asked), sought=world.sought)
    (root / "probe.py").write_text(program)


def _file(world: Upgrade, package: Package, issue: Issue, folder: Path) -> Path:
    if issue.file is File.SDIST:
        return write_sdist(package, issue, folder)
    tag = "cp311-cp311-win_arm64" if issue.file is File.FOREIGN else "py3-none-any"
    text = {f"{package.name}.py": module(package, issue, crash=world.fate == "pair-crash")}
    return write_wheel(folder, package.name, issue.version, text, issue.requires, tag=tag)


def ask(root: Path, *more: str, index: str = "") -> Told:
    """Do what `stackmatrix explain` does in the folder `root`; `index` takes the place of PyPI."""
    from bot.cli import main  # noqa: PLC0415 - a test that only draws worlds needs no command

    ends = ("--good", "good.txt", "--bad", "bad.txt", "--probe", "probe.py")
    where = () if index else ("--find-links", "wheels", "--no-index")
    arguments = ("stackmatrix", "explain", *ends, *where, "--json", "out.json", "--quiet", *more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", list(arguments))
        patch.chdir(root)
        if index:
            patch.setattr("bot.verbs.inquire.PYPI", index)
            patch.setattr("bot.verbs.wanted.PYPI", index)
        with pytest.raises(SystemExit) as end:
            main()
    assert not (root / "stackmatrix-bug.txt").exists(), (root / "stackmatrix-bug.txt").read_text()
    assert isinstance(end.value.code, int)
    return Told(code=end.value.code, json=json.loads((root / "out.json").read_text()))


def explained(seed: int, root: Path) -> tuple[Upgrade, Told]:
    """Draw, write and ask the upgrade of `seed`."""
    world = draw(seed)
    write(world, root)
    index = (root / "index" / "simple").resolve().as_uri() if world.indexed else ""
    return world, ask(root, index=index)


def differences(world: Upgrade, found: Mapping[str, Json]) -> Iterator[str]:
    """Yield what is wrong with an explanation, in the JSON of the command."""
    wanted = world.wanted
    heads = [[_told(asdict(guilt)) for guilt in head] for head in wanted.heads]
    if found["culprits"] not in heads:
        yield f"culprits {found['culprits']}, not {heads} ({found['why']})"
    for word in ("ending", "kind"):
        if found[word] != getattr(wanted, word):
            yield f"{word} {found[word]}, not {getattr(wanted, word)}"
    along = found["moves_with"]
    assert isinstance(along, list)
    names = {str(each["package"]) for each in along if isinstance(each, dict)}
    if not wanted.must_move <= names <= wanted.may_move:
        yield f"moves with {names}, not {set(wanted.must_move)} to {set(wanted.may_move)}"


def _told(guilt: dict[str, object]) -> dict[str, object]:
    """Return a blame as the command writes it."""
    return {key: value for key, value in guilt.items() if key != "yanked" or value}
