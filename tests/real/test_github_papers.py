"""What a project asks of reporters is read again before anything is filed there."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from bot.core.facts import PapersRead
from bot.core.life import State, Step
from bot.core.lives import lives
from bot.effects.clock import now
from bot.ledger.files import FileLedger
from tests.real.github_world import World
from tests.real.test_github import (  # noqa: F401 - two are fixtures
    FIRST,
    WELCOME,
    github,
    ready,
    stackmatrix,
    there,
    whole,
)

pytestmark = [pytest.mark.real, pytest.mark.network]


def test_a_policy_that_changed_puts_it_back_to_a_draft(
    there: World,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.unit.steps.test_filing.AT", now())
    there.write(WELCOME, "issues: welcome\n")
    there.write("CONTRIBUTING.md", "Everybody is welcome.\n")
    place = f"https://github.com/{there.place}"
    forge = github(tmp_path)
    known = forge.papers(there.place, ("CONTRIBUTING.md", "AGENTS.md"))
    assert known["CONTRIBUTING.md"] == sha256(b"Everybody is welcome.\n").hexdigest()
    assert known["AGENTS.md"] == ""
    ready(there, tmp_path)
    with FileLedger.open(tmp_path / ".stackmatrix") as ledger:
        ledger.go_on()
        told = PapersRead(target=place, papers=tuple(known.items()), at=now())
        ledger.tell(told, job=f"papers {place}")
    approve = ("issues", "approve", FIRST, "--reason", "good")
    stackmatrix(tmp_path, there.recorder, *approve)
    there.write("CONTRIBUTING.md", "No issues by bots.\n")
    there.write(".github/ISSUE_TEMPLATE/bug.yml", "name: Bug\nbody: []\n")
    stays = stackmatrix(tmp_path, there.recorder, "issues", "file", "--send")
    assert "CONTRIBUTING.md changed" in stays
    assert ".github/ISSUE_TEMPLATE/bug.yml is new" in stays
    assert there.recorder.writes == []
    life = lives(FileLedger.read(tmp_path / ".stackmatrix").facts())[FIRST]
    assert (life.state, life.history[-1].step) == (State.DRAFTED, Step.HOLD)
    assert "CONTRIBUTING.md changed" in life.history[-1].why
    stackmatrix(tmp_path, there.recorder, *approve)
    done = stackmatrix(tmp_path, there.recorder, "issues", "file", "--send")
    assert f"{FIRST} is filed" in done
