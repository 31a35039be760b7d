"""`stackmatrix plan` on a real row: what it would ask, fetch and lead to."""

from __future__ import annotations

import json

import jsonschema

from bot.app import SUITE
from bot.core.model import Json
from tests.contract.test_cli import Kitchen, kitchen

__all__ = ["kitchen"]  # the fixture
SCHEMA = json.loads((SUITE / "plan.schema.json").read_text(encoding="utf-8"))


def test_a_plan_tells_bytes_interpreters_and_the_drafts_that_could_be(kitchen: Kitchen) -> None:
    row: Json = {
        "components": ["tea"],
        "suite": ["taste"],
        "strategy": ["alone", "pairs"],
        "python": ["3.11", "3.12"],
    }
    policy: Json = {"targets": {"https://example.org/tea": "draft"}}
    kitchen.matrix(stacks={"tea": row}, policy=policy)
    assert kitchen.ask("watch")[0] == 0
    code, out, err = kitchen.ask("plan", "--json")
    assert code == 0, err
    told = json.loads(out)
    jsonschema.validate(told, SCHEMA)
    size = {
        version: (kitchen.root / "files" / f"tea-{version}-py3-none-any.whl").stat().st_size
        for version in ("1.0", "2.0")
    }
    seen = {(one["interpreter"], one["cell"].split("@")[0]): one for one in told["cells"]}
    assert seen.keys() == {
        (python, f"tea-{version}") for python in ("3.11", "3.12") for version in ("1.0", "2.0")
    }
    assert {one["bytes"] for one in seen.values()} == {*size.values()}
    assert told["in_all"]["cells"] == 4
    assert told["in_all"]["bytes"] == sum(size.values()), "a wheel for both counts once"
    assert told["in_all"]["unknown_sizes"] == 0
    assert seen["3.12", "tea-2.0"]["drafts"] == ["tea"]
    assert seen["3.11", "tea-1.0"]["drafts"] == []
    (draft,) = told["drafts"]
    assert (draft["way"], draft["words"]) == ("draft", "draft only (outbox)")
    _, text, _ = kitchen.ask("plan")
    assert "tea -> draft only (outbox), for https://example.org/tea" in text
    assert "In all: 4 cells" in text
