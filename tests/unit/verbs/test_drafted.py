"""A search told as an issue: for whom, in which form, and for whom alone where it must be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config.targets import targets
from bot.core.blame import Responsible
from bot.core.draft import named
from bot.core.model import Closure, Pin, Probe
from bot.core.outcome import Cost, Culprit, Ending, Explanation, Later
from bot.steps.handover import Handed
from bot.steps.inquiry import Found
from bot.steps.question import Question
from bot.verbs.drafted import issue_of, write_issue
from bot.verbs.explained import Explained

CRASH = "failed: exception: TypeError: Client.__init__() got an unexpected keyword argument 'x'"
ROWS = targets()


def closure(**versions: str) -> Closure:
    return Closure(pins=tuple(Pin(name=name, version=told) for name, told in versions.items()))


def found(signature: str = CRASH, since: str = "0.27", repo: str = "openai/openai-python") -> Found:
    return Found(
        question=Question(
            good=closure(httpx=since, openai="1.54.0", six="1"),
            bad=closure(httpx="0.29", openai="1.54.0", six="2"),
            probe=Probe(name="mine.py", ask="script", request={}, looks=()),
            roots=frozenset(),
        ),
        explanation=Explanation(
            ending=Ending.CONCLUSIVE,
            culprits=(Culprit(package="httpx", last_good="0.27", first_bad="0.28"),),
            signature=signature,
            cost=Cost(ends=4),
            confidence=0.9,
            later=(Later(package="httpx", newest="0.29", still=True),),
        ),
        responsible=Responsible(
            repo=f"https://github.com/{repo}", reason="it was", confidence=0.8, package="openai"
        ),
        handed=Handed(
            text="print(1)\n", fails="uv run bad", passes="uv run good", expected="OpenAI"
        ),
    )


def test_it_is_in_the_form_of_whoever_is_responsible() -> None:
    issue = issue_of(found(), ROWS)
    assert issue is not None
    assert (issue.repo, issue.lacking) == ("https://github.com/openai/openai-python", ())
    assert issue.title.startswith("[stackmatrix] httpx 0.28: probe fails (exception: TypeError")
    for text in ("### Library version\n\nopenai 1.54.0", "# fails\nuv run bad", "print(1)\n```"):
        assert text in issue.body
    assert named(issue.body) == issue.finding


def test_a_project_without_a_form_gets_the_whole_draft() -> None:
    issue = issue_of(found(repo="some/where"), ROWS)
    assert issue is not None
    assert issue.body.startswith("## How to see it\n")


def test_who_starts_from_another_good_version_meets_the_same_name() -> None:
    one, other = (issue_of(each, ROWS) for each in (found(), found(since="0.20")))
    reworded = issue_of(found(CRASH.replace("got an unexpected", "takes no")), ROWS)
    another = issue_of(found(CRASH.replace("'x'", "'y'")), ROWS)
    names = [issue.finding for issue in (one, other, reworded, another) if issue]
    assert len(names) == 4
    assert len(set(names[:3])) == 1
    assert names[3] != names[0]


@pytest.mark.parametrize("lacks", ["responsible", "handed"])
def test_without_a_proof_or_a_name_there_is_no_draft(lacks: str, tmp_path: Path) -> None:
    less = replace(found(), **{lacks: None})  # type: ignore[arg-type]
    told = write_issue(Explained(found=less, seconds=1.0), tmp_path / "draft.md")
    assert "no draft" in told.notes[-1]
    assert not (tmp_path / "draft.md").exists()


def test_a_memory_fault_is_for_the_security_contact_alone(tmp_path: Path) -> None:
    died = found("failed: crash: died of SIGSEGV")
    told = write_issue(Explained(found=died, seconds=1.0), tmp_path / "draft.md")
    assert "for disclosure@openai.com only" in told.notes[-1]
    assert "**Private: for disclosure@openai.com only" in (tmp_path / "draft.md").read_text()
    told = write_issue(Explained(found=found(), seconds=1.0), tmp_path / "draft.md")
    assert "for https://github.com/openai/openai-python" in told.notes[-1]
