"""A form or a policy that changed puts a target back to drafts, whoever approved before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.facts import PapersRead
from bot.core.form import SEARCHED, Target
from bot.core.life import State, Step
from bot.core.policy import Policy, Rule, Way
from bot.core.press import Field, Form, Option
from bot.forge import Draft, Issue
from bot.ledger.files import FileLedger
from bot.steps.desk import Desk
from bot.steps.filing import Plan, carry_out, plans
from tests.unit.steps.forge import FakeForge
from tests.unit.steps.test_filing import NAMES, TARGET, approved, fill, why

ONE, TWO = NAMES[:2]
FORM = Form(
    file="bug.yml",
    fields=(
        Field(id="what", label="What", kind="textarea", required=True),
        Field(
            id="checks",
            label="Checks",
            kind="checkboxes",
            options=(Option(label="searched it", required=True),),
        ),
    ),
)
ROW = Target(
    repo="o/r",
    form=FORM,
    fills={"what": ("differs",), "checks": ("searched",)},
    papers={"CONTRIBUTING.md": "11"},
)
BODY = f"### What\n\nit differs\n\n### Checks\n\n- [ ] {SEARCHED} searched it\n"
POLICY = Policy(targets={TARGET: Rule(way=Way.FILE, delay_hours=0, per_week=9, most_per_week=9)})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[FileLedger]:
    with FileLedger.open(tmp_path / "state") as opened:
        fill(opened, NAMES[:3])
        yield opened


def ready(ledger: FileLedger, forge: FakeForge, **given: object) -> Desk:
    here = approved(ledger, forge, **{"policy": POLICY, **given})
    here.step(TWO, Step.APPROVE, "good")
    return here


def sent(here: Desk, finding: str = ONE) -> Issue | Plan:
    return next(carry_out(here, plan) for plan in plans(here) if plan.finding == finding)


def readings(ledger: FileLedger) -> list[PapersRead]:
    return [fact.body for fact in ledger.facts() if isinstance(fact.body, PapersRead)]


def test_the_first_reading_is_kept_and_nothing_stands_in_the_way(ledger: FileLedger) -> None:
    forge = FakeForge(files={"CONTRIBUTING.md": "aa"})
    here = ready(ledger, forge)
    assert isinstance(sent(here), Issue)
    (read,) = readings(ledger)
    assert (read.target, read.why) == (TARGET, "")
    assert dict(read.papers)["CONTRIBUTING.md"] == "aa"


@pytest.mark.parametrize(
    ("path", "digest", "says"),
    [
        ("CONTRIBUTING.md", "bb", "CONTRIBUTING.md changed (aa to bb)"),
        ("CONTRIBUTING.md", "", "CONTRIBUTING.md is gone (it was aa)"),
        ("AGENTS.md", "cc", "AGENTS.md is new (cc)"),
        (".github/ISSUE_TEMPLATE/bug.yml", "dd", "bug.yml is new (dd)"),
    ],
)
def test_what_changed_puts_every_approved_finding_back(
    ledger: FileLedger, path: str, digest: str, says: str
) -> None:
    forge = FakeForge(files={"CONTRIBUTING.md": "aa"})
    here = ready(ledger, forge)
    assert isinstance(sent(here), Issue)
    forge.files[path], forge.asks = digest, FORM
    wrote = len(forge.wrote)
    assert says in why(here, TWO)
    assert here.lives[TWO].state is State.APPROVED, "a look changes nothing"
    assert isinstance(sent(here, TWO), Plan)
    life = here.lives[TWO]
    assert (life.state, life.history[-1].step) == (State.DRAFTED, Step.HOLD)
    assert says in life.history[-1].why
    assert says in readings(ledger)[-1].why
    assert len(forge.wrote) == wrote
    assert "nobody has approved it" in why(here, TWO)
    here.step(TWO, Step.APPROVE, "I read what they ask for")
    assert isinstance(sent(here, TWO), Issue)


def test_the_row_of_a_project_counts_before_any_reading(ledger: FileLedger) -> None:
    rows = {"o/r": replace(ROW, form=None)}
    here = ready(ledger, FakeForge(files={"CONTRIBUTING.md": "22"}), targets=rows)
    assert "CONTRIBUTING.md changed (11 to 22)" in why(here)
    same = replace(here, forge=lambda: FakeForge(files={"CONTRIBUTING.md": "11"}))
    assert why(same) == ""


def test_who_presses_is_told_as_well(ledger: FileLedger) -> None:
    press = Policy(default=Rule(way=Way.PRESS, delay_hours=0))
    here = ready(ledger, FakeForge(), targets={"o/r": ROW}, policy=press)
    assert "CONTRIBUTING.md is gone" in why(here)


def test_a_draft_that_a_form_would_refuse_is_not_sent(ledger: FileLedger) -> None:
    def reading(body: str) -> Desk:
        def read(told: object) -> Draft:
            finding = getattr(told, "finding", "")
            end = f"\n### How to answer\n\nFinding: `{finding}`\n"
            return Draft(finding=finding, target=TARGET, title="t", body=f"{body}{end}")

        return replace(here, drafts=read)

    here = ready(ledger, FakeForge(files={"CONTRIBUTING.md": "11"}), targets={"o/r": ROW})
    for wrong in (BODY.replace("it differs", ""), BODY.replace("searched it", "another"), ""):
        assert "its form asks for what is not known" in why(reading(wrong))
    issue = sent(reading(BODY))
    assert isinstance(issue, Issue)
    assert "- [x] searched it" in issue.body
    first = replace(reading(BODY), targets={"o/r": replace(ROW, first="a discussion")})
    assert "wants a discussion before an issue" in why(first, TWO)
