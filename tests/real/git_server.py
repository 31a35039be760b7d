"""A git server that asks who is there: git's own `http-backend` behind a token, as GitHub has it.

Whoever sends `READ` may fetch, whoever sends `WRITE` may push, too; anybody else is asked who they
are. The words are what `actions/checkout` leaves in the settings of a checkout.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

READ, WRITE = "AUTHORIZATION: basic cmVhZA==", "AUTHORIZATION: basic d3JpdGU="


class Server(ThreadingHTTPServer):
    """Serves the bare repositories in a folder."""

    root: Path = Path()


class Handler(BaseHTTPRequestHandler):
    """One request, handed to `git http-backend`."""

    server: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        said = f"AUTHORIZATION: {self.headers.get('Authorization', '')}"
        pushes = "git-receive-pack" in self.path
        if said not in (READ, WRITE):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        elif pushes and said != WRITE:
            self.send_error(403)
        else:
            self._serve()

    def _serve(self) -> None:
        asked = urlsplit(self.path)
        sent = self._body()
        env = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": asked.path,
            "QUERY_STRING": asked.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        ran = subprocess.run(
            ["git", "http-backend"], input=sent, env=env, capture_output=True, check=True
        )
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().split("\r\n")]
        status = next((value for name, _, value in lines if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, _, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        sent = b""
        while size := int(self.rfile.readline(), 16):
            sent += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return sent


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve the repositories in a folder; yields the address of that folder."""
    server = Server(("127.0.0.1", 0), Handler)
    server.root = root
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
