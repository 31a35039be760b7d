"""Tiny wheels and the package indexes that hold them, byte for byte the same on every machine.

What installs here is real: `uv` and `pip` take these files as they take any others. The wheels
follow PEP 427 (RECORD included), the index PEP 503 (`index.html`, which uv reads from a folder)
and PEP 691/700 (`index.json`, which has upload times), side by side.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
UPLOADED = datetime(2026, 1, 1, tzinfo=UTC)


def normal(name: str) -> str:
    """Return the PEP 503 form of a distribution name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata(
    name: str, version: str, requires: Sequence[str], requires_python: str, source: str = ""
) -> str:
    """Return the METADATA text; `requires` are PEP 508 strings, `source` is a project's address."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Project-URL: Source, {source}"] if source else []
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join(lines) + "\n"


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str],
    requires: Sequence[str] = (),
    requires_python: str = "",
    *,
    tag: str = "py3-none-any",
    source: str = "",
) -> Path:
    """Write one wheel holding `files` (text by path) into `folder`, and return its path.

    Beside it lies `<wheel>.metadata` (PEP 658), for `write_index`.
    """
    stem = f"{normal(name).replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    about = metadata(name, version, requires, requires_python, source)
    content = {path: text.encode() for path, text in sorted(files.items())}
    content[f"{info}/METADATA"] = about.encode()
    content[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: mini\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    )
    record = f"{info}/RECORD"
    rows = [f"{path},sha256={_record_hash(body)},{len(body)}" for path, body in content.items()]
    content[record] = "\n".join([*rows, f"{record},,", ""]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{stem}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for path, body in content.items():
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    (folder / f"{wheel.name}.metadata").write_text(about)
    return wheel


def _record_hash(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def write_index(
    root: Path,
    wheels: Iterable[Path],
    uploads: Mapping[str, datetime] | None = None,
    yanked: Mapping[str, str] | None = None,
) -> Path:
    """Write `root/simple/<name>/index.html` and `index.json` for `wheels`; return `root/simple`.

    `uploads` and `yanked` (the reason) go by file name; a file without an upload time gets
    `UPLOADED`. The files stay where they are: links are absolute `file://` addresses.
    """
    by_name: dict[str, list[Path]] = {}
    for wheel in wheels:
        by_name.setdefault(normal(wheel.name.split("-")[0]), []).append(wheel)
    simple = root / "simple"
    for name, members in by_name.items():
        rows = [_row(path, uploads or {}, yanked or {}) for path in sorted(members)]
        page = simple / name
        page.mkdir(parents=True, exist_ok=True)
        versions = sorted({path.name.split("-")[1] for path in members})
        answer = {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": versions,
            "files": rows,
        }
        (page / "index.json").write_text(json.dumps(answer, indent=1, sort_keys=True))
        links = "\n".join(_link(row) for row in rows)
        (page / "index.html").write_text(f"<!DOCTYPE html><html><body>\n{links}\n</body></html>\n")
    return simple


def _row(
    wheel: Path, uploads: Mapping[str, datetime], yanked: Mapping[str, str]
) -> dict[str, object]:
    about = wheel.with_name(f"{wheel.name}.metadata").read_bytes()
    python = re.search(rb"^Requires-Python: (.*)$", about, re.MULTILINE)
    return {
        "filename": wheel.name,
        "url": wheel.resolve().as_uri(),
        "hashes": {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()},
        "requires-python": python[1].decode() if python else None,
        "core-metadata": {"sha256": hashlib.sha256(about).hexdigest()},
        "size": wheel.stat().st_size,
        "upload-time": uploads.get(wheel.name, UPLOADED)
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "yanked": yanked.get(wheel.name, False),
    }


def _link(row: Mapping[str, object]) -> str:
    """Render one PEP 503 anchor with the attributes of PEP 592, 658 and 700."""
    hashes, about = row["hashes"], row["core-metadata"]
    assert isinstance(hashes, dict)
    assert isinstance(about, dict)
    marks = [
        f'href="{row["url"]}#sha256={hashes["sha256"]}"',
        f'data-core-metadata="sha256={about["sha256"]}"',
        f'data-dist-info-metadata="sha256={about["sha256"]}"',
        f'data-upload-time="{row["upload-time"]}"',
    ]
    if row["requires-python"]:
        marks.append(f'data-requires-python="{html.escape(str(row["requires-python"]))}"')
    if row["yanked"] is not False:
        marks.append(f'data-yanked="{html.escape(str(row["yanked"]))}"')
    return f"<a {' '.join(marks)}>{row['filename']}</a><br>"
