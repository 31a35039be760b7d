"""Releases of GitHub: from a stateful emulator, behind GitHub's description, and by its schema."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from bot.core.credentials import Credential
from bot.core.lookout import TAGS, Lookout
from bot.core.model import Component, Release, Role
from bot.effects.credentials import Identity
from bot.effects.http import Fetcher
from bot.errors import SourceError, UnknownPackageError
from bot.sources.github import GitHub
from tests.real import registries
from tests.real.github_world import SEED, described, node, packages, served

WANTED = {
    "private": True,
    "dependencies": {"@octokit/graphql-schema": "15.26.1", "graphql": "16.11.0"},
}  # GitHub's own schema, and what executes a question by it
PLACE = "owner/engine-0"
OWNER = {"Authorization": "token owner-token"}


def component(package: str, lookout: Lookout = Lookout()) -> Component:  # noqa: B008 - it is frozen
    return Component(
        name=package, role=Role.ENGINE, source="github", package=package, upstream="",
        driver="", lookout=lookout,
    )  # fmt: skip


def by_version(releases: Any) -> dict[str, Release]:  # noqa: ANN401 - what a source tells
    return {one.version: one for one in releases}


# --- REST ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Yield the emulator, and GitHub's description before it."""
    folder = tmp_path_factory.mktemp("github")
    home, engine = packages(), node()
    (folder / "seed.yaml").write_text(yaml.safe_dump(SEED))
    emulate = [engine, str((home / "node_modules/.bin/emulate").resolve()), "--service", "github"]
    emulate += ["--base-url", "https://api.github.com", "--seed", str(folder / "seed.yaml")]
    ready = served(lambda port: [*emulate, "--port", str(port)], "Ready.", folder / "log")
    with ready as direct, described(direct, folder) as proxy:
        yield f"http://127.0.0.1:{direct}", f"http://127.0.0.1:{proxy}"


def post(direct: str, path: str, body: Any) -> Any:  # noqa: ANN401 - any JSON
    told = requests.post(f"{direct}/repos/{PLACE}{path}", json=body, headers=OWNER, timeout=30)
    assert told.ok, told.text
    return told.json()


def test_releases_and_tags_by_rest(world: tuple[str, str], tmp_path: Path) -> None:
    direct, described_ = world
    post(direct, "/releases", {"tag_name": "v1.0", "name": "one"})
    early = post(direct, "/releases", {"tag_name": "v1.1-rc1", "prerelease": True})
    post(direct, "/releases", {"tag_name": "v9", "draft": True})
    post(direct, "/releases", {"tag_name": "nightly", "prerelease": True})
    asset = f"{direct}/repos/{PLACE}/releases/{early['id']}/assets?name=tea.zip"
    requests.post(asset, data=b"x", headers=OWNER, timeout=30).raise_for_status()
    commits = requests.get(f"{direct}/repos/{PLACE}/commits", headers=OWNER, timeout=30).json()
    commit = {"object": commits[0]["sha"], "type": "commit"}
    post(direct, "/git/tags", {"tag": "v0.9", "message": "nine", **commit})

    wrong: list[str] = []
    fetcher = Fetcher(cache_dir=tmp_path / "http", user_agent="stackmatrix-tests")
    fetcher.session.hooks["response"].append(
        lambda answer, **_: wrong.append(answer.headers.get("sl-violations", ""))
    )
    source = GitHub(fetcher=fetcher, api=described_)
    look = Lookout(moving=("nightly",), match=r"v?(.*)")
    found = by_version(source.releases(component(PLACE, look)))
    nightly = next(version for version in found if version.startswith("nightly@"))
    assert set(found) == {"1.0", "1.1-rc1", nightly}
    assert found["1.0"].notes.endswith(f"{PLACE}/releases/tag/v1.0")
    assert [found[one].early for one in ("1.0", "1.1-rc1")] == [False, True]
    assert [name for name, _ in found["1.1-rc1"].files] == ["tea.zip"]
    assert all(one.uploaded and one.uploaded.tzinfo for one in found.values())
    (tag,) = source.releases(component(PLACE, Lookout(kind=TAGS)))
    ((what, sha),) = tag.files
    assert (tag.version, what, len(sha)) == ("v0.9", "commit", 40)
    with pytest.raises(UnknownPackageError):
        source.releases(component("owner/nothing"))
    assert wrong
    known = "must have required property 'digest'"  # of an asset: the emulator leaves it out
    assert [one for one in wrong if one and known not in one] == []


