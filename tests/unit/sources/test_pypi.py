"""Releases out of an index page: what belongs together, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.model import Component, Json, Release, Role
from bot.errors import ForeignAnswerError, SourceError, UnknownPackageError
from bot.sources.pypi import ACCEPT, PyPI

COMPONENT = Component(name="tea", role=Role.CLIENT, source="pypi", package="Tea_Pot", upstream="")


class Index:
    """Answers one page, and keeps what it was asked."""

    def __init__(self, page: Json) -> None:
        self.page = page
        self.asked: list[tuple[str, str]] = []

    def json(self, url: str, *, accept: str = "") -> Json:
        self.asked.append((url, accept))
        return self.page


class Empty(Index):
    """Knows nothing."""

    def json(self, url: str, *, accept: str = "") -> Json:
        raise UnknownPackageError(f"{url}: 404 {accept}", cure="check the spelling")


def file(name: str, day: int = 1, **more: Json) -> Json:
    moment = f"2026-01-{day:02}T00:00:00.5Z"
    hashes: Json = more.pop("hashes", {"sha256": name[-1] * 64})
    return {"filename": name, "hashes": hashes, "upload-time": moment, "yanked": False, **more}


def releases(*files: Json, versions: tuple[str, ...] = ()) -> dict[str, Release]:
    page: Json = {"files": list(files), "versions": list(versions)}
    found = PyPI(Index(page), "https://x.test/simple/").releases(COMPONENT)
    return {release.version: release for release in found}


def test_it_asks_for_the_normal_name_in_json() -> None:
    index = Index({"files": []})
    assert tuple(PyPI(index, "https://x.test/simple/").releases(COMPONENT)) == ()
    assert index.asked == [("https://x.test/simple/tea-pot/", ACCEPT)]


def test_files_of_a_version_are_one_release_as_old_as_its_first() -> None:
    wheel = file("tea_pot-1.0-py3-none-any.whl", day=5, **{"requires-python": ">=3.9"})
    found = releases(wheel, file("tea_pot-1.0.tar.gz", day=2))
    assert found == {
        "1.0": Release(
            component="tea",
            version="1.0",
            uploaded=datetime(2026, 1, 2, 0, 0, 0, 500_000, tzinfo=UTC),
            origin="https://x.test/simple/tea-pot/",
            digests=("sha256:" + "l" * 64, "sha256:" + "z" * 64),
            requires_python=">=3.9",
            wheels=("tea_pot-1.0-py3-none-any.whl",),
            files=(
                ("tea_pot-1.0-py3-none-any.whl", "sha256:" + "l" * 64),
                ("tea_pot-1.0.tar.gz", "sha256:" + "z" * 64),
            ),
        )
    }


def test_yanked_is_when_every_file_is() -> None:
    found = releases(
        file("tea_pot-1.0.tar.gz", yanked="bad"),
        file("tea_pot-1.0-py3-none-any.whl"),
        file("tea_pot-2.0.tar.gz", yanked="worse"),
        file("tea_pot-3.0.tar.gz", yanked=True),
    )
    assert [found[v].yanked for v in ("1.0", "2.0", "3.0")] == [None, "worse", ""]


def test_a_version_without_files_is_a_release_and_is_not_yanked() -> None:
    found = releases(file("tea_pot-1.0.tar.gz"), versions=("1.0", "2.0rc1", "no version"))
    assert (set(found), found["2.0rc1"].uploaded) == ({"1.0", "2.0rc1"}, None)
    assert (found["2.0rc1"].yanked, found["2.0rc1"].wheels) == (None, ())


def test_equal_versions_are_one_however_they_are_written() -> None:
    assert set(releases(file("tea_pot-1.0.RC1.tar.gz"), versions=("1.0-rc.1",))) == {"1.0rc1"}


@pytest.mark.parametrize(
    "name",
    [
        "tea_pot-1.0.exe",
        "tea.whl",
        "tea_pot-what.tar.gz",
        "tea_pot-1.0-x-py3-none-any.whl",
        "tea_pot-1.0-py3-any.whl",
        "teapot.zip",
        "",
    ],
)
def test_other_files_are_left_out(name: str) -> None:
    assert releases({"filename": name}, "nonsense") == {}


def test_odd_moments_are_unknown_ones() -> None:
    found = releases({"filename": "tea_pot-1.0.tar.gz", "upload-time": "yesterday"})
    assert (found["1.0"].uploaded, found["1.0"].digests) == (None, ())


@pytest.mark.parametrize("page", [[], {}, {"files": 1}])
def test_another_format_is_refused(page: Json) -> None:
    with pytest.raises(SourceError, match="does not list files"):
        PyPI(Index(page)).releases(COMPONENT)


def test_an_unknown_package_is_named() -> None:
    with pytest.raises(UnknownPackageError, match="Tea_Pot") as caught:
        PyPI(Empty(None)).releases(COMPONENT)
    assert "spelling" in caught.value.cure


def test_it_knows_what_the_newest_release_says_of_its_project() -> None:
    info: Json = {
        "version": "2.0",
        "project_urls": {"Docs": "https://tea.example"},
        "home_page": None,
        "description": "See https://github.com/pots/tea-pot for more.",
    }
    index = Index({"info": info})
    found = PyPI(index, "https://x.test/simple/").about("Tea_Pot")
    assert index.asked == [("https://x.test/pypi/tea-pot/json", "application/json")]
    assert (found.version, found.project) == ("2.0", "https://github.com/pots/tea-pot")
    bare = PyPI(Index({"info": {"project_urls": None}})).about("tea")
    assert bare.project == ""
    with pytest.raises(SourceError, match="does not describe"):
        PyPI(Index([])).about("tea")


def test_a_build_number_is_no_part_of_a_version() -> None:
    assert set(releases(file("tea_pot-1.0-2-py3-none-any.whl"))) == {"1.0"}


def test_the_best_hash_of_a_file_is_taken() -> None:
    weak: Json = {"md5": "aa", "sha512": "bb"}
    first = file("tea_pot-1.0.tar.gz", hashes=weak)
    found = releases(first, file("tea_pot-2.0.tar.gz", hashes={}))
    assert found["1.0"].digests == ("sha512:bb",)
    assert (found["2.0"].digests, found["2.0"].files) == ((), (("tea_pot-2.0.tar.gz", ""),))


def test_another_format_of_the_simple_api_is_refused() -> None:
    page: Json = {"meta": {"api-version": "2.0"}, "files": []}
    with pytest.raises(SourceError, match=r"speaks version 2\.0") as caught:
        PyPI(Index(page)).releases(COMPONENT)
    assert caught.value.cure


def test_where_else_a_project_is_known_is_told() -> None:
    page: Json = {
        "meta": {"api-version": "1.2", "tracks": ["https://a.test/simple/tea/"]},
        "alternate-locations": ["https://b.test/simple/tea/", "https://a.test/simple/tea/"],
        "files": [file("tea_pot-1.0.tar.gz")],
    }
    (found,) = PyPI(Index(page)).releases(COMPONENT)
    assert found.also == ("https://b.test/simple/tea/", "https://a.test/simple/tea/")


@pytest.mark.parametrize(
    ("status", "yanked", "deprecated"),
    [
        ({"status": "active"}, None, ""),
        ({"status": "archived"}, None, "archived"),
        ({"status": "deprecated", "reason": "use coffee"}, None, "deprecated: use coffee"),
        ({"status": "quarantined", "reason": "malware"}, "quarantined: malware", ""),
    ],
)
def test_the_status_of_a_project_is_that_of_its_releases(
    status: Json, yanked: str | None, deprecated: str
) -> None:
    page: Json = {"project-status": status, "files": [file("tea_pot-1.0.tar.gz")]}
    (found,) = PyPI(Index(page)).releases(COMPONENT)
    assert (found.yanked, found.deprecated) == (yanked, deprecated)


PROJECT: Json = {
    "releases": {
        "1.0": [
            {
                "filename": "tea_pot-1.0.tar.gz",
                "digests": {"sha256": "aa"},
                "upload_time": "2026-01-02T03:04:05",
                "requires_python": ">=3.8",
                "yanked": True,
                "yanked_reason": "bad",
            }
        ],
        "2.0": [],
        "nonsense": [],
    }
}


class Old(Index):
    """Has pages of links for people, and its own interface beside them."""

    def json(self, url: str, *, accept: str = "") -> Json:
        self.asked.append((url, accept))
        if "/simple/" in url:
            raise ForeignAnswerError(f"{url} does not answer with JSON", cure="")
        return self.page


def test_an_index_of_links_is_asked_by_its_own_interface_and_from_then_on_at_once() -> None:
    index = Old(PROJECT)
    source = PyPI(index, "https://x.test/simple/")
    found = {one.version: one for one in source.releases(COMPONENT)}
    assert list(found) == ["1.0", "2.0"]
    first = found["1.0"]
    assert first.uploaded == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (first.yanked, first.requires_python, first.digests) == ("bad", ">=3.8", ("sha256:aa",))
    assert first.origin == "https://x.test/pypi/tea-pot/json"
    tuple(source.releases(COMPONENT))
    own = "https://x.test/pypi/tea-pot/json"
    assert [url for url, _ in index.asked] == ["https://x.test/simple/tea-pot/", own, own]


def test_an_index_that_speaks_neither_is_told_by_the_standard() -> None:
    with pytest.raises(SourceError, match="/simple/tea-pot/ does not answer with JSON"):
        PyPI(Old({"info": {}}), "https://x.test/simple").releases(COMPONENT)
