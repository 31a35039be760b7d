"""Sets of versions, by the words of a strategy."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from bot.core.matrix import Exclusion
from bot.core.plan import Versions
from bot.core.strategy import (
    FULL,
    PAIRS,
    TRIPLES,
    Line,
    Mix,
    barred,
    beside,
    mixtures,
)

NAMES = ("a", "b", "c")
LINE: Line = dict.fromkeys(NAMES, ("1", "2", "3"))
CPU = ("cpu",)
FEW = 50  # steps of a search


def pairs(mixes: tuple[Mix, ...]) -> set[tuple[tuple[str, str], ...]]:
    """Every two values that stand together in a cell, the backend among them."""
    return {pair for mix in mixes for pair in combinations((*mix.versions, ("on", mix.backend)), 2)}


def every(line: Line, backends: tuple[str, ...]) -> set[tuple[tuple[str, str], ...]]:
    columns = [*line.items(), ("on", backends)]
    return {
        ((one, value), (other, beside_))
        for (one, values), (other, besides) in combinations(columns, 2)
        for value, beside_ in product(values, besides)
    }


def test_pairs_are_covered_with_few_cells_and_the_backend_is_one_of_them() -> None:
    backends = ("cpu", "vulkan")
    found = mixtures(NAMES, LINE, backends, PAIRS, steps=FEW)
    assert pairs(found) == every(LINE, backends)
    assert len(found) < 18
    assert found == mixtures(NAMES, LINE, backends, PAIRS, steps=FEW)
    assert pairs(found[1:]) != pairs(found) or pairs(found[:-1]) != pairs(found)


def test_what_was_seen_counts_and_does_not_come_again() -> None:
    seen = mixtures(NAMES, LINE, CPU, PAIRS, steps=FEW)
    assert mixtures(NAMES, LINE, CPU, PAIRS, seen=seen, steps=FEW) == ()
    wider = {**LINE, "a": (*LINE["a"], "4")}
    more = mixtures(NAMES, wider, CPU, PAIRS, seen=seen, steps=FEW)
    assert {dict(mix.versions)["a"] for mix in more} == {"4"}
    assert len(more) == 3
    assert pairs((*seen, *more)) == every(wider, CPU)
    gone = Mix(backend="cpu", versions=(("a", "0"), ("b", "1"), ("c", "1")))
    assert mixtures(NAMES, LINE, CPU, PAIRS, seen=(gone,), steps=FEW) == seen


def test_triples_of_three_are_all_and_full_is_all() -> None:
    assert len(mixtures(NAMES, LINE, CPU, TRIPLES)) == len(mixtures(NAMES, LINE, CPU, FULL)) == 27
    four = {**LINE, "d": ("1", "2")}
    found = mixtures((*NAMES, "d"), four, CPU, TRIPLES, steps=FEW)
    triples = {trio for mix in found for trio in combinations(mix.versions, 3)}
    assert len(triples) == 27 + 3 * 18
    assert len(found) < 54


@pytest.mark.parametrize("word", [PAIRS, FULL])
def test_what_is_forbidden_is_in_no_cell(word: str) -> None:
    ban: Versions = (("a", "3"), ("b", "1"))
    found = mixtures(NAMES, LINE, CPU, word, forbidden=(ban, (("z", "1"),)), steps=FEW)
    assert not any(set(ban) <= set(mix.versions) for mix in found)
    assert pairs(found) == every(LINE, CPU) - {ban}
    spoiled = Mix(backend="cpu", versions=(("a", "3"), ("b", "1"), ("c", "1")))
    assert spoiled not in mixtures(NAMES, LINE, CPU, word, forbidden=(ban,), seen=(spoiled,))


def test_where_nothing_can_be_nothing_is_wanted() -> None:
    bans: list[Versions] = [(("a", version),) for version in LINE["a"]]
    assert mixtures(NAMES, LINE, CPU, PAIRS, forbidden=bans) == ()


def rule(name: str, unless: tuple[str, ...] = (), **cells: str) -> Exclusion:
    return Exclusion(name=name, cells=tuple(cells.items()), reason="r", owner="o", unless=unless)


def test_exclusions_become_what_is_barred() -> None:
    rules = (rule("old", a="<2", b=">=3"), rule("of others", z="==1", a="==1"))
    assert list(barred(NAMES, LINE, rules)) == [(("a", "1"), ("b", "3"))]
    lifted = (rule("old", unless=("but", "gone"), a="<2"), rule("but", c="==3"))
    told = set(barred(NAMES, LINE, lifted))
    assert (("a", "1"), ("c", "1")) in told
    assert (("a", "1"), ("c", "3")) not in told
    assert (("c", "3"),) in told


def test_what_broke_alone_is_tried_with_the_newest_of_each_other() -> None:
    base: Versions = (("a", "1"), ("b", "1"), ("c", "3"))
    assert beside(NAMES, LINE, base, [("a", "2")]) == ((("a", "2"), ("b", "3"), ("c", "3")),)
    assert beside(("a", "b"), LINE, base[:2], [("a", "2")]) == ()
    assert beside(NAMES, LINE, base, []) == ()
