"""A whole run and all that may follow it, seen from outside the process: what leaves, and when."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.core.draft import named
from tests.mini.commit import committed_draw
from tests.mini.drive import only
from tests.mini.world import write
from tests.real.github_world import World, environment, world

pytestmark = [pytest.mark.real, pytest.mark.network]
PLACE = "owner/engine-0"
COMMAND = (sys.executable, "-c", "from bot.cli import main; main()")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
        assert made.recorder.violations == []


def stackmatrix(there: World, folder: Path, *words: str) -> str:
    """Run the program with a token set, its only way out the recorder."""
    env = {**environment(there.recorder, who="bot"), "NO_COLOR": "1"}
    ran = subprocess.run(
        [*COMMAND, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode in {0, 1}, ran.stderr
    return ran.stdout


def test_a_whole_run_and_an_eligible_finding_send_nothing_without_consent(
    there: World, tmp_path: Path
) -> None:
    toy = write(only(committed_draw(), "drifts"), tmp_path / "toy")
    told = yaml.safe_load(toy.matrix.read_text())
    for component in told["components"].values():
        component["upstream"] = f"https://github.com/{PLACE}"
    told["policy"] = {"default": "file", "delay_hours": 0}
    toy.matrix.write_text(yaml.safe_dump(told))
    config = ("--config", str(toy.matrix))

    stackmatrix(there, toy.root, "run", *config, "--quiet")
    assert there.recorder.to_github == []
    listed = stackmatrix(there, toy.root, "issues", "list", *config)
    finding = next(line.split()[0] for line in listed.splitlines() if " drafted " in line)
    stackmatrix(there, toy.root, "issues", "approve", finding, "--reason", "seen", *config)
    stays = stackmatrix(there, toy.root, "issues", "file", "--send", *config)
    assert f"{finding} stays: nobody at {PLACE} has welcomed issues of a bot" in stays
    assert {call.method for call in there.recorder.to_github} == {"GET"}
    assert there.recorder.writes == []
    assert there.issues() == []

    there.write(".github/stackmatrix.yml", "issues: welcome\n")
    stackmatrix(there, toy.root, "issues", "file", "--send", *config)
    (issue,) = there.issues()
    assert named(issue["body"]) == finding
    assert there.recorder.writes == [f"POST /repos/{PLACE}/issues"]
