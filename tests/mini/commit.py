"""The world whose draws and expectations are committed; redo it by `python -m tests.mini.commit`.

Draws are committed beside the seed because how a seed draws may change with Python.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.model import Json
from tests.mini.draws import Draw, from_json, to_json
from tests.mini.fates import draw
from tests.mini.world import World, write

SEED = 20261122
HERE = Path(__file__).parent / "committed"


def read(name: str) -> Json:
    """Return one of the two committed files, `draw` or `expected`."""
    value: Json = json.loads((HERE / f"{name}.json").read_text())
    return value


def committed_draw() -> Draw:
    """Return the world as it was drawn when it was committed."""
    return from_json(read("draw"))


def committed_world(root: Path) -> World:
    """Write the committed world into the folder `root`."""
    return write(committed_draw(), root)


def commit() -> None:
    """Draw the world again and write down what it is and what is expected of it."""
    drawn = draw(SEED)
    with TemporaryDirectory() as folder:
        world = write(drawn, Path(folder))
    HERE.mkdir(exist_ok=True)
    for name, value in (("draw", to_json(drawn)), ("expected", world.expected)):
        (HERE / f"{name}.json").write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    commit()
