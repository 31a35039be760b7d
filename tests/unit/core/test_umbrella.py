"""One issue for a release with many findings, readable and within what a tracker takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.draft import LIMIT, named
from bot.core.facts import Drafted
from bot.core.life import Life, State
from bot.core.traits import Traits
from bot.core.umbrella import MANY, Part, fingerprint, text, umbrellas
from tests.unit.core.hostile import TEXTS

TRAITS = Traits(package="engine", first_bad="2.0")
BODY = "## How to see it\n\nrun it\n\n## What differs\n\nmuch\n\n## How to answer\n\nI am a bot.\n"


def parts(count: int, body: str = BODY) -> list[Part]:
    return [Part(finding=f"{at:016x}", title=f"t {at}", body=body) for at in range(count)]


def known(count: int, **more: object) -> tuple[dict[str, Life], dict[str, Drafted]]:
    names = [f"{at:016x}" for at in range(count)]
    traits = replace(TRAITS, **more)  # type: ignore[arg-type]
    drafted = {
        name: Drafted(finding=name, target="o/r", title="t", body="", traits=traits)
        for name in names
    }
    return {name: Life(finding=name, state=State.DRAFTED) for name in names}, drafted


@pytest.mark.parametrize(("count", "several"), [(MANY, False), (MANY + 1, True)])
def test_more_than_three_of_one_release_share_an_issue(count: int, several: bool) -> None:
    found = umbrellas(*known(count))
    assert bool(found) is several
    assert all(len(names) == count for names in found.values())


def test_what_is_private_settled_or_of_another_release_is_not_counted() -> None:
    lives, drafted = known(MANY + 1)
    first = next(iter(lives))
    assert umbrellas(lives, drafted, private=(first,)) == {}
    assert umbrellas(*known(MANY + 1, first_bad="")) == {}
    assert umbrellas({**lives, first: replace(lives[first], state=State.INVALID)}, drafted) == {}
    other = replace(drafted[first], traits=replace(TRAITS, first_bad="2.1"))
    assert umbrellas(lives, {**drafted, first: other}) == {}
    there = replace(drafted[first], target="o/other")
    assert umbrellas(lives, {**drafted, first: there}) == {}


def test_it_shows_each_finding_and_carries_the_release() -> None:
    title, body = text(TRAITS, parts(4))
    assert title == "[stackmatrix] engine 2.0: 4 changes of behaviour"
    assert named(body) == fingerprint("engine", "2.0")
    assert body.count("run it") == body.count("much") == 4
    assert body.count("I am a bot.") == 1


@pytest.mark.parametrize("count", [1, 4, 50, 1000])
@pytest.mark.parametrize("size", [10, 5000, 60_000])
def test_it_fits_at_any_size(count: int, size: int) -> None:
    body = BODY.replace("much", "w" * size)
    title, whole = text(TRAITS, parts(count, body))
    assert len(whole) <= LIMIT
    assert len(title) <= 200
    assert named(whole) == fingerprint("engine", "2.0")


def test_what_is_not_shown_is_named_or_counted() -> None:
    _, body = text(TRAITS, parts(500))
    assert body.count("run it") == 50
    assert f"(finding `{199:016x}`)" in body
    assert "And 300 more." in body


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
def test_a_hostile_title_changes_nothing(hostile: str) -> None:
    traits = replace(TRAITS, package=hostile)
    _, body = text(traits, [Part(finding="f" * 16, title=hostile, body=BODY)])
    assert named(body) == fingerprint(hostile, "2.0")


def test_the_last_stage_is_written_whatever_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.umbrella.LIMIT", 1)
    _, body = text(TRAITS, parts(4))
    assert named(body) == fingerprint("engine", "2.0")
    assert "run it" not in body
