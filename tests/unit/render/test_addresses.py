from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.phrases import GOOD_WORDS
from bot.render import addresses
from bot.render.addresses import cell_page, cell_pages, slug
from tests.golden.sample import CELLS, REPORT

TRICKS = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a b",
    "a-b",
    "A b",
    "con",
    "é",
    "x" * 300,
    "a==1",
    "a 1",
    "\0",
]


def test_no_two_names_share_a_page_and_none_leaves_its_folder() -> None:
    slugs = [slug(one) for one in TRICKS]
    assert slug("a b") == slug("a-b")  # nobody could tell them apart in an address
    assert slug("a 1") == slug("a==1")
    assert len(set(slugs)) == len(TRICKS) - 2
    for one in slugs:
        assert one
        assert len(one) < 120
        assert "/" not in one
        assert not one.startswith((".", "-"))


def test_rows_that_differ_in_a_sign_have_pages_of_their_own() -> None:
    one, other = (cell_page(replace(CELLS[0], row=row)) for row in ("a/b", "a?b"))
    assert one != other


def test_of_too_many_cells_those_that_are_not_good_have_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(cell_pages(REPORT, GOOD_WORDS)) == len(CELLS)
    monkeypatch.setattr(addresses, "PAGES", 3)
    told = cell_pages(REPORT, GOOD_WORDS)
    assert list(told) == [id(each) for each in CELLS if each.word not in GOOD_WORDS][:3]
