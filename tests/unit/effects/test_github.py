"""The manners of a caller of GitHub's API, on answers that are made up: nothing is asked here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.effects.clock import now
from bot.effects.github import API, App, Caller, UnsureError
from bot.errors import SourceError

Say = Callable[..., requests.Response]


def said(status: int = 200, body: object = None, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


class Line:
    """Stands in for the session's way out: gives its answers one by one, and keeps the asking."""

    def __init__(self, *answers: requests.Response | OSError) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def __call__(self, method: str, url: str, **given: Any) -> requests.Response:  # noqa: ANN401
        self.asked.append((method, url, given))
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer


def caller(folder: Path, *answers: requests.Response | OSError) -> tuple[Caller, Line, list[float]]:
    line, waited = Line(*answers), list[float]()
    made = Caller("test", folder, wait=waited.append)
    made.session.request = line
    return made, line, waited


def test_what_did_not_change_is_not_sent_again_even_to_the_next_process(tmp_path: Path) -> None:
    first, _, _ = caller(tmp_path, said(body=[{"a": 1}], ETag='"x"'))
    second, line, _ = caller(tmp_path, said(304))
    assert first.get("/r", {"p": 1}).items == second.get("/r", {"p": 1}).items == ({"a": 1},)
    assert line.asked[0][2]["headers"] == {"If-None-Match": '"x"'}


def test_what_another_question_or_login_was_told_is_not_reused(tmp_path: Path) -> None:
    first, _, _ = caller(tmp_path, said(body=1, ETag='"x"'))
    first.get("/r")
    second, line, _ = caller(tmp_path, said(body=2), said(body=3))
    second.get("/r", {"p": 1})
    second.session.token_auth("other")
    second.get("/r")
    assert [asked[2]["headers"] for asked in line.asked] == [{}, {}]


def test_the_host_of_a_next_page_is_not_believed(tmp_path: Path) -> None:
    link = '<https://evil.example/r?page=2>; rel="next"'
    made, line, _ = caller(tmp_path, said(body=[{"a": 1}], Link=link), said(body=[{"a": 2}]))
    assert list(made.pages("/r", {})) == [{"a": 1}, {"a": 2}]
    assert [asked[1] for asked in line.asked] == [f"{API}/r", f"{API}/r?page=2"]


def test_pages_without_end_are_an_error(tmp_path: Path) -> None:
    link = f'<{API}/r?page=2>; rel="next"'
    made, _, _ = caller(tmp_path, *(said(body=[], Link=link) for _ in range(40)))
    with pytest.raises(SourceError, match="more than 30 pages"):
        list(made.pages("/r", {}))


@pytest.mark.parametrize(
    "busy",
    [
        said(502),
        said(429, Retry_After="7"),
        said(403, Retry_After="7"),
        said(403, {"message": "You have exceeded a secondary rate limit"}),
        requests.ConnectionError("cut"),
    ],
)
def test_a_question_is_asked_again_after_a_while(
    tmp_path: Path, busy: requests.Response | OSError
) -> None:
    made, _, waited = caller(tmp_path, busy, said(body={"a": 1}))
    assert made.get("/r")["a"] == 1
    assert sum(waited) >= 1
    if isinstance(busy, requests.Response) and "Retry-After" in busy.headers:
        assert 7.0 in waited


def test_a_write_is_never_repeated_blindly(tmp_path: Path) -> None:
    made, line, _ = caller(tmp_path, requests.ConnectionError("cut"), said(502))
    for _ in range(2):
        with pytest.raises(UnsureError):
            made.write("POST", "/r", {})
    assert len(line.asked) == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (said(403, X_RateLimit_Remaining="0"), "hourly limit"),
        (said(429, Retry_After="3600"), "asks to wait 3600 s"),
    ],
)
def test_a_limit_that_lasts_ends_it(tmp_path: Path, answer: requests.Response, says: str) -> None:
    made, _, waited = caller(tmp_path, answer)
    with pytest.raises(SourceError, match=says):
        made.get("/r")
    assert sum(waited) == 0


def test_a_limit_that_ends_soon_is_waited_for(tmp_path: Path) -> None:
    """The limit of searches is of one minute; that of all questions is of an hour."""
    reset = str(int(now().timestamp()) + 40)
    spent = said(403, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    made, _, waited = caller(tmp_path, spent, said(body=1))
    assert made.get("/search/issues").body == 1
    assert 30 < waited[0] <= 42


@pytest.mark.parametrize("status", [301, 307])
def test_a_write_follows_a_place_that_moved(tmp_path: Path, status: int) -> None:
    """Whatever the number says: a library makes a reading of a POST after 301."""
    moved = said(status, Location=f"{API}/repositories/7/issues")
    made, line, _ = caller(tmp_path, moved, said(201, {"a": 1}))
    assert made.write("POST", "/repos/o/r/issues", {"b": 2})["a"] == 1
    assert [asked[:2] for asked in line.asked] == [
        ("POST", f"{API}/repos/o/r/issues"),
        ("POST", f"{API}/repositories/7/issues"),
    ]
    assert [asked[2]["json"] for asked in line.asked] == [{"b": 2}, {"b": 2}]


def test_a_write_is_sent_to_no_other_host(tmp_path: Path) -> None:
    made, line, _ = caller(tmp_path, said(307, Location="https://evil.example/issues"))
    assert made.write("POST", "/repos/o/r/issues", {}).status == 307
    assert len(line.asked) == 1


def test_a_refusal_is_an_answer(tmp_path: Path) -> None:
    made, line, _ = caller(tmp_path, said(403, {"message": "no"}), said(404))
    assert (made.get("/r").status, made.get("/r").status) == (403, 404)
    assert len(line.asked) == 2


def test_an_app_logs_in_by_its_number_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyJWT takes no number; the library would hand it on."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    token = {"token": "t", "expires_at": "2099-01-01T00:00:00Z"}
    line = Line(said(201, token), said(body={}))
    monkeypatch.setattr(requests.Session, "request", lambda _, *a, **k: line(*a, **k))
    made = Caller("test", tmp_path, app=App(id="7", key=key, installation=9))
    assert line.asked[0][1] == f"{API}/app/installations/9/access_tokens"
    assert made.authenticated
    assert made.get("/r").status == 200
