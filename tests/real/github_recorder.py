"""A proxy that sees what leaves a process, TLS or not: its own authority signs for api.github.com.

A process is pointed at it by HTTPS_PROXY and REQUESTS_CA_BUNDLE alone; its code is unchanged.
What goes to GitHub is recorded and answered by whoever listens at `upstream`; the rest is a
tunnel, of which the host is recorded.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GITHUB = "api.github.com"
JSON = ("Content-Type", "application/json")
PLANTED = b'{"message": "planted"}'
LATE = 25.0  # seconds: longer than the program waits
HOP = {"transfer-encoding", "connection", "content-length", "keep-alive", "content-encoding"}


@dataclass(frozen=True, kw_only=True)
class Call:
    method: str
    host: str
    path: str
    status: int = 0
    violations: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that is given in GitHub's place."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b"{}"


@dataclass(kw_only=True)
class Recorder:
    """`fault` may change what becomes of a call; `answered` hears of it once it was answered.

    "before" cuts it before it is delivered, "after" before its answer is; "late" keeps the answer
    back for longer than anybody waits; "twice" delivers it twice. A number answers it, and bytes
    do, as JSON: for what GitHub's description, and so the emulator, does not have. A `Reply` is a
    whole answer.
    """

    port: int = 0
    upstream: int = 0
    authority: Path = Path()
    calls: list[Call] = field(default_factory=list)
    fault: Callable[[Call], str | int | bytes | Reply] = lambda _: ""
    answered: Callable[[Call], None] = lambda _: None

    @property
    def env(self) -> dict[str, str]:
        here = f"http://127.0.0.1:{self.port}"
        return {"HTTPS_PROXY": here, "REQUESTS_CA_BUNDLE": str(self.authority), "NO_PROXY": ""}

    @property
    def to_github(self) -> list[Call]:
        return [call for call in self.calls if call.host == GITHUB]

    @property
    def writes(self) -> list[str]:
        return [f"{c.method} {c.path}" for c in self.to_github if c.method != "GET"]

    @property
    def violations(self) -> list[str]:
        return [f"{c.method} {c.path}: {c.violations}" for c in self.calls if c.violations]


def certificate(folder: Path) -> Path:
    """Write a key and a certificate for GitHub's API that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, GITHUB)])
    start = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(GITHUB)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "github.pem"
    file.write_bytes(text + made.public_bytes(serialization.Encoding.PEM))
    return file


class Inside(BaseHTTPRequestHandler):
    """Reads the requests inside the tunnel."""

    protocol_version = "HTTP/1.1"
    recorder: ClassVar[Recorder]

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(method=self.command, host=GITHUB, path=self.path)
        what = self.recorder.fault(call)
        if what == "before":
            self.recorder.calls.append(call)
            self.close_connection = True
            return
        if isinstance(what, int):
            what = Reply(status=what, headers=(("Retry-After", "0"),), content=PLANTED)
        if isinstance(what, bytes):
            what = Reply(status=200, headers=(JSON,), content=what)
        if isinstance(what, Reply):
            self.recorder.calls.append(replace(call, status=what.status))
            self._say(what.status, list(what.headers), what.content)
            return
        for _ in range(2 if what == "twice" else 1):
            told, answer, content = self._asked(call, body)
            self.recorder.calls.append(told)
        if what == "late":
            time.sleep(LATE)
        if what in {"after", "late"}:
            self.close_connection = True
            return
        self._say(answer.status, answer.getheaders(), content)
        self.recorder.answered(told)

    def _asked(self, call: Call, body: bytes) -> tuple[Call, HTTPResponse, bytes]:
        """Deliver a request; returns what is recorded of it, the answer and its content."""
        there = HTTPConnection("127.0.0.1", self.recorder.upstream, timeout=120)
        kept = {n: v for n, v in self.headers.items() if n.lower() not in HOP}
        there.request(self.command, self.path, body or None, kept)
        answer = there.getresponse()
        content = answer.read()
        told = replace(
            call,
            status=answer.status,
            violations=answer.getheader("sl-violations") or "",
            headers=tuple(kept.items()),
        )
        return told, answer, content

    def _say(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


class Outside(BaseHTTPRequestHandler):
    """Opens tunnels."""

    recorder: ClassVar[Recorder]
    context: ClassVar[ssl.SSLContext]
    inside: ClassVar[type[Inside]]

    def do_CONNECT(self) -> None:
        host, _, port = self.path.partition(":")
        self.connection.sendall(b"HTTP/1.1 200 yes\r\n\r\n")
        self.close_connection = True
        with suppress(OSError):
            if host == GITHUB:
                with self.context.wrap_socket(self.connection, server_side=True) as inside:
                    self.inside(inside, self.client_address, self.server)
            else:
                self.recorder.calls.append(Call(method="CONNECT", host=host, path=""))
                tunnel(self.connection, host, int(port))

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def recording(upstream: int, folder: Path) -> Iterator[Recorder]:
    """Record what goes out; what is for GitHub is answered by the port `upstream`."""
    recorder = Recorder(upstream=upstream, authority=certificate(folder))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(recorder.authority)

    seen = type("Seen", (Inside,), {"recorder": recorder})
    told = {"recorder": recorder, "context": context, "inside": seen}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Outside,), told))
    server.daemon_threads = True
    recorder.port = server.server_port
    Thread(target=server.serve_forever, daemon=True).start()
    yield recorder
    server.shutdown()


def tunnel(here: socket.socket, host: str, port: int) -> None:
    """Carry bytes both ways until one side ends."""
    with socket.create_connection((host, port), timeout=60) as there:
        back = Thread(target=pour, args=(there, here), daemon=True)
        back.start()
        pour(here, there)
        back.join(timeout=60)


def pour(source: socket.socket, into: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            into.sendall(content)
    with suppress(OSError):
        into.shutdown(socket.SHUT_WR)
