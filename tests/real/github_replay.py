"""Answers as api.github.com once did: exchanges that GitHub's own client library was tested with.

What is asked is looked up by method and path, in the order in which it was recorded; a question
that was never recorded is answered by 599. An answer that the asker has already costs nothing: 304.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.real.github_recorder import Call, Reply

FOLDER = "node_modules/@octokit/fixtures/scenarios/api.github.com"
KEPT = ("content-type", "etag", "link", "location")


def recorded(home: Path, scenario: str) -> list[dict[str, Any]]:
    """Read the exchanges of a scenario."""
    file = home / FOLDER / scenario / "normalized-fixture.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    assert isinstance(told, list)
    return told


def name(method: str, path: str) -> tuple[str, str, str]:
    """Return what an exchange is looked up by: how many a page holds is left out."""
    parts = urlsplit(path)
    return method.upper(), parts.path, "".join(parse_qs(parts.query).get("page", ()))


@dataclass(kw_only=True)
class Tape:
    """What was recorded and is to be answered; `asked` is what was asked, with its body."""

    exchanges: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    def redirect(self, call: Call) -> str | Reply:
        """Answer what was moved: the validating proxy would follow that by itself."""
        found = self.find(call.method, call.path, peek=True)
        if not found or found["status"] not in {301, 307}:
            return ""
        self.find(call.method, call.path)
        content = json.dumps(found["response"]).encode()
        where = ("Location", found["headers"]["location"])
        return Reply(status=found["status"], headers=(where,), content=content)

    def find(self, method: str, path: str, *, peek: bool = False) -> dict[str, Any] | None:
        """Return the next exchange of this name; the last one stays."""
        wanted = name(method, path)
        mine = [one for one in self.exchanges if name(one["method"], one["path"]) == wanted]
        if len(mine) > 1 and not peek:
            self.exchanges.remove(mine[0])
        return mine[0] if mine else None


class Player(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tape: ClassVar[Tape]

    def _play(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.tape.asked.append((self.command, self.path, body))
        found = self.tape.find(self.command, self.path)
        told = found["headers"] if found else {}
        etag = told.get("etag")
        fresh = etag is not None and self.headers.get("If-None-Match") == etag
        status = 304 if fresh else found["status"] if found else 599
        empty = fresh or found is None or found["response"] == ""
        content = b"" if empty or found is None else json.dumps(found["response"]).encode()
        self.send_response(status)
        for key in KEPT:
            if key in told and (content or key != "content-type"):
                self.send_header(key, str(told[key]))
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _play  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def playing(tape: Tape) -> Iterator[int]:
    """Play a tape; yields the port to ask."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Player,), {"tape": tape}))
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
