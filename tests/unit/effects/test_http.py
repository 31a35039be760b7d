"""The fetcher's manners, against a host that plays a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

import certifi
import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.response import HTTPResponse

from bot.effects.http import Fetched, Fetcher
from bot.errors import SourceError, UnknownPackageError

URL = "https://host.test/x"
Step = tuple[int, str, Mapping[str, str]] | Exception


class Host(BaseAdapter):
    """Answers each request with the next step; the last step repeats."""

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self.steps = list(steps)
        self.asked: list[Mapping[str, str]] = []

    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        self.asked.append(request.headers)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        answer = requests.Response()
        answer.status_code = step[0]
        answer.raw = HTTPResponse(BytesIO(step[1].encode()), preload_content=False)
        answer.headers.update(step[2])
        answer.url = str(request.url)
        answer.request = request
        return answer

    def close(self) -> None:
        pass


def fetcher(tmp_path: Path, host: Host, wait: Callable[[float], None] = lambda _: None) -> Fetcher:
    session = requests.Session()
    session.mount("https://", host)
    return Fetcher(cache_dir=tmp_path / "http", user_agent="me/1", wait=wait, session=session)


def test_it_says_who_it_is_and_what_it_takes(tmp_path: Path) -> None:
    host = Host((200, "[1]", {}))
    assert fetcher(tmp_path, host).json(URL, accept="a/b", headers={"X": "y"}) == [1]
    assert (host.asked[0]["User-Agent"], host.asked[0]["Accept"]) == ("me/1", "a/b")
    assert host.asked[0]["X"] == "y"


def test_what_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    host = Host((200, "[1]", {"ETag": '"e"', "Last-Modified": "then"}), (304, "", {}))
    assert fetcher(tmp_path, host).fetch(URL) == Fetched(body=[1], changed=True)
    assert fetcher(tmp_path, host).fetch(URL) == Fetched(body=[1], changed=False)
    assert host.asked[1]["If-None-Match"] == '"e"'
    assert host.asked[1]["If-Modified-Since"] == "then"


def test_without_a_tag_the_body_is_compared(tmp_path: Path) -> None:
    host = Host((200, "[1]", {}), (200, "[1]", {}), (200, "[2]", {}))
    changed = [fetcher(tmp_path, host).fetch(URL).changed for _ in range(3)]
    assert changed == [True, False, True]
    assert "If-None-Match" not in host.asked[1]


def test_it_waits_as_told(tmp_path: Path) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    waits: list[float] = []
    steps: list[Step] = [(429, "", {"Retry-After": "7"}), (503, "", {"Retry-After": soon})]
    host = Host(*steps, (200, "[]", {}))
    assert fetcher(tmp_path, host, waits.append).json(URL) == []
    assert waits[0] == pytest.approx(7.0, abs=0.2)
    assert 20 < waits[1] <= 30


def test_who_wants_to_be_left_alone_for_long_is_asked_no_more(tmp_path: Path) -> None:
    host = Host((200, "[1]", {}), (503, "", {"Retry-After": "9999"}), (200, "[2]", {}))
    one = fetcher(tmp_path, host)
    assert one.json(URL) == [1]
    assert one.fetch(URL).stale
    assert one.fetch(URL).stale
    with pytest.raises(SourceError, match="left alone for 9999 seconds"):
        one.json(f"{URL}/other")
    assert len(host.asked) == 2


@pytest.mark.parametrize(
    "told", [{"Retry-After": "7"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "RESET"}]
)
def test_a_forge_whose_allowance_is_spent_is_waited_for(
    tmp_path: Path, told: dict[str, str]
) -> None:
    reset = str(round(datetime.now(UTC).timestamp()) + 7)
    told = {name: value.replace("RESET", reset) for name, value in told.items()}
    waits: list[float] = []
    host = Host((403, "", told), (200, "[1]", {}))
    assert fetcher(tmp_path, host, waits.append).json(URL) == [1]
    assert waits == [pytest.approx(7.0, abs=1.5)]


def test_an_odd_wait_is_replaced_by_ours(tmp_path: Path) -> None:
    waits: list[float] = []
    host = Host((503, "", {"Retry-After": "soon"}), (200, "[]", {}))
    fetcher(tmp_path, host, waits.append).json(URL)
    assert waits == [pytest.approx(0.5, abs=0.1)]


def test_three_retries_then_it_says_so(tmp_path: Path) -> None:
    waits: list[float] = []
    host = Host(requests.ConnectionError("refused"))
    with pytest.raises(SourceError, match="refused") as caught:
        fetcher(tmp_path, host, waits.append).json(URL)
    assert len(host.asked) == 4
    assert waits == pytest.approx([0.5, 1.0, 2.0], abs=0.2)
    assert caught.value.cure


@pytest.mark.parametrize("down", [requests.ConnectionError("refused"), (502, "", {})])
def test_what_was_known_stands_in_for_a_host_that_is_down(tmp_path: Path, down: Step) -> None:
    one = fetcher(tmp_path, Host((200, "[1]", {}), down))
    one.json(URL)
    again = one.fetch(URL)
    assert (again.body, again.stale, again.changed) == ([1], True, False)
    assert one.notices == [again.notice]
    assert "last known" in again.notice


def test_another_accept_is_another_answer(tmp_path: Path) -> None:
    one = fetcher(tmp_path, Host((200, "[1]", {}), requests.ConnectionError("down")))
    one.json(URL, accept="a/a")
    with pytest.raises(SourceError):
        one.json(URL, accept="b/b")


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, UnknownPackageError), (410, UnknownPackageError), (403, SourceError)],
)
def test_refusals_are_not_repeated(tmp_path: Path, status: int, error: type[SourceError]) -> None:
    host = Host((status, "", {}))
    with pytest.raises(error, match=str(status)):
        fetcher(tmp_path, host).json(URL)
    assert len(host.asked) == 1


def test_what_is_no_json_is_named_and_not_kept(tmp_path: Path) -> None:
    one = fetcher(tmp_path, Host((200, "<html>", {}), requests.ConnectionError("down")))
    for wanted in ("JSON", "down"):
        with pytest.raises(SourceError, match=wanted):
            one.json(URL)


def test_a_damaged_cache_is_forgotten(tmp_path: Path) -> None:
    one = fetcher(tmp_path, Host((200, "[1]", {"ETag": "e"})))
    one.json(URL)
    for kept in (tmp_path / "http").iterdir():
        kept.write_text("{")
    assert one.fetch(URL).changed


def test_certificates_come_from_the_usual_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(SourceError, match=r"ca\.pem cannot be read") as raised:
        Fetcher(cache_dir=tmp_path, user_agent="me/1")
    assert "SSL_CERT_FILE" in raised.value.cure
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    Fetcher(cache_dir=tmp_path, user_agent="me/1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    adapter = Fetcher(cache_dir=tmp_path, user_agent="me/1").session.adapters["https://"]
    assert isinstance(adapter, HTTPAdapter)
    assert adapter.poolmanager.connection_pool_kw["ssl_context"].get_ca_certs()


def test_a_folder_is_read_as_an_index(tmp_path: Path) -> None:
    (tmp_path / "simple" / "a b").mkdir(parents=True)
    (tmp_path / "simple" / "a b" / "index.json").write_text("[1]")
    one = Fetcher(cache_dir=tmp_path / "http", user_agent="me/1")
    assert one.json((tmp_path / "simple" / "a b").as_uri() + "/") == [1]
    with pytest.raises(UnknownPackageError):
        one.json((tmp_path / "simple" / "c").as_uri())
    (tmp_path / "simple" / "bad.json").write_bytes(b"\xff")
    with pytest.raises(SourceError, match="cannot be read"):
        one.json((tmp_path / "simple" / "bad.json").as_uri())


def test_pages_go_on_where_a_host_says_so_even_when_it_says_nothing_new(tmp_path: Path) -> None:
    link = {"Link": '<https://host.test/x?page=2>; rel="next", <https://host.test/>; rel="last"'}
    host = Host((200, "[1]", {"ETag": '"e"', **link}), (304, "", {}))
    for _ in range(2):
        assert fetcher(tmp_path, host).fetch(URL).following == "https://host.test/x?page=2"


def test_a_question_that_is_json_is_answered_by_what_was_asked(tmp_path: Path) -> None:
    one = fetcher(tmp_path, Host((200, "[1]", {}), (200, "[2]", {}), requests.ReadTimeout("late")))
    assert one.post(URL, {"a": 1}).body == [1]
    assert one.post(URL, {"a": 2}).body == [2]
    again = one.post(URL, {"a": 1})
    assert (again.body, again.stale) == ([1], True)


def test_a_host_that_trickles_is_waited_for_no_longer_than_patience_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10**6, 100))
    monkeypatch.setattr("bot.effects.answers.monotonic", lambda: next(clock))
    with pytest.raises(SourceError, match="not all of it came within 120 seconds"):
        fetcher(tmp_path, Host((200, "[" + " " * 10**6 + "]", {}))).json(URL)


def test_an_answer_is_no_larger_than_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.effects.answers.LARGEST", 1 << 17)
    with pytest.raises(SourceError, match="it sends more than"):
        fetcher(tmp_path, Host((200, "[" + " " * 10**6 + "]", {}))).json(URL)


def test_what_only_is_told_of_is_not_read(tmp_path: Path) -> None:
    host = Host((200, "", {"ETag": '"e"', "Docker-Content-Digest": "sha256:1"}), (304, "", {}))
    for changed in (True, False):
        told = fetcher(tmp_path, host).head(URL, accept="application/json")
        assert (told.headers["Docker-Content-Digest"], told.changed) == ("sha256:1", changed)


def test_a_page_in_a_folder_is_text_as_well(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("tea-1.0")
    one = Fetcher(cache_dir=tmp_path / "http", user_agent="me/1")
    assert one.text((tmp_path / "page").as_uri()).text == "tea-1.0"
