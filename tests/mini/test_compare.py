"""The comparison itself: silent on a faithful report, and one sentence for every kind of lie."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bot.core.model import Json
from tests.mini import compare
from tests.mini.commit import read

Lie = Callable[[Any], None]


def faithful(expected: Any) -> Any:  # noqa: ANN401 - a report that tests change at will
    """Return the report that says what is expected and nothing else."""
    cells, findings = [], []
    for name, row in expected["rows"].items():
        cells.append({"row": name, "trigger": "baseline", "word": "baseline", "results": []})
        for trigger, cell in row["cells"].items():
            word = "unsolvable" if cell["unsolvable"] else "told"
            results = [
                {"probe": probe, "verdict": verdict, "outcome": {"word": "told"}}
                for probe, verdict in cell["verdicts"].items()
            ]
            cells.append({"row": name, "trigger": trigger, "word": word, "results": results})
        findings += [found(name, wanted) for wanted in row["findings"]]
    return {"cells": cells, "findings": findings, "executed": expected["executed"]}


def found(row: str, wanted: Any) -> Any:  # noqa: ANN401 - as above
    culprits, along = wanted["culprits"], wanted["moves_with"]
    if wanted["together"]:
        culprits, along = culprits[:1], [one["package"] for one in culprits[1:]]
    return {
        "row": row,
        "trigger": wanted["triggers"][0],
        "verdict": wanted["verdict"],
        "probes": wanted["probes"],
        "link": wanted["link"],
        "verified": True,
        "repro": " ".join(wanted["keeps"]),
        "explanation": {
            "ending": wanted["ending"],
            "kind": wanted["kind"],
            "culprits": copy.deepcopy(culprits),
            "moves_with": [{"package": name} for name in along],
        },
    }


def differences(lie: Lie) -> list[str]:
    expected: Json = read("expected")
    report = faithful(expected)
    lie(report)
    return compare.differences(expected, report)


def test_a_faithful_report_has_no_difference() -> None:
    assert differences(lambda _: None) == []


def cell(report: Any, row: str, trigger: str = "newest") -> Any:  # noqa: ANN401 - as above
    return next(c for c in report["cells"] if (c["row"], c["trigger"]) == (row, trigger))


def finding(report: Any, row: str) -> Any:  # noqa: ANN401 - as above
    return next(f for f in report["findings"] if f["row"] == row)


def explanation(report: Any, row: str) -> Any:  # noqa: ANN401 - as above
    return finding(report, row)["explanation"]


LIES: dict[str, tuple[Lie, str]] = {
    "count": (lambda r: r.update(executed=1), "1 cells were executed"),
    "no baseline": (
        lambda r: r["cells"].remove(cell(r, "gap", "baseline")),
        "gap: there is no baseline",
    ),
    "no cell": (lambda r: r["cells"].remove(cell(r, "gap")), "gap: newest: no such cell"),
    "twice": (lambda r: r["cells"].append(cell(r, "gap")), "gap: a trigger has two cells"),
    "stranger": (lambda r: cell(r, "gap").update(trigger="x==1"), "a cell that nobody wants"),
    "row": (lambda r: cell(r, "gap").update(row="gaps"), "gaps: a row that nobody configured"),
    "verdict": (
        lambda r: cell(r, "passes")["results"][0].update(verdict="regressed"),
        "should be still-good, is regressed",
    ),
    "unasked": (lambda r: cell(r, "passes")["results"].pop(), "not asked"),
    "asked": (
        lambda r: cell(r, "passes")["results"].append(
            {"probe": "x", "verdict": "new", "outcome": {"word": "passed"}}
        ),
        "x: asked by nobody",
    ),
    "solvable": (lambda r: cell(r, "unsolvable").update(word="good"), "should be unsolvable"),
    "silence": (lambda r: r["findings"].remove(finding(r, "gap")), "gap: no finding about"),
    "again": (lambda r: r["findings"].append(finding(r, "gap")), "that nobody expects"),
    "trigger": (lambda r: finding(r, "gap").update(trigger="baseline"), "it shows at baseline"),
    "link": (lambda r: finding(r, "gap").update(link="usage"), "link should be text"),
    "unproved": (lambda r: finding(r, "gap").update(verified=False), "verified should be True"),
    "unexplained": (lambda r: finding(r, "gap").update(explanation=None), "it is not explained"),
    "no proof": (lambda r: finding(r, "drifts").update(repro=""), "the proof lacks"),
    "ending": (lambda r: explanation(r, "gap").update(ending="conclusive"), "should be interval"),
    "kind": (lambda r: explanation(r, "crashes").update(kind="divergence"), "should be crash"),
    "interval": (
        lambda r: explanation(r, "yanked")["culprits"][0].update(last_good="0"),
        "culprits should be",
    ),
    "yanked": (
        lambda r: explanation(r, "yanked")["culprits"][0].update(yanked=False),
        "culprits should be",
    ),
    "one of two": (
        lambda r: explanation(r, "interaction")["culprits"].pop(),
        "culprits should be",
    ),
    "along": (
        lambda r: explanation(r, "transitive").update(moves_with=[]),
        "are said to move along",
    ),
    "couple": (lambda r: explanation(r, "couple").update(moves_with=[]), "move as one"),
    "innocent": (
        lambda r: explanation(r, "couple")["culprits"][0].update(package="x"),
        "culprits should be among",
    ),
    "repair": (
        lambda r: explanation(r, "fixed")["culprits"][0].update(first_bad="0"),
        "culprits should be",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_every_lie_is_told(name: str) -> None:
    lie, sentence = LIES[name]
    found = differences(lie)
    assert any(sentence in each for each in found), found


def test_a_proof_with_needless_words_is_told() -> None:
    expected: Any = read("expected")
    wanted = expected["rows"]["drifts"]["findings"][0]
    needless = wanted["drops"][0]

    def pad(report: Any) -> None:  # noqa: ANN401 - as above
        finding(report, "drifts").update(repro=" ".join([*wanted["keeps"], needless]))

    assert any(f"the proof still has {needless}" in each for each in differences(pad))


def test_a_repair_may_go_without_a_finding() -> None:
    assert differences(lambda r: r["findings"].remove(finding(r, "fixed"))) == []
