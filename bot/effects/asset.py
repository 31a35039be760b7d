"""Programs by the release asset that holds them: an archive or a bare executable, by its sha256.

An asset is fetched once, held against its digest, and unpacked into a folder of that name. The
members of an archive stay below it: whatever leads out, or is neither file, folder nor link, ends
the unpacking, and links are made last, so that nothing is ever written through one.
"""

from __future__ import annotations

import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from bot.effects.content import sha256_of
from bot.effects.files import exclusive
from bot.effects.http import Fetcher
from bot.errors import SourceError

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Where programs are kept, by the digests of their assets, and how they get there."""

    root: Path
    fetcher: Fetcher
    offline: bool = False

    def program(self, name: str, url: str, sha256: str) -> Path:
        """Return the executable `name` of the asset at `url`; a bare one gets that name.

        Raises `SourceError` where it cannot be had, or is not what `sha256` says.
        """
        place = self.root / sha256
        with exclusive(self.root / f"{sha256}.lock"):
            if not place.is_dir():
                self._put(name, url, sha256, place)
        found = sorted(path for path in place.rglob(name) if path.is_file())
        if not found:
            raise SourceError(f"{url} holds no {name}", cure="choose the asset that holds it")
        return found[0].resolve()

    def _put(self, name: str, url: str, sha256: str, place: Path) -> None:
        if self.offline:
            what = f"{url} is not in {place}, and --offline asks nobody"
            raise SourceError(what, cure="run once without --offline, or give a path")
        asset, draft = place.with_suffix(".asset"), place.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        try:
            self.fetcher.save(url, asset)
            found = sha256_of(asset)
            if found != sha256:
                what = f"{url} has the sha256 {found}, and {sha256} was asked for"
                raise SourceError(what, cure="mend `sha256`, if you know what you fetch")
            _unpack(asset, draft, name)
            draft.replace(place)
        finally:
            asset.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One entry of an archive: a file to read, or where a link leads."""

    name: str
    executable: bool
    link: str = ""
    content: IO[bytes] | None = None


def _unpack(asset: Path, into: Path, name: str) -> None:
    into.mkdir(parents=True)
    with asset.open("rb") as file:
        magic = file.read(4)
    try:
        if magic == _ZIP:
            with zipfile.ZipFile(asset) as archive:
                _take(_zipped(archive), into)
        elif magic.startswith(_GZIP):
            with tarfile.open(asset, "r:gz") as packed:
                _take(_tarred(packed), into)
        else:
            shutil.copyfile(asset, into / name)
            (into / name).chmod(0o755)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as trouble:
        raise _bad(f"cannot be unpacked: {trouble}") from trouble


def _take(members: Iterator[_Member], into: Path) -> None:
    """Write the files of an archive, and its links once there is nothing left to write."""
    links: list[tuple[Path, str]] = []
    for member in members:
        path = into / _below(member.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if member.link:
            links.append((path, member.link))
        elif member.content:
            with path.open("xb") as file:
                shutil.copyfileobj(member.content, file)
            path.chmod(0o755 if member.executable else 0o644)
    for path, target in links:
        path.symlink_to(target)
    for path, target in links:
        if not path.resolve().is_relative_to(into.resolve()):
            raise _bad(f"holds a link out of it: {path.name} -> {target}")


def _below(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise _bad(f"holds a path out of it: {name}")
    return path


def _zipped(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for entry in archive.infolist():
        mode = entry.external_attr >> 16
        if entry.is_dir():
            continue
        runs = bool(mode & stat.S_IXUSR)
        if stat.S_ISLNK(mode):
            yield _Member(name=entry.filename, executable=runs, link=archive.read(entry).decode())
        else:
            with archive.open(entry) as content:
                yield _Member(name=entry.filename, executable=runs, content=content)


def _tarred(archive: tarfile.TarFile) -> Iterator[_Member]:
    for entry in archive:
        runs = bool(entry.mode & stat.S_IXUSR)
        if entry.issym():
            yield _Member(name=entry.name, executable=runs, link=entry.linkname)
        elif entry.isfile():
            content = archive.extractfile(entry)
            yield _Member(name=entry.name, executable=runs, content=content)
        elif not entry.isdir():
            raise _bad(f"holds what is neither file, folder nor link: {entry.name}")


def _bad(why: str) -> SourceError:
    return SourceError(f"the asset {why}", cure="choose another asset")
