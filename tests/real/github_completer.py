"""Stands before the emulator and adds fields that GitHub always sends and the emulator leaves out.

It adds what is missing in answers, and nothing else: no status, no request and no value that is
there is changed. What GitHub's description says of each field is checked behind it, by Prism.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

COUNTS = ("network_count", "subscribers_count")
REPOSITORY: dict[str, object] = {**dict.fromkeys(COUNTS, 0), "has_discussions": False}
HOP = {"transfer-encoding", "connection", "content-length", "content-encoding"}


def complete(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return `value` with what is missing in it, and everything that is there as it is."""
    if isinstance(value, list):
        return [complete(one) for one in value]
    if not isinstance(value, dict):
        return value
    whole = {name: complete(one) for name, one in value.items()}
    if {"permission", "user"} <= set(whole) and isinstance(whole["user"], dict):
        whole["user"] = {"role_name": whole["permission"], **whole["user"]}
    for marks, fields in MISSING:
        if marks <= set(whole):
            whole = {**fields, **whole}
    return whole


MISSING: tuple[tuple[set[str], dict[str, object]], ...] = (
    ({"full_name", "has_issues"}, REPOSITORY),
)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: ClassVar[int]

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        there.request(self.command, self.path, body or None, headers)
        answer = there.getresponse()
        content = answer.read()
        if content and "json" in (answer.getheader("Content-Type") or ""):
            content = json.dumps(complete(json.loads(content))).encode()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _forward  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def completing(upstream: int) -> Iterator[int]:
    """Stand before the port `upstream`; yields the port to ask."""
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Bound", (Handler,), {"upstream": upstream})
    )
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
