"""What cells have to download: each package asked once, what is here left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot import pipeline
from bot.core.downloads import total
from bot.core.matrix import Row
from bot.core.metadata import Metadata
from bot.core.model import Cell
from bot.core.urgency import Budget
from bot.errors import SourceError
from bot.steps.downloads import downloads
from bot.steps.house import House
from bot.steps.urgent import chosen, waiting
from bot.steps.verdicts import planned_of
from tests.unit.steps.fakes import Index, Said, house

INDEX: Index = {"a": ["1", "2"], "b": ["1", "2"]}


@dataclass(slots=True)
class Shop:
    """Every wheel has ten megabytes; of `silent` packages nobody tells."""

    silent: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def declares(self, package: str, version: str) -> Metadata:
        return Metadata(name=package, version=version)

    def sizes(self, package: str, version: str) -> Mapping[str, int | None]:
        self.asked.append((package, version))
        if package == self.silent:
            raise SourceError("nobody answers")
        return {wheel(package, version): 10_000_000}


def wheel(package: str, version: str) -> str:
    return f"{package}-{version}-py3-none-any.whl"


def planned(shop: Shop | None) -> tuple[House, list[Cell]]:
    home = replace(house(INDEX), declared=shop)
    pipeline.watch(home)
    pipeline.plan(home)
    return home, [each.cell for each in planned_of(home) if each.cell]


def test_each_package_is_asked_once_and_what_is_shared_counts_once() -> None:
    shop = Shop()
    home, cells = planned(shop)
    found = downloads(home, cells)
    assert sorted(shop.asked) == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]
    assert found[cells[0].key] == {wheel("a", "1"): 10_000_000, wheel("b", "1"): 10_000_000}
    assert {total(files).known for files in found.values()} == {20_000_000}


def test_what_an_environment_here_has_is_not_downloaded_again() -> None:
    home, cells = planned(Shop())
    kept = frozenset({cells[0].closure.digest[:12]})
    found = downloads(replace(home, stored=lambda: kept), cells)
    told = {cell.components: dict(found[cell.key]) for cell in cells}
    assert told[("a", "1"), ("b", "1")] == {}
    assert told[("a", "2"), ("b", "1")] == {wheel("a", "2"): 10_000_000}
    other = replace(home.row("row"), interpreter="3.12")
    elsewhere = [replace(cell, interpreter="3.12") for cell in cells]
    there = replace(home, stored=lambda: kept, matrix=replace(home.matrix, rows=(other,)))
    assert all(len(files) == 2 for files in downloads(there, elsewhere).values())


def test_who_does_not_tell_leaves_sizes_unknown() -> None:
    for shop, unknown in ((Shop(silent="b"), 1), (None, 2)):
        home, cells = planned(shop)
        found = downloads(home, cells)
        assert {total(files).unknown for files in found.values()} == {unknown}


def test_what_exists_already_needs_nothing() -> None:
    home, cells = planned(Shop())
    row = Row(name="row", components=("a", "b"), suite=("family",), existing="python")
    there = replace(home, matrix=replace(home.matrix, rows=(row,)))
    assert downloads(there, cells) == {cell.key: {} for cell in cells}


def test_a_run_that_may_fetch_only_so_much_lets_the_rest_wait() -> None:
    home, cells = planned(Shop())
    assert [one.files for one in waiting(home)] == [{}] * len(cells)
    bound = replace(home, matrix=replace(home.matrix, budget=Budget(megabytes=30)))
    assert len(chosen(bound)) == 2
    assert isinstance(home.progress, Said)
    assert "this one has 30 MB to download" in home.progress.notes[-1]
