"""What requests show to whom: passwords, tokens, and what a registry hands out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from bot.core.credentials import Credential
from bot.effects.credentials import Identity
from bot.effects.http import Fetcher
from bot.errors import SourceError

REGISTRY = "https://registry-1.example.test/v2/acme/tea"
SECRET = "cAnArY"  # noqa: S105 - a canary


class World(BaseAdapter):
    """A registry that wants a token, and who gives it, at `realm`."""

    def __init__(self, realm: str, *, gives: bool = True) -> None:
        super().__init__()
        self.realm = realm
        self.gives = gives
        self.asked: list[tuple[str, str]] = []

    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        url, shown = str(request.url), request.headers.get("Authorization", "")
        self.asked.append((url, shown))
        answer = requests.Response()
        answer.url, answer.request, body = url, request, b'{"tags": []}'
        answer.status_code = 200
        if url.startswith(self.realm):
            answer.status_code = 200 if self.gives else 403
            body = b'{"token": "given"}'
        elif shown != "Bearer given":
            answer.status_code = 401
            answer.headers["WWW-Authenticate"] = (
                f'Bearer realm="{self.realm}",service="r",scope="repository:acme/tea:pull"'
            )
        answer.raw = HTTPResponse(BytesIO(body), preload_content=False)
        return answer

    def close(self) -> None:
        pass


def fetcher(tmp_path: Path, world: World, *credentials: Credential) -> Fetcher:
    session = requests.Session()
    session.mount("https://", world)
    return Fetcher(
        cache_dir=tmp_path / "http", user_agent="me/1", session=session,
        identity=Identity(credentials),
    )  # fmt: skip


def test_a_registry_that_wants_a_token_gets_one_and_gets_it_again(tmp_path: Path) -> None:
    world = World("https://auth.example.test/token")
    one = fetcher(tmp_path, world)
    assert one.json(f"{REGISTRY}/tags/list") == {"tags": []}
    one.json(f"{REGISTRY}/tags/list?n=2")
    asked = "https://auth.example.test/token?service=r&scope=repository%3Aacme%2Ftea%3Apull"
    assert [url for url, _ in world.asked].count(asked) == 1
    assert [shown for _, shown in world.asked] == ["", "", "Bearer given", "Bearer given"]
    kept = "".join(file.read_text() for file in (tmp_path / "http").iterdir())
    assert "given" not in kept


@pytest.mark.parametrize(
    ("realm", "shown"),
    [
        ("https://auth.example.test/token", True),
        ("https://registry-1.example.test/token", True),
        ("https://evil.test/token", False),
        ("https://auth.example.evil.test/token", False),
    ],
)
def test_a_password_goes_to_the_registrys_own_domain_only(
    tmp_path: Path, realm: str, *, shown: bool
) -> None:
    world = World(realm)
    mine = Credential(place="https://registry-1.example.test", user="me", secret=SECRET)
    fetcher(tmp_path, world, mine).json(f"{REGISTRY}/tags/list")
    (given,) = [shown for url, shown in world.asked if url.startswith(realm)]
    assert given.startswith("Basic ") is shown
    assert SECRET not in str(mine)
    assert SECRET not in repr(Identity((mine,)))


def test_who_gives_no_token_is_told(tmp_path: Path) -> None:
    world = World("https://auth.example.test/token", gives=False)
    with pytest.raises(SourceError, match="403"):
        fetcher(tmp_path, world).json(f"{REGISTRY}/tags/list")
