"""Deeper than a release: builds between two of them, the sources inside, and the newest of all.

Real wheels, real environments and the real command, with no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from bot.core.model import Json
from bot.suite import __file__ as suite_file
from tests.mini.upgrade_world import Told, ask
from tests.mini.wheels import write_index, write_wheel

SCHEMA = json.loads((Path(suite_file).parent / "explain.schema.json").read_text(encoding="utf-8"))
PROGRAM = "import json, lark_mini\nprint(json.dumps(lark_mini.answer()))\n"
OLD, NEW = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567", "1b2c3d4e5f60718293a4b5c6d7e8f90123456789"
HOME = "https://github.com/mini/lark-mini"
BUILDS = {
    "1.4.dev1+g1111aaa": "old",
    "1.4.dev2+g2222bbb": "old",
    "1.4.dev3+g3333ccc": "new",
    "1.4.dev4+g4444ddd": "new",
    "1.9.dev1+g5555eee": "new",  # of no interest: it lies elsewhere
}


def wheel(folder: Path, version: str, says: str, more: Mapping[str, str] | None = None) -> Path:
    files = {"lark_mini/__init__.py": f"def answer():\n    return {says!r}\n", **(more or {})}
    return write_wheel(folder, "lark-mini", version, files, source=HOME)


def world(root: Path, *, newest: str, bad: str = "1.5") -> Path:
    """Write five releases of which 1.4 is the first to say `new`, and the builds on the way."""
    releases = {"1.2": "old", "1.3": "old", "1.4": "new", "1.5": "new", "1.6": newest}
    for version, says in releases.items():
        commit = OLD if version in ("1.2", "1.3") else NEW
        engine = {
            "lark_mini/_version.py": f"engine_commit = '{commit}'\n",
            "lark_mini/.gitmodules": '[submodule "e"]\n\tpath = third/engine\n'
            "\turl = https://github.com/mini/engine.git\n",
        }
        wheel(root / "wheels", version, says, engine)
    for version, says in BUILDS.items():
        wheel(root / "builds", version, says)
    (root / "good.txt").write_text("lark-mini==1.2\n")
    (root / "bad.txt").write_text(f"lark-mini=={bad}\n")
    (root / "probe.py").write_text(PROGRAM)
    return root


def culprit(told: Told) -> dict[str, Json]:
    found = told.json["culprits"]
    assert isinstance(found, list)
    (one,) = found
    assert isinstance(one, dict)
    jsonschema.validate(told.json, SCHEMA)
    return one


@pytest.mark.parametrize("newest", ["old", "other"])
def test_the_newest_release_and_what_is_inside_are_told(tmp_path: Path, newest: str) -> None:
    told = ask(world(tmp_path, newest=newest), "--no-proof")
    named = culprit(told)
    assert (named["last_good"], named["first_bad"]) == ("1.3", "1.4")
    later: dict[str, Json] = {"package": "lark-mini", "newest": "1.6", "still": newest == "new"}
    assert told.json["later"] == [later | ({"fixed_in": "1.6"} if newest == "old" else {})]
    cells = told.json["cells"]
    assert isinstance(cells, dict)
    assert (cells["later"], cells["builds"]) == (1, 0)
    assert named["inside"] == [
        {
            "name": "engine",
            "repo": "https://github.com/mini/engine",
            "last_good": OLD,
            "first_bad": NEW,
            "commits": True,
            "compare": f"https://github.com/mini/engine/compare/{OLD}...{NEW}",
        }
    ]
    judged = told.json["nature"]
    assert isinstance(judged, dict)
    assert ("taken back" in str(judged["evidence"])) is (newest == "old")


def test_without_a_newer_release_nothing_more_is_asked(tmp_path: Path) -> None:
    told = ask(world(tmp_path, newest="new", bad="1.6"), "--no-proof")
    assert told.json["later"] == []
    cells = told.json["cells"]
    assert isinstance(cells, dict)
    assert cells["later"] == 0


@pytest.mark.parametrize("kind", ["folder", "pages"])
def test_builds_are_bisected_between_two_releases(tmp_path: Path, kind: str) -> None:
    root = world(tmp_path, newest="new")
    place = str(root / "builds")
    if kind != "folder":
        simple = write_index(root / "index", (root / "builds").glob("*.whl"))
        place = simple.resolve().as_uri()
        (simple / "lark-mini" / "index.json").unlink()
    told = ask(root, "--no-proof", "--builds", place)
    named = culprit(told)
    assert told.json["later"] == [{"package": "lark-mini", "newest": "1.6", "still": True}]
    assert (named["last_good"], named["first_bad"]) == ("1.3", "1.4")
    assert named["builds"] == {
        "last_good": "1.4.dev2+g2222bbb",
        "first_bad": "1.4.dev3+g3333ccc",
        "gaps": [],
        "repo": HOME,
        "commits": ["2222bbb", "3333ccc"],
        "compare": f"{HOME}/compare/2222bbb...3333ccc",
    }


def test_a_build_that_cannot_be_installed_is_a_gap(tmp_path: Path) -> None:
    root = world(tmp_path, newest="new")
    for path in (root / "builds").glob("*dev2*.whl"):
        path.write_bytes(b"no wheel")
    named = culprit(ask(root, "--no-proof", "--builds", str(root / "builds")))
    builds = named["builds"]
    assert isinstance(builds, dict)
    assert (builds["last_good"], builds["first_bad"]) == ("1.4.dev1+g1111aaa", "1.4.dev3+g3333ccc")
    assert builds["gaps"] == ["1.4.dev2+g2222bbb"]
