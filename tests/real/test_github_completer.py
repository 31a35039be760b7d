"""The completer only adds what is missing in answers: over real answers, and on the line itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from tests.real import github_completer
from tests.real.github_completer import MISSING, complete, completing
from tests.real.github_replay import FOLDER
from tests.real.github_world import packages

pytestmark = [pytest.mark.real, pytest.mark.network]
REPOSITORY = {"full_name": "o/r", "has_issues": True, "network_count": 7}
ODD = {"permission": "read", "user": {"role_name": "triage"}, "number": 1.5, "none": None}


def kept(before: Any, after: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether every value of `before` stands in `after`, where it stood."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(
            name in after and kept(value, after[name]) for name, value in before.items()
        )
    if isinstance(before, list):
        same = isinstance(after, list) and len(after) == len(before)
        return same and all(map(kept, before, after))
    return type(before) is type(after) and bool(before == after)


def test_nothing_that_github_said_is_changed() -> None:
    files = sorted((packages() / FOLDER).glob("*/normalized-fixture.json"))
    answers = [one["response"] for file in files for one in json.loads(file.read_text())]
    assert len(answers) > 50
    assert all(kept(answer, complete(answer)) for answer in [*answers, ODD, REPOSITORY])
    assert any(complete(answer) != answer for answer in answers)
    assert complete({"full_name": "o/r", "has_issues": True})["network_count"] == 0
    assert kept({"a": [1]}, {"a": [1], "b": 2})


@pytest.mark.parametrize(
    ("before", "after"),
    [({"a": 1}, {"a": 2}), ({"a": 1}, {}), ([1], [1, 2]), ({"a": None}, {"a": 0}), (1, True)],
)
def test_the_judge_sees_a_change(before: object, after: object) -> None:
    assert not kept(before, after)


def test_it_is_small_enough_to_be_read() -> None:
    lines = Path(github_completer.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    assert len(MISSING) == 1


class Mirror(BaseHTTPRequestHandler):
    """Answers what was said, with the status that was asked for."""

    protocol_version = "HTTP/1.1"
    heard: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.heard.append((self.command, self.path, dict(self.headers.items()), body))
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", '"x"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def mirror() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.mark.parametrize("status", [200, 201, 301, 403, 404, 410, 422, 429, 502])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_no_status_and_no_request_is_changed(method: str, status: int) -> None:
    Mirror.heard.clear()
    body = json.dumps({"full_name": "o/r", "has_issues": False, "x": ["é", 1]}).encode()
    with mirror() as upstream, completing(upstream) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=30)
        line.request(method, f"/a%2Fb/{status}?q=1/{status}", body, {"X-One": "1", "Host": "h"})
        answer = line.getresponse()
        told = json.loads(answer.read())
    ((verb, path, headers, sent),) = Mirror.heard
    assert (verb, path, sent) == (method, f"/a%2Fb/{status}?q=1/{status}", body)
    assert (headers["X-One"], headers["Host"]) == ("1", "h")
    assert (answer.status, answer.getheader("ETag")) == (status, '"x"')
    assert kept(json.loads(body), told)
    assert told["network_count"] == 0
