"""The pages of a folder, over HTTP on this machine, and to nobody else."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.effects.serving import served
from bot.errors import UsageError


def asked(url: str, path: str, **headers: str) -> tuple[int, bytes, str | None]:
    place = urlsplit(url)
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read(), answer.headers["Cache-Control"]
    finally:
        line.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("not below")
    (tmp_path / "reports" / "cells").mkdir(parents=True)
    (tmp_path / "reports" / "index.html").write_text("first")
    (tmp_path / "reports" / "cells" / "a.html").write_text("a cell")
    return tmp_path / "reports"


@pytest.mark.network
def test_pages_are_served_fresh_and_nothing_beside_them(folder: Path) -> None:
    with served(folder, 0) as url:
        assert asked(url, "/") == (200, b"first", "no-store")
        assert asked(url, "/cells/a.html")[:2] == (200, b"a cell")
        assert asked(url, "/../secret.txt")[0] == 404
        assert asked(url, "/%2e%2e/secret.txt")[0] == 404
        (folder / "index.html").write_text("again")
        assert asked(url, "/")[1] == b"again"


@pytest.mark.network
def test_a_name_of_somebody_else_gets_nothing(folder: Path) -> None:
    with served(folder, 0) as url:
        assert asked(url, "/", Host="evil.example")[0] == 403
        assert asked(url, "/", Host=f"localhost:{urlsplit(url).port}")[0] == 200


@pytest.mark.network
def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with (
        served(folder, 0) as url,
        pytest.raises(UsageError, match="cannot be listened on"),
        served(folder, urlsplit(url).port or 0),
    ):
        pass
