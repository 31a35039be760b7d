"""A proxy between client and engine that hears what the client really puts on the wire.

It has two ways: `rehearse` notes the request and refuses it, so that the engine can be asked
about that very request before it is sent; `forward` passes it on and streams the answer back.
"""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PASSED_ON = ("content-type", "accept", "authorization")
REFUSAL = b'{"error": {"message": "only a rehearsal", "code": 418}}'


class Tap:
    """Listens on a free port of this machine, in a thread of its own."""

    def __init__(self, base_url):
        """Stand in front of the engine at `base_url`."""
        self.engine = urlsplit(base_url)
        self.rehearsing = False
        self.heard = []
        handler = type("Handler", (_Handler,), {"tap": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        """Where a client finds the tap."""
        return "http://127.0.0.1:{}".format(self._server.server_address[1])

    def rehearse(self, call):
        """Let `call` send its request, refuse it, and return the request's body as JSON.

        What `call` raises before anything is on the wire is raised on.
        """
        self.rehearsing, self.heard = True, []
        try:
            call()
        except Exception:
            if not self.heard:
                raise
        finally:
            self.rehearsing = False
        return _json(self.heard[0])

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    tap = None

    def do_POST(self):
        body = self._body()
        self.tap.heard.append(body)
        if self.tap.rehearsing:
            self._answer(418, "application/json", REFUSAL)
        else:
            self._forward(body)

    def do_GET(self):
        self._forward(None)

    def log_message(self, *words):
        """Say nothing: the log is the engine's."""

    def _body(self):
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if not size:
                return b"".join(parts)

    def _forward(self, body):
        engine = self.tap.engine
        connection = http.client.HTTPConnection(engine.hostname, engine.port)
        kept = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        try:
            connection.request(self.command, self.path, body, kept)
            answer = connection.getresponse()
            self._answer(answer.status, answer.getheader("content-type") or "", b"")
            while True:
                part = answer.read1(65536)
                if not part:
                    break
                self.wfile.write(part)
        finally:
            connection.close()

    def _answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")  # the end of the answer is the end of the line
        self.end_headers()
        self.wfile.write(content)


def _json(body):
    try:
        return json.loads(body)
    except ValueError:
        return body
