"""A thousand packages of an index, and hosts that are slow, dead or silent, all on loopback."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TAGS = ("cp310", "cp311", "cp312", "cp313")
PLATFORMS = ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "macosx_11_0_arm64", "win_amd64")


def write_packages(site: Path, count: int, seed: int = 0) -> int:
    """Write pages of the simple API for packages `tea-0`, ...; returns how many bytes in all.

    Sizes are as they are on a real index: most have dozens of files, some have hundreds.
    """
    draw, size = random.Random(seed), 0
    for at in range(count):
        name, versions = f"tea-{at}", [f"1.{n}" for n in range(draw.choice((2, 3, 4, 12)))]
        files = [_file(draw, name, version, tag) for version in versions for tag in _tags()]
        page = {"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": versions}
        folder = site / "simple" / name
        folder.mkdir(parents=True)
        size += (folder / "index.html").write_text(json.dumps(page))
    return size


def _tags() -> Iterator[str]:
    yield from (f"{tag}-{tag}-{platform}" for tag in TAGS for platform in PLATFORMS)


def _file(draw: random.Random, name: str, version: str, tag: str) -> dict[str, object]:
    wheel = f"{name.replace('-', '_')}-{version}-{tag}.whl"
    digest = f"{draw.getrandbits(256):064x}"
    return {
        "filename": wheel,
        "url": f"https://files.example/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{wheel}",
        "hashes": {"sha256": digest},
        "core-metadata": {"sha256": f"{draw.getrandbits(256):064x}"},
        "requires-python": ">=3.10",
        "size": draw.randrange(10**5, 10**7),
        "upload-time": "2026-01-02T03:04:05.678901Z",
        "yanked": False,
    }


@dataclass(slots=True)
class Slow:
    """A host that takes its time over each answer; `asked` counts them."""

    url: str = ""
    asked: int = 0


@contextmanager
def slow(seconds: float) -> Iterator[Slow]:
    """Serve a page that names version 1.0, each time after so many seconds."""
    told = Slow()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            time.sleep(seconds)
            self.send_response(200)
            self.send_header("Content-Length", "7")
            self.end_headers()
            self.wfile.write(b"tea-1.0")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent() -> Iterator[str]:
    """Take connections and never say anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def dead() -> Iterator[str]:
    """Hold a port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def matrix(index: str, count: int, others: dict[str, str], each: int = 20) -> str:
    """Return a matrix.yaml of `count` packages and `each` components at each other host."""
    lines = ["version: 1", f"index: {index}/simple", "polling: {patience: 2, spacing: 0}"]
    lines += ["components:"]
    lines += [
        f"  tea-{at}: {{role: template, driver: jinja2, upstream: u, follow: [newest]}}"
        for at in range(count)
    ]
    for name, url in others.items():
        lines += [
            f"  {name}-{at}: {{role: runtime, upstream: u, source: url, match: 'tea-(.*)', "
            f"package: '{url}/{at}'}}"
            for at in range(each)
        ]
    return "\n".join([*lines, "stacks: {s: {components: [tea-0], suite: [render]}}", ""])
