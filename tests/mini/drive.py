"""Runs the real command on a world, in this process, so that a test can sabotage a part of it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace

import pytest

from bot.core.model import Json
from tests.mini.draws import Draw
from tests.mini.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How the command ended, and the report that it wrote."""

    code: int
    report: dict[str, Json]


def run(world: World) -> Ran:
    """Do what `stackmatrix run` does, with state and reports inside the world's own folder."""
    from bot.cli import main  # noqa: PLC0415 - a test that only draws worlds needs no command

    places = ("--state", world.root / ".stackmatrix", "--reports", world.root / "reports")
    arguments = ("stackmatrix", "run", "--config", world.matrix, *places, "--quiet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(argument) for argument in arguments])
        patch.chdir(world.root)
        with pytest.raises(SystemExit) as end:
            main()
    bug = world.root / "stackmatrix-bug.txt"
    assert not bug.exists(), bug.read_text()
    assert isinstance(end.value.code, int)
    return Ran(
        code=end.value.code,
        report=json.loads((world.root / "reports" / "report.json").read_text()),
    )


def only(drawn: Draw, *rows: str) -> Draw:
    """Return the part of a world that some rows need."""
    kept = tuple(row for row in drawn.rows if row.name in rows)
    watched = {name for row in kept for name in row.components}
    follow = {name: which for name, which in drawn.follow.items() if name in watched}
    return replace(drawn, rows=kept, follow=follow)


def everywhere(patch: pytest.MonkeyPatch, original: object, fake: object) -> int:
    """Put `fake` wherever a module of the bot knows `original`; return in how many places."""
    places = [
        (module, name)
        for key, module in list(sys.modules.items())
        if key == "bot" or key.startswith("bot.")
        for name, value in list(vars(module).items())
        if value is original
    ]
    for module, name in places:
        patch.setattr(module, name, fake)
    return len(places)
