"""Nobody is accused of what no upgrade did: clocks, chance, places, addresses, orders.

The real command, real wheels and environments, no network.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mini.controls import CONTROLS, Control
from tests.mini.upgrade_world import ask
from tests.mini.wheels import write_wheel

SHAPE = "def area(side):\n    return side * side\n"
MORE = "def grown_{at}(side, *more):\n    kept = [side, *more]\n    return sum(kept)\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six releases of two packages; the state of all searches, so that they share a shelf."""
    root = tmp_path_factory.mktemp("controls")
    for minor in range(6):
        grown = "".join(MORE.format(at=at) for at in range(minor * 3))
        write_wheel(root / "wheels", "shape", f"1.{minor}", {"shape.py": SHAPE + grown})
        write_wheel(root / "wheels", "idle", f"2.{minor}", {"idle/__init__.py": ""})
    for name, minor in (("good", 1), ("bad", 4)):
        (root / f"{name}.txt").write_text(f"shape==1.{minor}\nidle==2.{minor}\n")
    return root


@pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)
def test_nobody_is_accused(control: Control, wheels: Path) -> None:
    (wheels / "probe.py").write_text(control.program)
    told = ask(wheels).json
    assert told["culprits"] == []
    assert told["ending"] in control.endings, told["why"]
