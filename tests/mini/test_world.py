"""The toy world itself: drawn by its seed alone, different for every seed, unknown to the bot."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

import bot
from bot.core.model import Json
from tests.mini import oracle
from tests.mini.commit import SEED, committed_draw, committed_world, read
from tests.mini.draws import Draw, Row, from_json, to_json
from tests.mini.fates import draw
from tests.mini.world import add_release, generate

SEEDS = range(12)


def digests(root: Path) -> dict[str, str]:
    """Return the sha256 of every file, with the address of the folder taken out of its text."""
    here = str(root).encode()
    return {
        str(path.relative_to(root)): hashlib.sha256(
            path.read_bytes().replace(here, b"ROOT")
        ).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (generate(SEED, tmp_path / name) for name in ("one", "two"))
    digests_of_one = digests(one.root)
    assert sum(name.endswith(".whl") for name in digests_of_one) > 100
    assert digests_of_one == digests(other.root)


def test_the_committed_world_is_what_its_seed_draws() -> None:
    assert to_json(draw(SEED)) == read("draw") == to_json(from_json(read("draw")))


def test_the_committed_expectations_are_those_of_the_committed_draws(tmp_path: Path) -> None:
    world = committed_world(tmp_path)
    assert world.expected == read("expected")
    assert json.loads((tmp_path / "expected.json").read_text()) == read("expected")


@pytest.mark.parametrize("seed", [SEED, *SEEDS])
def test_the_bot_knows_no_name_of_the_world(seed: int) -> None:
    folder = Path(bot.__file__).parent
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    text = b"\n".join(path.read_bytes() for path in files).lower()
    assert b"stackmatrix" in text
    assert [name for name in draw(seed).packages if name.encode() in text] == []


def guilty(drawn: Draw) -> list[str]:
    return [culprit.package for row in drawn.rows for b in row.blames for culprit in b.culprits]


def intervals(drawn: Draw) -> list[tuple[int, int]]:
    """Return where on the road of its releases each culprit's interval lies."""
    return [
        (versions.index(culprit.last_good), versions.index(culprit.first_bad))
        for row in drawn.rows
        for blame in row.blames
        for culprit in blame.culprits
        for versions in [[issue.version for issue in drawn.packages[culprit.package].issues]]
    ]


def test_seeds_share_neither_names_nor_culprits_nor_intervals() -> None:
    for one, other in combinations([draw(seed) for seed in SEEDS], 2):
        assert not set(one.packages) & set(other.packages)
        assert intervals(one) != intervals(other)
        assert set(guilty(one)).isdisjoint(guilty(other))


def test_the_guilty_one_of_a_couple_is_sometimes_the_first_and_sometimes_the_second() -> None:
    couples = [row_named(draw(seed), "couple") for seed in SEEDS]
    assert {row.components.index(row.blames[0].shown) for row in couples} == {0, 1}


def row_named(drawn: Draw, name: str) -> Row:
    return next(row for row in drawn.rows if row.name == name)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_name_is_the_beginning_of_another(seed: int) -> None:
    names = sorted(draw(seed).packages)
    assert not [(a, b) for a, b in combinations(names, 2) if b.startswith(a)]


def leaves(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_world_has_every_fate(seed: int) -> None:
    expected = list(leaves(oracle.expected(draw(seed))))
    endings = {value for key, value in expected if key == "ending"}
    verdicts = {value for _, value in expected if isinstance(value, str)}
    assert endings == {"conclusive", "interval", "interaction"}
    assert {"still-good", "regressed", "fixed", "flaky"} <= verdicts
    assert ("unsolvable", True) in expected


@pytest.mark.parametrize("seed", SEEDS)
def test_every_interval_is_where_the_model_turns(seed: int) -> None:
    drawn = draw(seed)
    for row in drawn.rows:
        for blame in row.blames:
            ends = [
                {culprit.package: version for culprit, version in zip(blame.culprits, side)}  # noqa: B905
                for side in zip(*((c.last_good, c.first_bad) for c in blame.culprits))  # noqa: B905
            ]
            verdicts = []
            for pins in ends:
                stack = oracle.closure(drawn, row, pins, oracle.base(drawn, row))
                assert stack is not None
                verdicts.append(oracle.verdict(drawn, row, blame.shown, stack))
            before = "still-bad" if blame.verdict == "fixed" else "still-good"
            assert verdicts == [before, blame.verdict], (row.name, blame)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_interaction_needs_both(seed: int) -> None:
    drawn = draw(seed)
    row = row_named(drawn, "interaction")
    for culprit in row.blames[0].culprits:
        pins = {culprit.package: culprit.first_bad}
        stack = oracle.closure(drawn, row, pins, oracle.base(drawn, row))
        assert stack is not None
        assert oracle.verdict(drawn, row, row.blames[0].shown, stack) == "still-good"


def test_a_release_more_touches_only_the_rows_that_hold_it(tmp_path: Path) -> None:
    world = committed_world(tmp_path)
    before = digests(tmp_path / "index" / "files")
    name = row_named(world.draw, "passes").components[0]
    grown = add_release(world, name)
    assert len(grown.draw.packages[name].issues) == len(world.draw.packages[name].issues) + 1
    after = digests(tmp_path / "index" / "files")
    assert {path.split("-")[0] for path in set(after) - set(before)} == {name}
    assert before.items() <= after.items()
    new = oracle.executed(grown.draw) - oracle.executed(world.draw)
    holding = {row.name for row in world.draw.rows if name in row.components}
    assert {row for row, _ in new} == holding
    assert len(new) == 2 * len(holding)


def test_draws_survive_json() -> None:
    drawn = committed_draw()
    assert from_json(json.loads(json.dumps(to_json(drawn)))) == drawn
    assert dataclasses.replace(drawn, seed=1) != drawn
