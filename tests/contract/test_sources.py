"""Every source of releases keeps the contract: on a folder, on a host, and on the real index."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.core.model import Component, Release, Role
from bot.effects.http import Fetcher
from bot.errors import UnknownPackageError
from bot.sources.pypi import PyPI
from tests.mini.wheels import write_index, write_wheel

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


def component(package: str) -> Component:
    return Component(name=package, role=Role.CLIENT, source="pypi", package=package, upstream="")


@pytest.fixture
def simple(tmp_path: Path) -> Path:
    one, two = (write_wheel(tmp_path / "files", "tea", v, {"tea.py": ""}) for v in ("1.0", "2.0"))
    uploads = {one.name: EARLY, two.name: LATE}
    return write_index(tmp_path, [one, two], uploads, {two.name: "broken"})


@contextmanager
def served(simple: Path, asked: list[str]) -> Iterator[str]:
    """Serve the folder as a host with ETags; `asked` gets the status of each answer."""

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = simple / self.path.strip("/").removeprefix("simple/") / "index.json"
            if not page.exists():
                return self.answer(404, b"")
            if self.headers["If-None-Match"] == '"one"':
                return self.answer(304, b"")
            return self.answer(200, page.read_bytes())

        def answer(self, status: int, body: bytes) -> None:
            asked.append(str(status))
            self.send_response(status)
            self.send_header("ETag", '"one"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=host.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_port}/simple"
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


@pytest.fixture(params=["folder", "host"])
def source(request: pytest.FixtureRequest, simple: Path, tmp_path: Path) -> Iterator[PyPI]:
    fetcher = Fetcher(cache_dir=tmp_path / "http", user_agent="test", wait=lambda _: None)
    if request.param == "folder":
        yield PyPI(fetcher, simple.as_uri())
        return
    with served(simple, []) as address:
        yield PyPI(fetcher, address)


def test_every_release_is_told(source: PyPI) -> None:
    found = {release.version: release for release in source.releases(component("tea"))}
    assert set(found) == {"1.0", "2.0"}
    assert [found[v].uploaded for v in ("1.0", "2.0")] == [EARLY, LATE]
    assert [found[v].yanked for v in ("1.0", "2.0")] == [None, "broken"]
    assert found["1.0"].wheels == ("tea-1.0-py3-none-any.whl",)
    assert all(release.digests[0].startswith("sha256:") for release in found.values())


def test_asking_twice_gives_the_same(source: PyPI) -> None:
    twice = [sorted(source.releases(component("tea")), key=_version) for _ in range(2)]
    assert twice[0] == twice[1]


def test_an_unknown_package_is_named_with_a_cure(source: PyPI) -> None:
    with pytest.raises(UnknownPackageError, match="tee") as caught:
        source.releases(component("tee"))
    assert caught.value.cure


def _version(release: Release) -> str:
    return release.version


def test_what_a_host_sent_is_not_sent_again_and_outlives_it(simple: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    fetcher = Fetcher(cache_dir=tmp_path / "http", user_agent="test", wait=lambda _: None)
    with served(simple, asked) as address:
        source = PyPI(fetcher, address)
        told = [tuple(source.releases(component("tea"))) for _ in range(2)]
    assert asked == ["200", "304"]
    assert tuple(source.releases(component("tea"))) == told[0] == told[1]
    assert len(fetcher.notices) == 1


@pytest.mark.network
def test_the_real_index(tmp_path: Path) -> None:
    source = PyPI(Fetcher(cache_dir=tmp_path, user_agent="stackmatrix-tests"))
    found = {release.version: release for release in source.releases(component("minijinja"))}
    release = found["2.0.1"]
    assert release.uploaded is not None
    assert release.uploaded.year == 2024
    assert any("manylinux" in wheel for wheel in release.wheels)
    assert release.yanked is None
