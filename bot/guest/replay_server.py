"""Serves answers that were recorded once, split as asked, and notes what a client sent for them.

An answer is `{"status", "headers", "body", "framing", "end", "wait", "gzip", "bom"}`, all of them
optional but `body` (text, or bytes as `{"base64": ...}`):

    framing    `chunked` (each piece of the body is a chunk of its own), `length` or `close`
    end        `whole`; `short`: the connection closes before the end that the framing promises
    wait       seconds before anything is said
    gzip       whether the body is compressed on the way

`{url}` in a header stands for the server's own address. Standard library only.
"""

import base64
import contextlib
import gzip
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT = (
    "content-type",
    "accept",
    "accept-encoding",
    "authorization",
    "x-api-key",
    "anthropic-version",
    "anthropic-beta",
    "openai-beta",
    "transfer-encoding",
)
MISSING = 64  # bytes that are promised and never sent when an answer ends short
OFTEN = 0.08  # how many of the places of an answer a random cut takes
POLL = 0.01  # seconds until a server that was told to stop has noticed
PIECE = 0.0002  # seconds between pieces that no framing keeps apart


class Server:
    """Listens on a free port of this machine, in threads of its own."""

    def __init__(self):
        """Begin with nothing to say."""
        self.heard, self._answers, self._cut = [], [], "whole"
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(POLL,), daemon=True).start()

    @property
    def url(self):
        """Where a client finds it."""
        return "http://127.0.0.1:{}".format(self._server.server_address[1])

    def play(self, answers, cut):
        """Answer the next requests with `answers`, one each, the last one ever after."""
        self.heard, self._answers, self._cut = [], answers, cut

    def turn(self, noted):
        """Note a request; return what to answer it, and how to cut that."""
        with self._lock:
            self.heard.append(noted)
            at = min(len(self.heard), len(self._answers)) - 1
            return self._answers[at], self._cut

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def content(answer):
    """Return the bytes of an answer's body."""
    body = answer.get("body", "")
    whole = base64.b64decode(body["base64"]) if isinstance(body, dict) else body.encode("utf-8")
    return gzip.compress(whole, mtime=0) if answer.get("gzip") else whole


def pieces(whole, cut):
    """Split bytes: `whole`, `every` byte, a length, a list of offsets, or `{"random": seed}`."""
    if cut == "whole":
        places = []
    elif cut == "every":
        places = list(range(1, len(whole)))
    elif isinstance(cut, int):
        places = list(range(cut, len(whole), cut))
    elif isinstance(cut, dict):
        draw = random.Random(cut["random"])  # noqa: S311 - to be the same again, not a secret
        places = [at for at in range(1, len(whole)) if draw.random() < OFTEN]
    else:
        places = cut
    return [whole[a:b] for a, b in zip([0] + places, places + [len(whole)])]  # noqa: B905, RUF005


def written(raw):
    """Say how a JSON body is written: what escapes it uses and where it has spaces."""
    try:
        value = json.loads(raw)
    except ValueError:
        return "no JSON"
    for ascii_only in (False, True):
        for name, between in (("compact", (",", ":")), ("spaced", (", ", ": "))):
            if json.dumps(value, ensure_ascii=ascii_only, separators=between).encode() == raw:
                plain = not any(byte > 127 for byte in raw)  # noqa: PLR2004 - the last of ASCII
                return name + (" escaped" if ascii_only else " plain" if plain else "")
    return "other"


class _Handler(BaseHTTPRequestHandler):
    server_of = None
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        raw = self._body()
        noted = {"method": self.command, "path": self.path, "headers": self._kept()}
        if raw:
            noted.update(body=_json(raw), written=written(raw))
        answer, cut = self.server_of.turn(noted)
        time.sleep(answer.get("wait", 0))
        self.close_connection = True
        with contextlib.suppress(OSError):  # the client may have heard enough
            self._say(answer, cut)

    do_GET = do_DELETE = do_HEAD = do_POST  # noqa: N815 - named by the standard library

    def log_message(self, *words):
        """Say nothing."""

    def _kept(self):
        return {name: self.headers[name] for name in KEPT if name in self.headers}

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

    def _say(self, answer, cut):
        whole, framing = content(answer), answer.get("framing", "length")
        self.send_response(answer.get("status", 200))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value.replace("{url}", self.server_of.url))
        if answer.get("gzip"):
            self.send_header("Content-Encoding", "gzip")
        short = answer.get("end") == "short"
        if framing == "length":
            self.send_header("Content-Length", str(len(whole) + (MISSING if short else 0)))
        elif framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        if framing == "chunked":
            self.wfile.write(chunked(pieces(whole, cut)) + (b"" if short else b"0\r\n\r\n"))
            return
        for piece in pieces(whole, cut):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(PIECE)


def chunked(parts):
    """Return pieces as the chunks of HTTP: a client reads them one by one."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)


def _json(raw):
    try:
        return json.loads(raw)
    except ValueError:
        return raw
