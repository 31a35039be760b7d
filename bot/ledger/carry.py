"""Bundles on their way: files of a folder, the bytes of a zip file, and what of them counts."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bot.core.facts import CellDone, CellStarted, CellStopped, Fact
from bot.errors import BundleError
from bot.ledger.door import AGAIN, Bundle, read_bundle

HEAD, FACTS, BLOBS = "bundle.json", "facts.ndjson", "blobs"
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the time of every member: equal bundles are equal bytes


def files_of(root: Path) -> dict[str, bytes]:
    """Read the files of a bundle that lies in a folder; drafts of a crash are no part of it."""
    names = [root / HEAD, root / FACTS, *(root / BLOBS).glob("[0-9a-f][0-9a-f]/[0-9a-f]*")]
    return {f.relative_to(root).as_posix(): f.read_bytes() for f in names if f.is_file()}


def pack(root: Path) -> bytes:
    """Return the bundle in the folder `root` as the bytes of a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files_of(root).items()):
            archive.writestr(zipfile.ZipInfo(name, _DAY_ONE), content)
    return packed.getvalue()


def unpack(content: bytes, where: str) -> Bundle:
    """Read a bundle from the bytes of a zip file. Raises `BundleError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if name[-1:] != "/"}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise BundleError(f"{where} is no bundle: {fault}", cure=AGAIN) from None
    return read_bundle(files, where)


def found(place: Path) -> Iterator[Path]:
    """Yield the bundles at `place`: itself, or those in folders and zip files below it.

    Raises `BundleError` where there is none.
    """
    if place.is_file() or (place / HEAD).is_file():
        yield place
        return
    below = sorted({f.parent for f in place.rglob(HEAD)} | {*place.rglob("*.zip")})
    if not below:
        cure = "name the folder that `stackmatrix execute --shard` wrote, or one that holds it"
        raise BundleError(f"there is no bundle in {place}", cure=cure)
    yield from below


def opened(place: Path) -> Bundle:
    """Read the bundle at `place`, a folder or a zip file. Raises `BundleError`."""
    return (
        unpack(place.read_bytes(), str(place))
        if place.is_file()
        else read_bundle(files_of(place), str(place))
    )


def countable(bundle: Bundle) -> Iterator[Fact]:
    """Yield what of a bundle counts: attempts that ended, and of the others that they began."""
    done = {(f.job, f.attempt) for f in bundle.facts if isinstance(f.body, CellDone)}
    for fact in bundle.facts:
        if (fact.job, fact.attempt) in done or isinstance(fact.body, CellStarted | CellStopped):
            yield fact
