"""`llama-server` by the URL of a release asset: fetched here, checked, unpacked, and asked."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.model import Failure
from bot.drivers.llama_server import with_program
from bot.drivers.suite import read_suite
from bot.effects.asset import Assets
from bot.effects.http import Fetcher
from bot.envs.uv import UvEnv
from bot.errors import SourceError, UnknownPackageError
from tests.real.stacks import LIMITS, PYTHON, closed, strayed
from tests.real.test_llama_server import PROGRAM, _talk

pytestmark = [pytest.mark.real, pytest.mark.network]


class Releases(SimpleHTTPRequestHandler):
    """Files of a folder; what is below /latest lies elsewhere, as assets of releases do."""

    def do_GET(self) -> None:
        if not self.path.startswith("/latest/"):
            return super().do_GET()
        self.send_response(302)
        self.send_header("Location", self.path.removeprefix("/latest"))
        self.end_headers()
        return None

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    handler = partial(Releases, directory=str(tmp_path / "served"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def assets(root: Path) -> Assets:
    fetcher = Fetcher(cache_dir=root / "http", user_agent="test", wait=lambda _: None)
    return Assets(root=root / "assets", fetcher=fetcher)


def test_the_program_of_an_asset_is_asked_like_any_other(tmp_path: Path, host: str) -> None:
    probes = read_suite((SUITE,), ("chat/capital-france", "stream/sum-2-2"))
    with UvEnv(root=tmp_path / "rooms").open(
        closed("xllamacpp"), interpreter=PYTHON, limits=LIMITS, fresh=False
    ) as room:
        assert not isinstance(room, Failure), room
        content = PROGRAM.replace("{python}", str(room.python)).encode()
        asset = tmp_path / "served/llama-b1-bin.tar.gz"
        with tarfile.open(asset, "w:gz") as archive:
            entry = tarfile.TarInfo("build/bin/llama-server")
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
        digest = sha256(asset.read_bytes()).hexdigest()
        url = f"{host}/latest/{asset.name}#sha256={digest}"
        heard = _talk(room, probes, with_program({"url": url}, assets(tmp_path)))
    assert heard.stopped is None
    seen = {each.probe: each for each in heard.observations}
    assert [strayed(probe, seen[probe.name]) for probe in probes] == ["", ""]
    told = heard.says["llama_server"]
    assert isinstance(told, dict)
    assert told["sha256"] == sha256(content).hexdigest()


def test_what_cannot_be_fetched_is_told(tmp_path: Path, host: str) -> None:
    with pytest.raises(UnknownPackageError, match="does not exist"):
        assets(tmp_path).program("llama-server", f"{host}/none.zip", "0" * 64)
    (tmp_path / "served/it").write_bytes(b"another program")
    with pytest.raises(SourceError, match="was asked for"):
        assets(tmp_path).program("llama-server", f"{host}/it", "0" * 64)
    with pytest.raises(SourceError, match="does not answer"):
        assets(tmp_path).program("llama-server", "http://127.0.0.1:9/it", "0" * 64)
