"""Stands on this machine for a server that plain HTTP does not reach: TLS, a key, a longer path.

Guests speak to `http://host:port` and no more. The relay passes everything on as it is, adds the
key, and breaks off where the server breaks off, so that nothing looks better than it is.
"""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PASSED_ON = ("content-type", "accept")
SENT_BACK = ("content-type", "retry-after")
BODILESS = frozenset({204, 304})  # HTTP statuses that never have a body
PATIENCE = 600  # seconds of silence; the question's own watch strikes before


def needed(base, key):
    """Whether a server at `base` is out of reach without a relay."""
    where = urlsplit(base)
    return bool(key or where.path or where.scheme == "https")


class Relay:
    """Listens on a free port of this machine, in threads of its own."""

    def __init__(self, base, key):
        """Stand in front of the server at `base`, to which `key` ("" for none) is shown."""
        self.server, self.key = urlsplit(base), key
        handler = type("Handler", (_Handler,), {"relay": self})
        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._listener.daemon_threads = True
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()

    @property
    def url(self):
        """Where guests find it."""
        return "http://127.0.0.1:{}".format(self._listener.server_address[1])

    def connect(self):
        """Return a new connection to the server."""
        secure = self.server.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self.server.hostname, self.server.port, timeout=PATIENCE)

    def close(self):
        """Stop listening."""
        self._listener.shutdown()
        self._listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    relay = None
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self._pass_on(self.rfile.read(int(self.headers.get("content-length") or 0)))

    def do_GET(self):
        self._pass_on(None)

    do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - named by the standard library
    do_DELETE = do_POST  # noqa: N815 - as above

    def log_message(self, *words):
        """Say nothing: the log is the guest's."""

    def _pass_on(self, body):
        self.close_connection = True
        connection = self.relay.connect()
        try:
            connection.request(self.command, self._path(), body, self._headers())
            self._send_back(connection.getresponse())
        except (OSError, http.client.HTTPException):
            return  # the line ends without the mark of a whole answer
        finally:
            connection.close()

    def _path(self):
        return self.relay.server.path + self.path

    def _headers(self):
        kept = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        if self.relay.key:
            kept["Authorization"] = "Bearer " + self.relay.key
        return kept

    def _send_back(self, answer):
        self.send_response(answer.status)
        for name in SENT_BACK:
            if answer.getheader(name) is not None:
                self.send_header(name, answer.getheader(name))
        bodiless = self.command == "HEAD" or answer.status in BODILESS
        if not bodiless:
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        while not bodiless:
            part = answer.read1(65536)
            if not part:
                break
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if bodiless:
            return
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        self.wfile.write(b"0\r\n\r\n")
