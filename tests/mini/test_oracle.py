"""The oracle against the real things: uv resolves and installs, Python runs the probes.

Without this, a wrong expectation and a wrong pipeline could agree.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import uv

from bot.core.model import Json
from tests.mini import fates, oracle
from tests.mini.commit import committed_world
from tests.mini.draws import Behaviour, Row
from tests.mini.world import MEMORY_MB, World

ROWS = [fate.__name__.replace("_", "-") for fate in fates.FATES]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return committed_world(tmp_path_factory.mktemp("world"))


def row_named(world: World, name: str) -> Row:
    return next(row for row in world.draw.rows if row.name == name)


def run_uv(world: World, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run uv on this world's index alone, out of reach of any configuration."""
    index = ("--default-index", world.index, "--no-config", "--cache-dir", str(folder / "cache"))
    command = [uv.find_uv_bin(), *arguments, *index]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def compiled(
    world: World, names: tuple[str, ...], pins: Mapping[str, str], prefer: Mapping[str, str]
) -> dict[str, str] | None:
    """Return what uv resolves to, with `prefer` as the lock that stands already."""
    folder = world.root / "compiled"
    folder.mkdir(exist_ok=True)
    asked = [f"{name}=={pins[name]}" if name in pins else name for name in names]
    (folder / "asked.in").write_text("\n".join(asked))
    (folder / "lock.txt").write_text("\n".join(f"{n}=={v}" for n, v in prefer.items()))
    flags = ("--output-file", "lock.txt", "--no-header", "--no-annotate", "--no-build")
    done = run_uv(world, "pip", "compile", "asked.in", *flags, folder=folder)
    if done.returncode:
        assert "No solution found" in done.stderr, done.stderr
        return None
    lines = (folder / "lock.txt").read_text().split()
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("name", ROWS)
def test_uv_finds_the_closures_of_the_oracle(world: World, name: str) -> None:
    row = row_named(world, name)
    before = compiled(world, row.components, row.baseline, {})
    stacks = oracle.stacks(world.draw, row)
    assert before == stacks.pop(oracle.BASELINE)
    for trigger, stack in stacks.items():
        pins = oracle.pins(world.draw, row, trigger)
        assert compiled(world, row.components, pins, before or {}) == stack, trigger


def ask(world: World, row: Row, name: str, stack: Mapping[str, str]) -> Mapping[str, Json]:
    """Install `stack` and run the probe of `name` in it, within its memory and time."""
    target = world.root / "installed" / "-".join([*stack.values(), *stack])
    pins = [f"{package}=={version}" for package, version in stack.items()]
    if not target.exists():
        where = ("--target", str(target), "--no-deps", "--no-build")
        done = run_uv(world, "pip", "install", *where, *pins, folder=world.root)
        assert done.returncode == 0, done.stderr
    script = world.root / "probes" / f"{row.name}-{name}.py"
    limit = MEMORY_MB * 1024 * 1024
    try:
        ran = subprocess.run(
            [sys.executable, "-B", str(script), json.dumps(row.arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=2,
            env={"PYTHONPATH": str(target)},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
    except subprocess.TimeoutExpired:
        return {"failed": "hang"}
    if ran.returncode:
        return {"failed": "memory" if "MemoryError" in ran.stderr else "crash"}
    value: Json = json.loads(ran.stdout.splitlines()[-1])
    return value if isinstance(value, dict) else {"text": value}


@pytest.mark.parametrize("name", ROWS)
def test_installed_packages_do_what_the_oracle_says(world: World, name: str) -> None:
    row = row_named(world, name)
    for stack in oracle.stacks(world.draw, row).values():
        for asked in row.probes if stack else ():
            shown = oracle.shown(world.draw, row, asked, stack or {})
            seen = ask(world, row, asked, stack or {})
            if shown.get("failed") == Behaviour.FLAKY:
                assert ask(world, row, asked, stack or {}) != seen
            else:
                assert seen == shown


@pytest.mark.parametrize("name", ROWS)
def test_the_drawn_interval_is_where_installed_behaviour_turns(world: World, name: str) -> None:
    row = row_named(world, name)
    for blame in row.blames:
        good, bad = (
            {c.package: end for c in blame.culprits for end in [getattr(c, which)]}
            for which in ("last_good", "first_bad")
        )
        broken = blame.verdict == "regressed"
        for ends, passes in ((good, broken), (bad, not broken)):
            stack = oracle.closure(world.draw, row, ends, oracle.base(world.draw, row))
            assert stack is not None
            right = oracle.golden(world.draw, row, blame.shown)
            before = oracle.shown(world.draw, row, blame.shown, oracle.base(world.draw, row))
            expected = right if row.golden else before
            assert (ask(world, row, blame.shown, stack) == expected) is passes, ends
