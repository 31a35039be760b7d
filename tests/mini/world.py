"""Writes a drawn world to disk: an index of wheels, a matrix, its probes, and what to expect.

Everything is written from the draw alone: the same draw gives the same bytes, except that the
configuration and the index hold the address of the folder they lie in.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from bot.core.model import Json
from tests.mini import oracle, sources
from tests.mini.draws import Draw, File, Issue, Package, Row
from tests.mini.fates import draw
from tests.mini.wheels import metadata, write_index, write_wheel

FIRST_DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)
MEMORY_MB = 256
WITHDRAWN = "withdrawn by its author"
BROKEN_BUILD = '[build-system]\nrequires = ["{name}-that-never-was"]\nbuild-backend = "nothing"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A world on disk. `expected` is what `root/expected.json` holds."""

    draw: Draw
    root: Path
    expected: Json

    @property
    def matrix(self) -> Path:
        """The configuration of this world."""
        return self.root / "matrix.yaml"

    @property
    def index(self) -> str:
        """The address of the package index."""
        return (self.root / "index" / "simple").resolve().as_uri()


def generate(seed: int, root: Path) -> World:
    """Draw the world of `seed` and write it into the folder `root`."""
    return write(draw(seed), root)


def add_release(world: World, name: str) -> World:
    """Upload one more release of the package `name`, which behaves like its newest."""
    return write(world.draw.extended(name), world.root)


def write(drawn: Draw, root: Path) -> World:
    """Write a world that is drawn already; files that stand already get the same bytes again."""
    _write_index(drawn, root / "index")
    world = World(draw=drawn, root=root, expected=oracle.expected(drawn))
    for row in drawn.rows:
        _write_probes(drawn, row, root / "probes")
    world.matrix.write_text(yaml.safe_dump(_matrix(world), sort_keys=False))
    expected = json.dumps(world.expected, indent=1, sort_keys=True)
    (root / "expected.json").write_text(expected + "\n")
    return world


def _write_index(drawn: Draw, folder: Path) -> None:
    files: list[Path] = []
    uploads: dict[str, datetime] = {}
    yanked: dict[str, str] = {}
    for package in drawn.packages.values():
        for issue in package.issues:
            path = _write_file(package, issue, folder / "files")
            files.append(path)
            uploads[path.name] = FIRST_DAY + timedelta(days=issue.day)
            if issue.yanked:
                yanked[path.name] = WITHDRAWN
    simple = write_index(folder, files, uploads, yanked)
    for package in drawn.packages.values():
        _name_versions(simple / package.name / "index.json", package)


def _name_versions(page: Path, package: Package) -> None:
    """Say the versions as PEP 700 wants them: the file names of sdists tell them badly."""
    answer = json.loads(page.read_text())
    answer["versions"] = sorted(issue.version for issue in package.issues)
    page.write_text(json.dumps(answer, indent=1, sort_keys=True))


def _write_file(package: Package, issue: Issue, folder: Path) -> Path:
    if issue.file is File.SDIST:
        return write_sdist(package, issue, folder)
    tag = "cp311-cp311-win_arm64" if issue.file is File.FOREIGN else "py3-none-any"
    text = {f"{package.name}/__init__.py": sources.module(package, issue.version)}
    return write_wheel(folder, package.name, issue.version, text, issue.requires, tag=tag)


def write_sdist(package: Package, issue: Issue, folder: Path) -> Path:
    """Write a source archive that cannot be built: what it needs for that was never released."""
    stem = f"{package.name}-{issue.version}"
    about = metadata(package.name, issue.version, issue.requires, "")
    build = BROKEN_BUILD.format(name=package.name)
    path = folder / f"{stem}.tar.gz"
    folder.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, text in (("PKG-INFO", about), ("pyproject.toml", build)):
            member = tarfile.TarInfo(f"{stem}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    path.with_name(f"{path.name}.metadata").write_text(about)
    return path


def _write_probes(drawn: Draw, row: Row, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in row.probes:
        (folder / f"{row.name}-{name}.py").write_text(sources.script(drawn.packages[name], row))
    text = yaml.safe_dump(_family(drawn, row), sort_keys=False)
    (folder / f"{row.name}.yaml").write_text(text)


def _family(drawn: Draw, row: Row) -> Json:
    """Return the probe family of `row`: a case for each package that is asked."""
    links = ("prompt", "text") if row.prompted else ("text",)
    return {
        "family": row.name,
        "ask": "script",
        "seconds": row.seconds,
        "cases": [
            {
                "id": name,
                "source": f"{row.name}-{name}.py",
                **({"arguments": list(row.arguments)} if row.arguments else {}),
                "links": {
                    link: _look(oracle.golden(drawn, row, name)[link], golden=row.golden)
                    for link in links
                },
            }
            for name in row.probes
        ],
    }


def _look(right: str, *, golden: bool) -> Json:
    look: dict[str, Json] = {"compare": "text", "authority": "specified"}
    return {**look, "absolute": True, "golden": right} if golden else look


def _matrix(world: World) -> Json:
    drawn = world.draw
    return {
        "version": 1,
        "index": world.index,
        "suite": ["./probes"],
        "limits": {"install_seconds": 120, "start_seconds": 30, "memory_mb": MEMORY_MB},
        "components": {name: _component(name, which) for name, which in drawn.follow.items()},
        "stacks": {row.name: _stack(row) for row in drawn.rows},
        "policy": {"default": "draft"},
    }


def _component(name: str, follow: tuple[str, ...]) -> Json:
    return {
        "role": "engine",
        "source": "pypi",
        "package": name,
        "upstream": f"https://example.org/{name}",
        "scheme": "pep440",
        "driver": "script",
        "follow": list(follow),
    }


def _stack(row: Row) -> Json:
    return {
        "components": list(row.components),
        "suite": [row.name],
        "backends": ["cpu"],
        "python": "3.11",
        "baseline": dict(row.baseline),
    }
