"""Forges, images, models and pages: what is read from odd answers, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from bot.core.lookout import Lookout
from bot.core.model import Component, Json, Release, Role
from bot.errors import SourceError, UnknownPackageError
from bot.sources.github import GitHub
from bot.sources.hub import Hub
from bot.sources.oci import DIGEST, NEWEST, Oci
from bot.sources.url import Url

COMMIT = "0123456789" * 4


@dataclass(frozen=True)
class Answer:
    body: Json = None
    following: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


class Host:
    """Answers by the end of an address; what it does not know does not exist."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch(
        self, url: str, *, accept: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        del accept, headers
        self.asked.append(url)
        found = next((one for end, one in self.answers.items() if url.endswith(end)), None)
        if found is None:
            raise UnknownPackageError(f"{url} does not exist", cure="spell it")
        return found

    def head(self, url: str, *, accept: str = "") -> Answer:
        return self.fetch(url, accept=accept)

    def post(self, url: str, body: Json, *, headers: Mapping[str, str] | None = None) -> Answer:
        del body
        return self.fetch(url, headers=headers)

    def text(self, url: str) -> Answer:
        return self.fetch(url)


def component(source: str, package: str, look: Lookout, scheme: str = "pep440") -> Component:
    return Component(
        name="tea", role=Role.ENGINE, source=source, package=package, upstream="",
        scheme=scheme, driver="", lookout=look,
    )  # fmt: skip


def github(answers: Mapping[str, Answer], look: Lookout) -> dict[str, Release]:
    source = GitHub(fetcher=Host(answers), api="https://api.test")
    return {one.version: one for one in source.releases(component("github", "a/b", look))}


ROWS: Json = [
    {
        "tag_name": "nightly",
        "prerelease": True,
        "published_at": "2025-01-01T00:00:00Z",
        "assets": [
            {"name": "tea-20260102.zip", "node_id": "A", "updated_at": "2026-01-02T03:04:05Z"},
            {
                "name": "tea-20260101.zip",
                "node_id": "B",
                "updated_at": "2026-01-01T00:00:00Z",
                "digest": "sha256:aa",
            },
            {"name": "notes.txt", "id": 7, "updated_at": "soon"},
        ],
    },
    {"tag_name": "v1.0", "published_at": "2025-02-01T00:00:00Z", "html_url": "https://notes"},
    {"tag_name": "v2.0", "draft": True},
    {"tag_name": "v1.0"},
    "nonsense",
]
FIRST = {"per_page=100": Answer(body=ROWS)}


def test_a_moving_release_is_a_new_one_each_time_its_assets_are() -> None:
    found = github(FIRST, Lookout(moving=("nightly",)))
    assert list(found) == ["nightly@202601020304", "v1.0"]
    night = found["nightly@202601020304"]
    assert (night.tags, night.early) == (("nightly",), True)
    assert night.uploaded == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (found["v1.0"].notes, found["v1.0"].files) == ("https://notes", ())


def test_assets_of_a_night_are_versions_by_their_names() -> None:
    found = github(FIRST, Lookout(kind="assets", match=r"tea-(\d+)\.zip"))
    assert sorted(found) == ["20260101", "20260102"]
    assert found["20260101"].digests == ("sha256:aa",)
    assert found["20260101"].files == (("tea-20260101.zip", "id:B"),)


def test_only_the_newest_pages_are_read() -> None:
    pages = {
        "per_page=100": Answer(body=[{"tag_name": "v4"}], following="https://api.test/2"),
        "/2": Answer(body=[{"tag_name": "v3"}], following="https://api.test/3"),
        "/3": Answer(body=[{"tag_name": "v2"}], following="https://api.test/4"),
        "/4": Answer(body=[{"tag_name": "v1"}]),
    }
    assert list(github(pages, Lookout())) == ["v4", "v3", "v2"]


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(SourceError, match="is no list"):
        github({"per_page=100": Answer(body={"message": "x"})}, Lookout())


def test_graphql_that_answers_with_errors_alone_is_told() -> None:
    body: Json = {"errors": [{"message": "Something went wrong"}]}
    source = GitHub(fetcher=Host({"/graphql": Answer(body=body)}), graphql="https://g.test/graphql")
    with pytest.raises(SourceError, match="Something went wrong"):
        source.many([component("github", "a/b", Lookout())])


