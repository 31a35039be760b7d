"""The search for culprits over the model of many worlds: no environment, so it takes no time.

What `test_pipeline` finds in real environments for one seed is found here for many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import pytest

from bot.core.explain import Explain
from bot.core.model import Closure, Json, Pin
from bot.core.outcome import Explanation
from bot.core.trial import Told, Trial
from tests.mini import oracle
from tests.mini.compare import explanation_differences, strings
from tests.mini.draws import Blame, Draw, File, Row
from tests.mini.fates import draw

SEEDS = range(30)


def closure_of(stack: Mapping[str, str]) -> Closure:
    return Closure(pins=tuple(Pin(name=name, version=version) for name, version in stack.items()))


def answer(drawn: Draw, row: Row, blame: Blame, bad: Mapping[str, str], trial: Trial) -> Told:
    """Ask the model what `trial` asks: its closure as uv would find it, and what that shows."""
    prefer = oracle.base(drawn, row) if trial.lean == "good" else bad
    stack = oracle.closure(drawn, row, dict(trial.versions), prefer)
    if stack is None:
        return Told(signature=None, why="no solution")
    for name, version in stack.items():
        if drawn.packages[name].issue(version).file is not File.WHEEL:
            return Told(signature=None, why=f"{name}=={version} has no wheel")
    shown = oracle.shown(drawn, row, blame.shown, stack)
    signature = f"failed: {shown['failed']}" if "failed" in shown else f"shows {shown}"
    return Told(signature=signature, versions=stack)


def explain(drawn: Draw, row: Row, blame: Blame, bad: Mapping[str, str]) -> Explanation:
    machine = Explain(
        good=closure_of(oracle.base(drawn, row)),
        bad=closure_of(bad),
        releases={n: [i.version for i in drawn.packages[n].issues] for n in bad},
        roots=frozenset(row.components),
        yanked=frozenset(
            (name, issue.version)
            for name in bad
            for issue in drawn.packages[name].issues
            if issue.yanked
        ),
    )
    while trials := machine.propose():
        for trial in trials:
            machine.tell(trial, answer(drawn, row, blame, bad, trial))
    assert machine.result is not None
    return machine.result


def as_json(found: Explanation) -> dict[str, Json]:
    culprits: list[Json] = [asdict(culprit) for culprit in found.culprits]
    along: list[Json] = [{"package": one.package} for one in found.moves_with]
    return {
        "ending": found.ending.value,
        "kind": found.kind,
        "culprits": culprits,
        "moves_with": along,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_every_culprit_is_named_with_its_interval(seed: int) -> None:
    drawn = draw(seed)
    wrong = {}
    for row in drawn.rows:
        findings = oracle.findings(drawn, row)
        for blame, wanted in zip(row.blames, findings, strict=True):
            for trigger in strings(wanted["triggers"]):
                bad = oracle.stacks(drawn, row)[trigger]
                assert bad is not None
                found = as_json(explain(drawn, row, blame, bad))
                if told := list(explanation_differences(wanted, found)):
                    wrong[row.name, trigger] = told
    assert wrong == {}
