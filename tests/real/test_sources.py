"""Sources against registries that nobody here wrote: what they tell, and what is not sent twice."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from bot.core.credentials import known
from bot.core.lookout import Lookout
from bot.core.model import Component, Release, Role
from bot.core.versions import ordered
from bot.effects.credentials import Identity
from bot.effects.http import Fetcher
from bot.errors import SourceError, UnknownPackageError
from bot.ports import Source
from bot.sources.hub import Hub
from bot.sources.npm import Npm
from bot.sources.oci import Oci
from bot.sources.pypi import PyPI
from bot.sources.url import Url
from tests.mini.wheels import write_wheel
from tests.real import hub, registries

EARLY, LATE = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


def component(package: str, source: str = "pypi") -> Component:
    return Component(name="tea", role=Role.CLIENT, source=source, package=package, upstream="")


def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(cache_dir=tmp_path / "http", user_agent="stackmatrix-tests")


def told(source: Source, package: str) -> dict[str, Release]:
    return {release.version: release for release in source.releases(component(package))}


def test_an_index_of_the_simple_api(tmp_path: Path) -> None:
    for version, moment in (("1.0", EARLY), ("2.0rc1", LATE)):
        wheel = write_wheel(tmp_path / "repo" / "tea", "tea", version, {"tea.py": ""})
        os.utime(wheel, (moment.timestamp(), moment.timestamp()))
    with registries.simple(tmp_path / "repo", tmp_path / "log") as index:
        source = PyPI(fetcher(tmp_path), index)
        found = told(source, "Tea")
        with pytest.raises(UnknownPackageError, match="'coffee'") as caught:
            source.releases(component("coffee"))
    assert {version: one.uploaded for version, one in found.items()} == {
        "1.0": EARLY,
        "2.0rc1": LATE,
    }
    assert found["1.0"].wheels == ("tea-1.0-py3-none-any.whl",)
    assert caught.value.cure


FILES = (
    {
        "filename": "tea-1.0-cp311-cp311-win_amd64.whl",
        "hash": "sha256=aa",
        "upload_timestamp": EARLY.timestamp(),
        "requires_python": ">=3.11",
    },
    {"filename": "tea-1.0.tar.gz", "hash": "sha256=ab", "upload_timestamp": LATE.timestamp()},
    {"filename": "tea-2.0.tar.gz", "hash": "sha256=ac", "yanked_reason": "broken"},
)


def test_an_index_of_links_is_asked_for_its_json(tmp_path: Path) -> None:
    registries.dumb(FILES, tmp_path / "site")
    with registries.nginx(tmp_path / "site", tmp_path) as site:
        found = told(PyPI(fetcher(tmp_path), f"{site.url}/simple"), "tea")
        again = told(PyPI(fetcher(tmp_path), f"{site.url}/simple"), "tea")
        said = site.said(3)
    assert found == again
    assert (found["1.0"].uploaded, found["1.0"].requires_python) == (EARLY, ">=3.11")
    assert found["1.0"].files == (
        ("tea-1.0-cp311-cp311-win_amd64.whl", "sha256:aa"),
        ("tea-1.0.tar.gz", "sha256:ab"),
    )
    assert (found["2.0"].yanked, found["2.0"].uploaded) == ("broken", None)
    own = [status for status, _, path in said if path == "/pypi/tea/json"]
    assert own == [200, 304]


def test_a_registry_of_npm(tmp_path: Path) -> None:
    before, fetch, said = datetime.now(UTC), fetcher(tmp_path), list[int]()
    fetch.session.hooks["response"].append(lambda answer, **_: said.append(answer.status_code))
    with registries.verdaccio(tmp_path) as registry:
        registries.publish(registry, "@acme/tea", "1.0.0", deprecated="use coffee")
        registries.publish(registry, "@acme/tea", "1.1.0")
        registries.publish(registry, "@acme/tea", "2.0.0-rc.1", tag="next")
        source = Npm(fetch, registry)
        found, again = told(source, "@acme/tea"), told(source, "@acme/tea")
        with pytest.raises(UnknownPackageError, match="'@acme/coffee'"):
            source.releases(component("@acme/coffee"))
    assert found == again
    assert {one.tags for one in found.values()} == {(), ("latest",), ("next",)}
    assert found["2.0.0-rc.1"].tags == ("next",)
    assert found["1.0.0"].deprecated == "use coffee"
    assert found["1.1.0"].files[0][1].startswith("sha512:")
    moments = [one.uploaded for one in found.values()]
    assert all(moment and before <= moment <= datetime.now(UTC) for moment in moments)
    assert said == [200, 304, 404]


# --- images ----------------------------------------------------------------------------------


def image(package: str, **more: Any) -> Component:  # noqa: ANN401 - fields of a Lookout
    look = Lookout(**more)
    return Component(
        name="tea", role=Role.RUNTIME, source="oci", package=package, upstream="",
        scheme="semver", driver="", lookout=look,
    )  # fmt: skip


def test_a_registry_of_images(tmp_path: Path) -> None:
    said: list[int] = []
    fetch = fetcher(tmp_path)
    fetch.session.hooks["response"].append(lambda answer, **_: said.append(answer.status_code))
    source = Oci(fetcher=fetch)
    with registries.images(tmp_path) as registry:
        old = registries.push(registry, "acme/tea", "old", "v1.9.0", "latest", "sha-abc")
        new = registries.push(registry, "acme/tea", "new", "v1.10.0")
        tea = image(f"{registry}/acme/tea", match=r"v[\d.]+", moving=("latest", "edge"))
        first = {one.version: one for one in source.releases(tea)}
        began = len(said)
        assert {one.version: one for one in source.releases(tea)} == first
        again = said[began:]
        registries.push(registry, "acme/tea", "new", "latest")
        registries.push(registry, "acme/tea", "swapped", "v1.9.0")
        after = {one.version: one for one in source.releases(tea)}
        with pytest.raises(UnknownPackageError, match="acme/coffee"):
            source.releases(image(f"{registry}/acme/coffee"))
    here, there = f"latest@{old[7:19]}", f"latest@{new[7:19]}"
    assert set(first) == {"v1.9.0", "v1.10.0", here}
    assert first["v1.9.0"].files == (("manifest", old),)
    assert (first[here].tags, first[here].digests) == (("latest",), (old,))
    assert again == [200, 304, 304, 304], "the list has no tag of its own; manifests have"
    assert set(after) == {"v1.9.0", "v1.10.0", there}
    assert after["v1.9.0"].files != first["v1.9.0"].files


PLAIN = "cAnArY/0123456789"
# `htpasswd -B` of it
USERS = "me:$2b$04$in3Gq1mjhLItnQiQcGAxW.dz1MuvzhMX3owrYepJclTn1nkQuCoHq\n"


def test_a_private_registry_of_images(tmp_path: Path) -> None:
    with registries.images(tmp_path, USERS) as registry:
        told = {"auths": {registry: {"auth": base64.b64encode(f"me:{PLAIN}".encode()).decode()}}}
        mine = Identity(known({"DOCKER_AUTH_CONFIG": json.dumps(told)}))
        fetch = replace_identity(fetcher(tmp_path), mine)
        with pytest.raises(UnknownPackageError):
            Oci(fetcher=fetch).releases(image(f"{registry}/acme/tea"))
        with pytest.raises(SourceError, match="401"):
            Oci(fetcher=fetcher(tmp_path)).releases(image(f"{registry}/acme/tea"))


def replace_identity(fetch: Fetcher, identity: Identity) -> Fetcher:
    fetch.identity = identity
    return fetch


# --- models ----------------------------------------------------------------------------------


def model(**more: Any) -> Component:  # noqa: ANN401 - fields of a Lookout
    return Component(
        name="tea", role=Role.MODEL, source="hub", package=hub.NAME, upstream="",
        driver="", lookout=Lookout(**more),
    )  # fmt: skip


def test_a_hub_of_models(tmp_path: Path) -> None:
    files = {
        "README.md": b"one",
        "tokenizer_config.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
        "model.gguf": b"g" * 200,
    }
    with hub.serving(hub.Hub(files, gguf={"architecture": "llama", "total": 3})) as served:
        source = Hub(fetcher=fetcher(tmp_path), hub=served.url)
        (first,) = source.releases(model())
        assert [*source.releases(model())] == [first]
        again = served.answered[-2:]
        served.files["README.md"] = b"two"
        assert [*source.releases(model())] == [first]
        served.gguf = {"architecture": "llama", "total": 3, "chat_template": "{{ new }}"}
        (filled,) = source.releases(model())
        served.files["chat_template.jinja"] = b"{{ messages[0] }}"
        served.last = ("f" * 40, "2026-02-03T04:05:06.000Z")
        (second,) = source.releases(model())
        (only,) = source.releases(model(files=("tokenizer*",)))
        with pytest.raises(UnknownPackageError, match="no file like"):
            Hub(fetcher=fetcher(tmp_path), hub=served.url).releases(model(files=("x",)))
        told = read_officially(served.url)
    assert again == [304, 304]
    names = ("chat_template.jinja", "gguf metadata", "model.gguf", "tokenizer_config.json")
    assert tuple(name for name, _ in first.files) == names
    assert first.uploaded == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert len({first.version, filled.version, second.version}) == 3
    line = ordered([second.version, first.version])
    assert line == (first.version, second.version)
    assert second.notes == f"{served.url}/{hub.NAME}/commit/{'f' * 40}"
    assert "README.md" not in dict(only.files)
    assert told == {"sha": hub.COMMIT, "gguf": dict(served.gguf), "last": "f" * 40}


def read_officially(url: str) -> dict[str, Any]:
    """Return what the hub's own library reads from the stand-in."""
    api = huggingface_hub.HfApi(endpoint=url, token=False)
    about = api.model_info(hub.NAME, revision="main", expand=["sha", "gguf", "lastModified"])
    tree = api.list_repo_tree(hub.NAME, revision=hub.COMMIT, recursive=True, expand=True)
    last = {each.last_commit.oid for each in tree if each.last_commit}
    return {"sha": about.sha, "gguf": about.gguf, "last": last.pop()}


# --- pages -----------------------------------------------------------------------------------


def test_any_page_with_an_expression(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    page = tmp_path / "site" / "index.html"
    page.write_text('<a href="tea-1.9.tar.gz">x</a><a href="tea-1.10.tar.gz">x</a>')
    with registries.nginx(tmp_path / "site", tmp_path) as site:
        tea = replace(image(f"{site.url}/", match=r"tea-([\d.]+)\.tar\.gz"), source="url")
        source = Url(fetcher=fetcher(tmp_path))
        first = [one.version for one in source.releases(tea)]
        again = [one.version for one in source.releases(tea)]
        with pytest.raises(SourceError, match="nothing that fits"):
            source.releases(replace(tea, lookout=Lookout(match="coffee")))
        said = site.said(3)
    assert first == again == ["1.9", "1.10"]
    assert [status for status, _, _ in said] == [200, 304, 304]
