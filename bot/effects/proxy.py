"""A proxy between an app and its server: it passes everything on, and tells what it heard.

It listens on this machine only. Answers go back piece by piece as they come, so that an app
notices nothing; a server that breaks off is broken off. Whoever wants another answer to arrive
than the one that was given (a test does) hands in `change`, and gets each answer whole.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bot.errors import UsageError

_NOTHING: Final = b'{"error": {"message": "the server does not answer: %s"}}'
BODILESS: Final = frozenset({204, 304})  # HTTP statuses that never have a body
SILENCE: Final = 600.0  # seconds that a server may think
HOP: Final = frozenset(
    {
        "accept-encoding",  # recorded answers must be readable
        "connection",
        "content-length",
        "date",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "server",
        "te",  # codespell:ignore te
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of an app; `path` is as the app gave it, with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; its `pieces` go out one by one. `whole` is false where the server broke off."""

    status: int
    headers: Mapping[str, str]
    pieces: tuple[bytes, ...]
    whole: bool = True

    @property
    def body(self) -> bytes:
        """The bytes of the answer, however they were split."""
        return b"".join(self.pieces)

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        told = {name.lower(): value for name, value in self.headers.items()}
        return told.get("content-type", "").partition(";")[0].strip().lower()


Heard = Callable[[Asked, Answer], None]
Before = Callable[[Asked], Asked]
Change = Callable[[Asked, Answer], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """Passes on to `upstream` (`http[s]://host[:port][/path]`, a `/v1` at its end is left out).

    `heard` is called, one call at a time, after each answer; `before` may change a request,
    `change` an answer.
    """

    upstream: str
    port: int = 0
    heard: Heard | None = None
    before: Before | None = None
    change: Change | None = None

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Listen, and yield the address. Raises `UsageError` for a bad URL or a taken port."""
        where = _where(self.upstream)
        guard = threading.Lock()
        fields = {"proxy": self, "where": where, "guard": guard}
        handler = type("Handler", (_Handler,), fields)
        try:
            listener = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        except OSError as trouble:
            what = f"port {self.port} cannot be listened on: {trouble.strerror}"
            raise UsageError(
                what, cure="take another with --port, or none for a free one"
            ) from None
        listener.daemon_threads = True
        poll = {"poll_interval": 0.05}
        threading.Thread(target=listener.serve_forever, kwargs=poll, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.server_address[1]}"
        finally:
            listener.shutdown()
            listener.server_close()


def _where(upstream: str) -> SplitResult:
    where = urlsplit(upstream.rstrip("/").removesuffix("/v1"))
    try:
        usable = where.scheme in {"http", "https"} and where.hostname and where.port != 0
    except ValueError:
        usable = False
    if not usable:
        cure = "write it as http://host:port or https://host/path"
        raise UsageError(f"{upstream} is no address of a server", cure=cure)
    return where


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    where: SplitResult
    guard: threading.Lock
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    _has_body = True

    def log_message(self, *_words: object) -> None:
        """Say nothing: the terminal is the verb's."""

    def _exchange(self) -> None:
        self.close_connection = True
        asked = Asked(
            method=self.command, path=self.path, headers=dict(self.headers), body=self._body()
        )
        asked = self.proxy.before(asked) if self.proxy.before else asked
        connection = self._connection()
        try:
            answer = self._answer(connection, asked)
        except OSError:
            return  # the app has gone
        finally:
            connection.close()
        if answer is not None and self.proxy.heard:
            with self.guard:
                self.proxy.heard(asked, answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _exchange  # noqa: N815 - so named

    def _answer(self, connection: http.client.HTTPConnection, asked: Asked) -> Answer | None:
        """Pass on what was asked and what comes; None where nothing came at all."""
        try:
            come = self._come(connection, asked)
            headers = {name: value for name, value in come.getheaders() if name.lower() not in HOP}
            whole = come.read() if self.proxy.change else b""
        except (OSError, http.client.HTTPException) as trouble:
            self._begin(502, {"Content-Type": "application/json"})
            self._put(_NOTHING % type(trouble).__name__.encode("ascii"))
            self._put(b"")
            return None
        if self.proxy.change is None:
            return self._as_it_comes(come, headers)
        given = Answer(status=come.status, headers=headers, pieces=(whole,))
        return self._as_it_was_made(self.proxy.change(asked, given))

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts: list[bytes] = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if not size:
                return b"".join(parts)

    def _connection(self) -> http.client.HTTPConnection:
        secure = self.where.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self.where.hostname or "", self.where.port, timeout=SILENCE)

    def _come(
        self, connection: http.client.HTTPConnection, asked: Asked
    ) -> http.client.HTTPResponse:
        kept = {name: value for name, value in asked.headers.items() if name.lower() not in HOP}
        kept["Accept-Encoding"] = "identity"
        connection.request(asked.method, self.where.path + asked.path, asked.body or None, kept)
        return connection.getresponse()

    def _as_it_was_made(self, answer: Answer) -> Answer:
        self._begin(answer.status, answer.headers)
        for piece in filter(None, answer.pieces):
            self._put(piece)
        if answer.whole:
            self._put(b"")
        return answer

    def _as_it_comes(self, come: http.client.HTTPResponse, headers: Mapping[str, str]) -> Answer:
        """Hand each piece on at once; an answer that breaks off has no end here either."""
        self._begin(come.status, headers)
        pieces: list[bytes] = []
        try:
            while piece := come.read1(65536):
                pieces.append(piece)
                self._put(piece)
            whole = not come.length
        except (OSError, http.client.HTTPException):
            whole = False
        if whole:
            self._put(b"")
        return Answer(status=come.status, headers=headers, pieces=tuple(pieces), whole=whole)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self._has_body = self.command != "HEAD" and status not in BODILESS
        if self._has_body:
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()

    def _put(self, piece: bytes) -> None:
        """Send one piece as a chunk of its own; an empty one is the end."""
        if self._has_body:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
