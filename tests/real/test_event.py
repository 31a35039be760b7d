"""Release events as GitHub sends them, from the examples that its own libraries test with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.event import concerned, read
from bot.core.model import Component, Role
from tests.real import registries

WANTED = {"private": True, "dependencies": {"@octokit/webhooks-examples": "7.6.1"}}
ACTIONS = {
    "created", "deleted", "edited", "prereleased", "published", "released", "unpublished",
}  # fmt: skip


@pytest.fixture(scope="module")
def examples() -> dict[str, list[Any]]:
    package = registries.fetched("webhooks", WANTED) / "@octokit" / "webhooks-examples"
    told = json.loads((package / "api.github.com" / "index.json").read_text(encoding="utf-8"))
    return {each["name"]: each["examples"] for each in told}


def test_every_release_event_is_read(examples: dict[str, list[Any]]) -> None:
    tea = Component(
        name="tea", role=Role.ENGINE, source="pypi", package="tea",
        upstream="https://github.com/Codertocat/Hello-World",
    )  # fmt: skip
    assert len(examples["release"]) == 13
    events = [read(each) for each in examples["release"]]
    assert all(events)
    assert {each.action for each in events if each} <= ACTIONS
    assert all(each.tag for each in events if each)
    told = [concerned(each, [tea]) for each in events if each]
    mine = [
        each for each in examples["release"] if "Hello-World" in each["repository"]["full_name"]
    ]
    assert told.count(("tea",)) == len(mine) > 0


def test_no_other_event_is_taken_for_one(examples: dict[str, list[Any]]) -> None:
    others = [one for name, each in examples.items() if name != "release" for one in each]
    assert len(others) > 100
    assert [one for one in others if read(one)] == []
