"""A folder of pages, served to this machine only, for a look in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot.errors import UsageError

HERE = "127.0.0.1"
LOCAL = frozenset({HERE, "localhost"})


class _Pages(SimpleHTTPRequestHandler):
    """Serves files; a page of somebody else's that points a name of its own here gets nothing."""

    def send_head(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - as the library has it
        """Answer, where the browser was told this address by a person."""
        if self.headers.get("Host", "").partition(":")[0] not in LOCAL:
            self.send_error(403, "this address is for this machine")
            return None
        return super().send_head()

    def end_headers(self) -> None:
        """A report that was made again is read again."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each file."""


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Serve `folder` while inside, and yield the address; port 0 takes a free one.

    Raises `UsageError` where the port is taken.
    """
    try:
        server = ThreadingHTTPServer((HERE, port), partial(_Pages, directory=str(folder)))
    except OSError as trouble:
        what = f"port {port} cannot be listened on: {trouble.strerror}"
        raise UsageError(what, cure="name another one with --port, or 0 for any") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://{HERE}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
