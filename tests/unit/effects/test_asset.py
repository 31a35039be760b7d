"""Programs from release assets: of the digest that was asked for, never outside their folder."""

from __future__ import annotations

import io
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from bot.core.model import Json
from bot.drivers.llama_server import with_program
from bot.effects.asset import Assets
from bot.effects.http import Fetcher
from bot.errors import SourceError, UsageError

NAME, URL = "llama-server", "https://x.test/asset"
PROGRAM = b"#!/bin/sh\necho hello\n"


class OneAsset(Fetcher):
    """A fetcher whose only answer is one asset; the real one is asked in tests/real."""

    def __init__(self, content: bytes, folder: Path) -> None:
        super().__init__(cache_dir=folder, user_agent="test")
        self.content, self.asked = content, 0

    def save(self, url: str, to: Path) -> None:
        assert url == URL
        self.asked += 1
        to.write_bytes(self.content)


def program(root: Path, content: bytes, digest: str = "", *, offline: bool = False) -> Path:
    assets = Assets(root=root / "assets", fetcher=OneAsset(content, root), offline=offline)
    return assets.program(NAME, URL, digest or sha256(content).hexdigest())


def zipped(**members: tuple[bytes, int]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, (content, mode) in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return whole.getvalue()


def tarred(*members: tuple[str, bytes, str, bytes]) -> bytes:
    """An archive of (name, type, where a link leads, content)."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, kind, link, content in members:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.size, entry.mode = kind, link, len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


FILE, LINK, HARD, PIPE = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE
GOOD_ZIP = zipped(
    **{
        "build/bin/llama-server": (PROGRAM, 0o100755),
        "build/bin/libllama.so.0": (b"so", 0o100644),
        "build/bin/libllama.so": (b"libllama.so.0", 0o120777),
    }
)
GOOD_TAR = tarred(
    ("b1/libllama.so", LINK, "libllama.so.0", b""),
    ("b1/libllama.so.0", FILE, "", b"so"),
    ("b1/llama-server", FILE, "", PROGRAM),
)


@pytest.mark.parametrize("content", [GOOD_ZIP, GOOD_TAR, PROGRAM], ids=["zip", "tar.gz", "bare"])
def test_the_executable_of_an_asset_is_found_with_what_lies_beside_it(
    tmp_path: Path, content: bytes
) -> None:
    found = program(tmp_path, content)
    assert found.read_bytes() == PROGRAM
    assert found.stat().st_mode & 0o100
    assert found.is_relative_to(tmp_path / "assets" / sha256(content).hexdigest())
    if content != PROGRAM:
        assert (found.parent / "libllama.so").read_bytes() == b"so"
        assert (found.parent / "libllama.so").is_symlink()
    assert program(tmp_path, b"nobody is asked again", sha256(content).hexdigest()) == found


OUT = [
    zipped(**{"../evil": (PROGRAM, 0o100755)}),
    zipped(**{"/tmp/evil": (PROGRAM, 0o100755)}),
    zipped(**{"a/..\\..\\evil": (PROGRAM, 0o100755)}),
    zipped(evil=(b"../../outside", 0o120777)),
    tarred(("../evil", FILE, "", PROGRAM)),
    tarred(("/tmp/evil", FILE, "", PROGRAM)),
    tarred(("evil", LINK, "/etc/passwd", b"")),
    tarred(("a", LINK, "..", b""), ("a/evil", FILE, "", PROGRAM)),
    tarred(("d/a", LINK, "..", b""), ("d/b", LINK, "a/../outside", b"")),
    tarred(("evil", HARD, "/etc/passwd", b"")),
    tarred(("evil", PIPE, "", b"")),
]


@pytest.mark.parametrize("content", OUT, ids=range(len(OUT)))
def test_what_leads_out_of_an_archive_ends_it_and_leaves_nothing(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(SourceError, match="the asset"):
        program(tmp_path, content)
    assert {path.suffix for path in (tmp_path / "assets").iterdir()} == {".lock"}
    assert not list(tmp_path.rglob("*evil*"))


def test_a_program_is_never_written_through_a_link(tmp_path: Path) -> None:
    content = tarred(("bin", LINK, "lib", b""), ("bin/llama-server", FILE, "", PROGRAM))
    with pytest.raises(SourceError, match="cannot be unpacked"):
        program(tmp_path, content)


@pytest.mark.parametrize(
    "content", [GOOD_ZIP[:-30], GOOD_TAR[:40], b"\x1f\x8bno tar"], ids=["zip", "tar", "none"]
)
def test_a_damaged_archive(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be unpacked"):
        program(tmp_path, content)


def test_another_digest_than_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="was asked for"):
        program(tmp_path, PROGRAM, "0" * 64)
    assert not (tmp_path / "assets" / ("0" * 64)).exists()


def test_an_archive_without_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no llama-server"):
        program(tmp_path, zipped(README=(b"", 0o100644)))


def test_offline_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--offline"):
        program(tmp_path, PROGRAM, offline=True)
    kept = program(tmp_path, PROGRAM)
    assert program(tmp_path, PROGRAM, offline=True) == kept


def assets(root: Path) -> Assets:
    return Assets(root=root, fetcher=OneAsset(PROGRAM, root))


def test_options_get_the_path_of_the_program_and_lose_the_digest_of_its_asset(
    tmp_path: Path,
) -> None:
    digest = sha256(PROGRAM).hexdigest()
    beside = with_program({"server": URL, "sha256": digest, "threads": 2}, assets(tmp_path))
    compared = with_program(
        {"server": "/old", "sha256": "0" * 64, "url": f"{URL}#sha256={digest}"}, assets(tmp_path)
    )
    assert beside == {**compared, "threads": 2}
    assert Path(str(compared["server"])).read_bytes() == PROGRAM
    assert set(compared) == {"server"}


def test_a_path_stays_a_path_and_its_digest_the_programs_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for path in (one, other):
        path.write_bytes(PROGRAM)
        path.chmod(0o755)
    told: dict[str, Json] = {"server": str(one), "sha256": "1" * 64}
    assert with_program(told, assets(tmp_path)) == told
    compared = with_program({**told, "url": str(other)}, assets(tmp_path))
    assert compared == {"server": str(other)}


@pytest.mark.parametrize("told", [{"server": URL}, {"url": URL, "sha256": "1" * 64}])
def test_an_asset_without_a_digest_is_refused(tmp_path: Path, told: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        with_program({**told}, assets(tmp_path))
    assert "sha256" in caught.value.cure
