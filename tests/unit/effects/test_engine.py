"""Whose container is whose, and which engine is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from docker.errors import DockerException

from bot.effects import engine as door
from bot.effects.engine import Engine, _others, maker


def test_a_container_is_anothers_while_its_maker_lives() -> None:
    assert not _others(maker(os.getpid()))
    assert _others(maker(os.getppid()))
    assert not _others(f"{os.getppid()} 1")  # its number went to somebody else
    assert not _others("999999999 5")
    assert not _others("")


class Client:
    """An engine's client that answers at one address only."""

    asked: list[str] = []  # noqa: RUF012 - what was tried, in order

    def __init__(self, *, base_url: str = "", **_: object) -> None:
        self.asked.append(Path(base_url).name)
        if Path(base_url).name != "second":
            raise DockerException(f"nobody at {base_url}")

    def ping(self) -> bool:
        return True


def test_the_next_socket_is_asked_where_one_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = tuple(tmp_path / name for name in ("absent", "first", "second", "third"))
    for place in places[1:]:
        place.touch()
    monkeypatch.setattr(door, "sockets", lambda: places)
    monkeypatch.setattr(door, "APIClient", Client)
    monkeypatch.setattr(Client, "asked", [])
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert Engine().obstacle() == ""
    assert Client.asked == ["first", "second"]
    monkeypatch.setattr(door, "sockets", lambda: places[:2])
    assert "nobody at" in Engine().obstacle()
    monkeypatch.setattr(door, "sockets", lambda: ())
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/named")
    assert "named" in Engine().obstacle()