def test_without_a_token_nobody_is_asked_for_many() -> None:
    assert GitHub(fetcher=Host({})).many([component("github", "a/b", Lookout())]) == {}


def test_only_the_newest_tags_are_asked_for_their_digests() -> None:
    tags: list[Json] = [f"v1.{at}" for at in (3, 10, 2, 1, 7, 20, 5)]
    digests = {f"/manifests/{tag}": Answer(headers={DIGEST: f"sha256:{tag}"}) for tag in tags}
    host = Host({"n=1000": Answer(body={"tags": [*tags, "latest", "x"]}), **digests})
    tea = component("oci", "r.test/tea", Lookout(match=r"v(.*)"))
    found = {one.version: one.digests for one in Oci(fetcher=host).releases(tea)}
    assert set(found) == {"1.3", "1.10", "1.2", "1.1", "1.7", "1.20", "1.5"}
    assert {version for version, digest in found.items() if digest} == {
        "1.3", "1.5", "1.7", "1.10", "1.20",
    }  # fmt: skip
    assert len(host.asked) == 1 + NEWEST


def test_a_registry_that_names_no_digest_has_no_place_for_a_moving_tag() -> None:
    host = Host({"n=1000": Answer(body={"tags": ["latest"]}), "/manifests/latest": Answer()})
    tea = component("oci", "r.test/tea", Lookout(moving=("latest", "gone"), match="no"))
    assert tuple(Oci(fetcher=host).releases(tea)) == ()


def test_tags_come_page_by_page() -> None:
    host = Host({
        "n=1000": Answer(body={"tags": ["a"]}, following="https://r.test/more"),
        "/more": Answer(body={"tags": ["b"]}),
    })  # fmt: skip
    found = Oci(fetcher=host).releases(component("oci", "r.test/tea", Lookout()))
    assert {one.version for one in found} == {"a", "b"}


@pytest.mark.parametrize("body", [None, [], {"tags": None}])
def test_what_lists_no_tags_is_refused(body: Json) -> None:
    with pytest.raises(SourceError, match="lists no tags"):
        Oci(fetcher=Host({"n=1000": Answer(body=body)})).releases(
            component("oci", "r.test/tea", Lookout())
        )


def hub(about: Json, tree: Json) -> tuple[Release, ...]:
    host = Host({"expand=gguf": Answer(body=about), "expand=true": Answer(body=tree)})
    return tuple(Hub(fetcher=host).releases(component("hub", "a/b", Lookout())))


def test_a_model_without_dates_has_a_revision_all_the_same() -> None:
    row: Json = {"type": "file", "path": "tokenizer.json", "oid": "aa", "lastCommit": {"date": 3}}
    folder: Json = {"type": "directory", "path": "tokenizer.json"}
    (found,) = hub({"sha": COMMIT}, [row, folder, "nonsense"])
    assert found.files == (("tokenizer.json", "git:aa"),)
    assert found.uploaded is None
    assert found.version.startswith("0+")
    assert found.notes.endswith(COMMIT)


def test_a_hub_that_names_no_commit_is_refused() -> None:
    with pytest.raises(SourceError, match="names no commit"):
        hub({"sha": "main"}, [])


def test_a_model_without_files_that_matter_is_told() -> None:
    with pytest.raises(UnknownPackageError, match="no file like") as caught:
        hub({"sha": COMMIT}, [{"type": "file", "path": "README.md", "oid": "aa"}])
    assert "`files`" in caught.value.cure


def test_an_unknown_model_is_named_with_its_branch() -> None:
    with pytest.raises(UnknownPackageError, match="'a/b' with a branch 'dev'"):
        Hub(fetcher=Host({})).releases(component("hub", "a/b@dev", Lookout()))


def test_a_page_gives_groups_or_all_that_fits_each_once() -> None:
    def found(match: str) -> list[str]:
        host = Host({"/x": Answer(text="tea-1.0 tea-1.0 tea-2.0 tea-")})
        tea = component("url", "https://a.test/x", Lookout(match=match))
        return [one.version for one in Url(fetcher=host).releases(tea)]

    assert found(r"tea-([\d.]*)") == ["1.0", "2.0"]
    assert found(r"\d\.\d") == ["1.0", "2.0"]
    with pytest.raises(SourceError, match="fits"):
        found("coffee")
