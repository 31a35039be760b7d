"""After filing: edited where the draft changed, closed when verified, opened again, once each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.draft import named
from bot.core.facts import Marked, Named, Retested, Stopped
from bot.core.form import SEARCHED
from bot.core.life import State, Step
from bot.errors import SourceError
from bot.forge import Draft, Issue
from bot.ledger.files import FileLedger
from bot.steps.aftercare import care
from bot.steps.aftercare import tests_of as retests
from bot.steps.desk import Desk
from bot.steps.filing import carry_out, plans
from bot.steps.sent import tell_sent
from bot.steps.syncing import sync
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import NAMES, approved, fill

ONE = NAMES[0]
ADDRESS = "https://github.com/o/r/issues/1"


@pytest.fixture
def forge() -> FakeForge:
    return FakeForge()


@pytest.fixture
def here(tmp_path: Path, forge: FakeForge) -> Iterator[Desk]:
    """A desk with one finding filed, whose text is known."""
    with FileLedger.open(tmp_path / "state") as ledger:
        fill(ledger, NAMES[:2])
        made = approved(ledger, forge)
        (plan,) = [plan for plan in plans(made) if not plan.obstacle]
        issue = carry_out(made, plan)
        assert isinstance(issue, Issue)
        tell_sent(made, issue.address, issue.body)
        forge.wrote.clear()
        yield made


def told(here: Desk, version: str, *, greens: int = 9, reds: int = 0) -> None:
    body = Retested(finding=ONE, version=version, greens=(("cpu", greens),), reds=reds, needed=3)
    here.tell(body, ONE)


def writes(forge: FakeForge) -> list[str]:
    return [line.rpartition(" ")[0] for line in forge.wrote]


def test_a_mend_is_verified_and_closed_with_one_comment(here: Desk, forge: FakeForge) -> None:
    assert list(care(here, send=True)) == []
    told(here, "2.0")
    dry = list(care(here, send=False))
    assert [line.split()[2] for line in dry[:2]] == ["fixed-in:", "verified:"]
    assert "would close" in dry[2]
    assert forge.wrote == []
    list(care(here, send=True))
    assert here.lives[ONE].state is State.CLOSED
    assert writes(forge) == ["say", "close completed"]
    assert "Fixed in `2.0`" in forge.comments(ADDRESS)[0].body
    assert "9 on cpu (3 needed)" in forge.comments(ADDRESS)[0].body
    assert list(care(here, send=True)) == []
    assert list(sync(here)) == []


def test_too_few_greens_close_nothing(here: Desk, forge: FakeForge) -> None:
    told(here, "2.0", greens=2)
    list(care(here, send=True))
    assert here.lives[ONE].state is State.FIXED_IN
    assert forge.wrote == []


def test_what_is_seen_again_is_opened_again_and_not_filed_anew(
    here: Desk, forge: FakeForge
) -> None:
    told(here, "2.0")
    list(care(here, send=True))
    told(here, "2.1", reds=2)
    assert "would be opened again" in next(iter(care(here, send=False)))
    assert here.lives[ONE].state is State.CLOSED
    list(care(here, send=True))
    assert here.lives[ONE].state is State.REOPENED
    assert forge.read(ADDRESS).open
    assert writes(forge)[2:] == ["reopen", "say"]
    assert (list(sync(here)), list(care(here, send=True))) == ([], [])
    assert len(forge.issues) == 1
    told(here, "2.2")
    list(care(here, send=True))
    assert here.lives[ONE].state is State.CLOSED
    assert "`2.2`" in forge.comments(ADDRESS)[-1].body


def test_an_interrupted_closing_goes_on(
    here: Desk, forge: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(here, "2.0")
    real = Desk.step

    def killed(self: Desk, finding: str, step: Step, *more: str) -> object:
        if step is Step.CLOSE:
            raise KeyboardInterrupt
        return real(self, finding, step, *more)

    monkeypatch.setattr(Desk, "step", killed)
    with pytest.raises(KeyboardInterrupt):
        list(care(here, send=True))
    monkeypatch.setattr(Desk, "step", real)
    assert (list(sync(here)), here.lives[ONE].state) == ([], State.VERIFIED)
    list(care(here, send=True))
    assert here.lives[ONE].state is State.CLOSED
    assert writes(forge) == ["say", "close completed"]


def test_who_may_not_open_it_says_so_all_the_same(here: Desk, forge: FakeForge) -> None:
    told(here, "2.0")
    list(care(here, send=True))

    def refuse(address: str) -> Issue:
        del address
        raise SourceError("this login may not do that")

    forge.reopen = refuse  # type: ignore[method-assign]
    told(here, "2.1", reds=1)
    list(care(here, send=True))
    assert writes(forge)[2:] == ["say"]
    assert here.lives[ONE].state is State.REOPENED


def test_after_a_stop_the_life_goes_on_without_a_word(here: Desk, forge: FakeForge) -> None:
    word = Stopped(target="https://github.com/o/r", who="mia", at=here.now, why="enough")
    here.ledger.tell(word, job="stop")
    told(here, "2.0")
    list(care(here, send=True))
    assert here.lives[ONE].state is State.CLOSED
    told(here, "2.1", reds=1)
    list(care(here, send=True))
    assert here.lives[ONE].state is State.REOPENED
    assert next(iter(care(changed(here), send=True))).startswith(f"{ADDRESS} stays as it is")
    assert forge.wrote == []


def test_while_all_is_switched_off_it_waits(here: Desk, forge: FakeForge) -> None:
    silent = replace(here, stop=lambda: "switched off")
    told(here, "2.0")
    assert "stays open for now: switched off" in list(care(silent, send=True))[-1]
    assert here.lives[ONE].state is State.VERIFIED
    list(care(here, send=True))
    told(here, "2.1", reds=1)
    assert "nothing was written, switched off" in list(care(silent, send=True))[-1]
    assert here.lives[ONE].state is State.CLOSED
    list(care(here, send=True))
    assert here.lives[ONE].state is State.REOPENED
    assert writes(forge) == ["say", "close completed", "reopen", "say"]


def changed(here: Desk, text: str = "new") -> Desk:
    body = f"{text}\n\nFinding: `{ONE}`"
    return replace(
        here, drafts=lambda told: Draft(finding=ONE, target=told.target, title="t", body=body)
    )


def test_a_draft_that_changed_is_edited_in_place_without_a_word(
    here: Desk, forge: FakeForge
) -> None:
    assert "would edit" in next(iter(care(changed(here), send=False)))
    assert forge.wrote == []
    for _ in range(2):
        list(care(changed(here), send=True))
    assert writes(forge) == ["edit"]
    assert forge.read(ADDRESS).body.startswith("new\n")


def test_what_others_changed_is_left_as_they_want_it(here: Desk, forge: FakeForge) -> None:
    forge.put(ADDRESS, body=f"theirs\n\nFinding: `{ONE}`")
    assert list(care(changed(here), send=True)) == []
    assert forge.read(ADDRESS).body.startswith("theirs")


def test_what_is_closed_there_is_not_edited(here: Desk, forge: FakeForge) -> None:
    forge.put(ADDRESS, open=False, reason="completed")
    assert list(care(changed(here), send=True)) == []
    assert list(care(replace(changed(here, "more"), stop=lambda: "off"), send=True)) == []
    assert forge.wrote == []


def test_an_issue_of_before_gets_the_name_that_everybody_knows(
    here: Desk, forge: FakeForge
) -> None:
    new = "00000000000000ff"
    here.ledger.tell(Named(finding=new, search=f"{ONE}-1"), job="name")
    assert here.lives[new].state is State.FILED
    told(here, "1.5", greens=0)
    body = f"the same\n\nFinding: `{new}`"
    later = replace(
        here, drafts=lambda told: Draft(finding=new, target=told.target, title="t", body=body)
    )
    list(care(later, send=True))
    assert writes(forge) == ["edit"]
    assert named(forge.read(ADDRESS).body) == new
    assert [one.version for one in retests(here, new)] == ["1.5"]


def test_what_became_private_is_touched_no_more(here: Desk, forge: FakeForge) -> None:
    here.tell(Marked(finding=ONE, private=True, who="you", at=here.now, why="so"), ONE)
    told(here, "2.0")
    list(care(changed(here), send=True))
    assert forge.wrote == []


def test_a_box_that_was_ticked_stays_so(here: Desk, forge: FakeForge) -> None:
    list(care(changed(here, f"- [ ] {SEARCHED} searched"), send=True))
    assert forge.read(ADDRESS).body.startswith("- [x] searched")
