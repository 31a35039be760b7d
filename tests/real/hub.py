"""A hub of our own over HTTP: the tree of a commit, and its files with the headers of the real one.

It speaks what `huggingface_hub` asks of it: `GET /api/models/ORG/NAME/tree/COMMIT`, the same with
`revision/BRANCH`, and `HEAD` and `GET /ORG/NAME/resolve/COMMIT/PATH`.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

NAME, COMMIT, TOKEN = "org/tiny", "0123456789" * 4, "hf_" + "sEcReT" * 5
LARGE = 100  # bytes; what is larger is stored by its sha256, as on the real one


@dataclass(slots=True)
class Hub:
    """What the hub holds, what it does wrong on purpose, and who asked it what."""

    files: dict[str, bytes]
    url: str = ""
    private: bool = False
    lost: frozenset[str] = frozenset()  # listed, and not there
    altered: Mapping[str, bytes] = field(default_factory=dict)  # sent in place of what is listed
    asked: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    gguf: Mapping[str, object] = field(default_factory=dict)  # what it read in a GGUF file
    last: tuple[str, str] = (COMMIT, "2026-01-02T03:04:05.000Z")  # commit and moment of all files

    def about(self) -> bytes:
        """Return what is said of the model at the head of its branch."""
        told = {"_id": "0", "id": NAME, "sha": COMMIT, "lastModified": self.last[1]}
        return json.dumps({**told, **({"gguf": self.gguf} if self.gguf else {})}).encode()

    def whole(self) -> bytes:
        """Return the listing, with the last commit of each file."""
        last = {"id": self.last[0], "title": "change", "date": self.last[1]}
        told = ({**_entry(*each), "lastCommit": last} for each in self.files.items())
        return json.dumps([*told]).encode()

    def tree(self) -> bytes:
        """Return the listing of the commit."""
        return json.dumps([_entry(name, content) for name, content in self.files.items()]).encode()


def _entry(name: str, content: bytes) -> dict[str, object]:
    told: dict[str, object] = {
        "type": "file",
        "path": name,
        "size": len(content),
        "oid": hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest(),  # noqa: S324 - git's
    }
    if len(content) > LARGE:
        digest = hashlib.sha256(content).hexdigest()
        told["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 130}
    return told


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self) -> None:
        path, query = unquote(urlsplit(self.path).path), urlsplit(self.path).query.lower()
        self.hub.asked.append(f"{self.command} {path}")
        code = self._refused(path)
        if code:
            self._answer(401 if code == "Private" else 404, {"X-Error-Code": "RepoNotFound"})
        elif path == f"/api/models/{NAME}/revision/main":
            self._give(self.hub.about())
        elif COMMIT not in path:
            self._answer(404, {"X-Error-Code": "RevisionNotFound"})
        elif path == f"/api/models/{NAME}/tree/{COMMIT}":
            self._give(self.hub.whole() if "expand=true" in query else self.hub.tree())
        else:
            self._file(path.removeprefix(f"/{NAME}/resolve/{COMMIT}/"))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _refused(self, path: str) -> str:
        if self.hub.private and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return "Private"
        return "" if path.startswith((f"/api/models/{NAME}/", f"/{NAME}/")) else "Unknown"

    def _file(self, name: str) -> None:
        if name not in self.hub.files or name in self.hub.lost:
            self._answer(404, {"X-Error-Code": "EntryNotFound"})
        else:
            self._give(self.hub.altered.get(name, self.hub.files[name]))

    def _give(self, content: bytes) -> None:
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        same = self.headers["If-None-Match"] == etag
        told = {"X-Repo-Commit": COMMIT, "ETag": etag}
        self._answer(304 if same else 200, told, b"" if same else content)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes = b"") -> None:
        self.hub.answered.append(status)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve `hub` on a free port of this machine."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
