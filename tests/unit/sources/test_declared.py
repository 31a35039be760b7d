"""What a release declares, read beside its wheel or from the index's own interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from bot.core.model import Json
from bot.errors import ForeignAnswerError, SourceError, UnknownPackageError
from bot.sources.declared import Declared

INDEX = "https://x.test/root/simple/"
WHEEL = "tea_pot-1.0-py3-none-any.whl"
METADATA = "Metadata-Version: 2.1\nName: Tea_Pot\nVersion: 1.0\nRequires-Dist: cup>=1.4\n"


@dataclass(frozen=True)
class Answer:
    text: str


class Index:
    """Answers pages by address; what it has not is unknown, a text alone is foreign."""

    def __init__(self, pages: Mapping[str, Json]) -> None:
        self.pages = pages

    def json(self, url: str, *, accept: str = "") -> Json:
        if url not in self.pages:
            raise UnknownPackageError(f"{url}: 404 {accept}", cure="check the spelling")
        if isinstance(self.pages[url], str):
            raise ForeignAnswerError(f"{url} is a page of links", cure="use another index")
        return self.pages[url]

    def text(self, url: str) -> Answer:
        return Answer(text=str(self.pages[url]))


def wants(pages: Mapping[str, Json], version: str = "1.0") -> list[str]:
    found = Declared(Index(pages), INDEX).declares("Tea.Pot", version)
    return [str(one) for one in found.requires]


@pytest.mark.parametrize("key", ["core-metadata", "data-dist-info-metadata"])
def test_it_is_read_beside_the_wheel(key: str) -> None:
    files: Json = [
        {"filename": "tea_pot-1.0.tar.gz", "url": "tea.gz", key: True},
        {"filename": "tea_pot-0.9-py3-none-any.whl", "url": "old.whl", key: True},
        {"filename": WHEEL, "url": f"../../files/{WHEEL}", key: {"sha256": "a"}},
    ]
    beside = f"https://x.test/root/files/{WHEEL}.metadata"
    assert wants({f"{INDEX}tea-pot/": {"files": files}, beside: METADATA}) == ["cup>=1.4"]


@pytest.mark.parametrize(
    "page",
    [{"files": [{"filename": WHEEL, "url": WHEEL, "core-metadata": False}]}, "<html>", {}, []],
)
def test_else_the_index_has_words_of_its_own(page: Json) -> None:
    own: Json = {"info": {"requires_dist": ["cup>=1.4", "not a requirement!"]}}
    pages = {f"{INDEX}tea-pot/": page, "https://x.test/root/pypi/tea-pot/1.0/json": own}
    assert wants(pages) == ["cup>=1.4"]
    none: Json = {"info": {"requires_dist": None}}
    assert wants({**pages, "https://x.test/root/pypi/tea-pot/1.0/json": none}) == []


def test_sizes_are_those_of_the_wheels_of_a_release() -> None:
    other = WHEEL.replace("none-any", "cp311-win_amd64")
    files: Json = [
        {"filename": "tea_pot-1.0.tar.gz", "size": 5},
        {"filename": "tea_pot-0.9-py3-none-any.whl", "size": 6},
        {"filename": WHEEL, "size": 7},
        {"filename": other},
        "odd",
    ]
    found = Declared(Index({f"{INDEX}tea-pot/": {"files": files}}), INDEX).sizes("Tea.Pot", "1.0")
    assert found == {WHEEL: 7, other: None}
    assert Declared(Index({f"{INDEX}tea-pot/": []}), INDEX).sizes("tea-pot", "1.0") == {}


def test_who_tells_neither_is_said() -> None:
    pages: dict[str, Json] = {f"{INDEX}tea-pot/": {"files": []}}
    with pytest.raises(SourceError, match="404"):
        wants(pages)
    with pytest.raises(SourceError, match="does not tell what tea-pot"):
        wants({**pages, "https://x.test/root/pypi/tea-pot/1.0/json": {}})