# --- GraphQL ---------------------------------------------------------------------------------


def release(tag: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "tagName": tag,
        "url": f"https://github.com/{tag}",
        "isDraft": False,
        "isPrerelease": False,
        "publishedAt": "2026-01-02T03:04:05Z",
        "tagCommit": {"oid": "c" * 40},
        "assets": [],
        **more,
    }


ASSET = {"id": "RA_1", "name": "tea-20260102.zip", "updatedAt": "2026-01-03T00:00:00Z"}
DATE = "2025-05-05T05:05:05Z"
REFS = [
    {"name": "v2", "target": {"__typename": "Commit", "oid": "a" * 40, "committedDate": DATE}},
    {
        "name": "v1",
        "target": {
            "__typename": "Tag",
            "oid": "b" * 40,
            "target": {"__typename": "Commit", "oid": "d" * 40, "committedDate": DATE},
        },
    },
]


@pytest.fixture
def graphql(tmp_path: Path) -> Iterator[str]:
    """Yield where GitHub's schema is executed over a hundred repositories."""
    modules = registries.fetched("graphql", WANTED)
    program = modules.parent / "serve.mjs"
    shutil.copyfile(Path(__file__).with_name("github_graphql.mjs"), program)
    data = {f"acme/tea-{at}": {"releases": [release(f"v1.{at}")], "refs": []} for at in range(98)}
    assets = release("night", isPrerelease=True, assets=[ASSET])
    data["acme/pot"] = {"releases": [assets, release("v3", isDraft=True)], "refs": REFS}
    file = tmp_path / "data.json"
    file.write_text(json.dumps(data))
    schema = str(modules / "@octokit" / "graphql-schema" / "schema.graphql")
    command = [node(), str(program), str(file), schema]
    with served(lambda port: [*command, str(port)], "Ready.", tmp_path / "log") as port:
        yield f"http://127.0.0.1:{port}"


def test_a_hundred_repositories_in_one_question(graphql: str, tmp_path: Path) -> None:
    asked: list[str] = []
    mine = Identity((Credential(place=graphql, secret="reader"),))  # noqa: S106 - of the stand-in
    fetcher = Fetcher(cache_dir=tmp_path / "http", user_agent="tests", identity=mine)
    fetcher.session.hooks["response"].append(lambda answer, **_: asked.append(answer.url))
    source = GitHub(fetcher=fetcher, graphql=f"{graphql}/graphql")
    teas = [component(f"acme/tea-{at}") for at in range(98)]
    found = source.many([*teas, component("acme/pot"), component("acme/lost")])
    tags = source.many([component("acme/pot", Lookout(kind=TAGS))])["acme/pot"]
    by_day = source.many([component("acme/pot", Lookout(kind="assets", match=r"tea-(\d+)\.zip"))])
    assert len(asked) == 3
    (first,) = by_version(found["acme/tea-7"]).values()
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (first.version, first.uploaded) == ("v1.7", moment)
    (night,) = by_version(found["acme/pot"]).values()
    assert (night.version, night.early) == ("night", True)
    assert night.files == (("tea-20260102.zip", "id:RA_1"),)
    assert isinstance(found["acme/lost"], SourceError)
    assert {version: one.files for version, one in by_version(tags).items()} == {
        "v2": (("commit", "a" * 40),),
        "v1": (("commit", "d" * 40),),
    }
    (day,) = by_version(by_day["acme/pot"]).values()
    assert (day.version, day.uploaded) == ("20260102", datetime(2026, 1, 3, tzinfo=UTC))


def test_graphql_refuses_a_stranger(graphql: str, tmp_path: Path) -> None:
    stranger = Fetcher(cache_dir=tmp_path / "other", user_agent="tests")
    with pytest.raises(SourceError, match="401"):
        GitHub(fetcher=stranger, graphql=f"{graphql}/graphql").many([component("acme/pot")])
