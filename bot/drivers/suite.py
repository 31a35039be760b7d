"""Reads probe files and what they point to: cases, templates, programs, goldens.

A suite folder holds `probes/*.yaml` (or the YAML files themselves) and, beside them, `goldens/`
and the files that cases name. Every mistake is told with its file and line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bot.core.closest import meant
from bot.core.model import Json, Probe
from bot.core.suite import ProbeFileError, probes
from bot.errors import SuiteError, UnknownProbeError


def read_suite(folders: Sequence[Path], names: Sequence[str]) -> tuple[Probe, ...]:
    """Return the probes that `names` choose, each a family or `family/case`, in that order.

    Raises `SuiteError` where a file is wrong or two probes share a name, `UnknownProbeError` for
    a name that nothing has.
    """
    known: dict[str, Probe] = {}
    for file in _files(folders):
        for at, probe in enumerate(_probes(file)):
            if probe.name in known:
                line = _line(file, ("cases", at))
                raise SuiteError(f"{file}:{line}: `{probe.name}` is there twice", cure="rename one")
            known[probe.name] = probe
    chosen = {probe.name: probe for name in names for probe in _chosen(known, name, folders)}
    return tuple(chosen.values())


def families(folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of the families in `folders`. Raises `SuiteError` where a file is wrong."""
    return tuple(str(_load(file).get("family", file.stem)) for file in _files(folders))


@dataclass(frozen=True, slots=True, kw_only=True)
class Goldens:
    """Where the goldens of a family lie, and under which prefix: `PREFIX/ID`, link by link."""

    file: Path
    prefix: str
    probes: tuple[str, ...]

    def key(self, probe: str) -> str:
        """Return the key of a probe in the file."""
        return f"{self.prefix}/{probe.partition('/')[2]}"


def goldens_of(folders: Sequence[Path]) -> Mapping[str, Goldens]:
    """Return, by family, where goldens lie. Raises `SuiteError` where a file is wrong."""
    found = {}
    for file in _files(folders):
        family = _load(file)
        name = str(family.get("family", file.stem))
        prefix = str(family.get("golden", name))
        place = _root(file) / "goldens" / f"{prefix}.json"
        names = tuple(probe.name for probe in _probes(file))
        found[name] = Goldens(file=place, prefix=prefix, probes=names)
    return found


def _root(file: Path) -> Path:
    """The folder that a probe file's own paths start from."""
    return file.parent.parent if file.parent.name == "probes" else file.parent


def _chosen(known: Mapping[str, Probe], name: str, folders: Sequence[Path]) -> Iterator[Probe]:
    found = [probe for probe in known.values() if name in (probe.name, probe.name.split("/")[0])]
    if not found:
        among = families(folders)
        cure = meant(name, (*among, *known), otherwise=f"use one of: {', '.join(among)}")
        raise UnknownProbeError(f"there is no probe or family `{name}`", cure=cure)
    yield from found


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        inside = folder / "probes"
        place = inside if inside.is_dir() else folder
        if not place.is_dir():
            raise SuiteError(f"{place} is no folder", cure="mend `suite` in matrix.yaml")
        yield from sorted(place.glob("*.yaml"))


@cache
def _load(file: Path) -> dict[str, Json]:
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise SuiteError(f"{file}:1: {trouble.strerror}", cure="make it readable") from None
    except (ValueError, yaml.YAMLError) as trouble:
        mark = trouble.problem_mark if isinstance(trouble, yaml.MarkedYAMLError) else None
        what = trouble.problem if isinstance(trouble, yaml.MarkedYAMLError) else trouble
        cure = "mind the indentation, and quote text that holds `:` or `#`"
        line = mark.line + 1 if mark else 1
        raise SuiteError(f"{file}:{line}: is no YAML: {what}", cure=cure) from None
    if not isinstance(read, dict):
        raise SuiteError(f"{file}:1: is no probe family", cure="begin with `family: NAME`")
    return read


def _probes(file: Path) -> tuple[Probe, ...]:
    family = dict(_load(file))
    root = _root(file)
    try:
        family["cases"] = list(_cases(file, root, family))
        return probes(family, _goldens(root, family))
    except ProbeFileError as trouble:
        line = _line(file, trouble.path)
        raise SuiteError(f"{file}:{line}: {trouble.what}", cure=trouble.cure) from None


def _cases(file: Path, root: Path, family: Mapping[str, Json]) -> Iterator[Json]:
    """The cases, read from their own file where one is named, with the texts they point to."""
    cases = family.get("cases")
    if isinstance(cases, str):
        cases = _json(root / cases, ("cases",))
    pointing = family.get("files", {"source": ""})
    for at, case in enumerate(cases if isinstance(cases, list) else ()):
        whole = dict(case) if isinstance(case, dict) else {}
        for key, folder in pointing.items() if isinstance(pointing, dict) else ():
            if isinstance(whole.get(key), str):
                place = (root / str(folder)) if folder else file.parent
                whole["source"] = _read(place / str(whole.pop(key)), ("cases", at, key))
        yield whole


def _goldens(root: Path, family: Mapping[str, Json]) -> Mapping[str, Json]:
    """The committed goldens of a family; none where it has no file of them."""
    file = root / "goldens" / f"{family.get('golden', family.get('family'))}.json"
    read = _json(file, ("golden",)) if file.is_file() else {}
    if not isinstance(read, dict):
        raise ProbeFileError(("golden",), f"{file} is no table", "write {FAMILY/ID: {LINK: ...}}")
    return read


def _json(file: Path, path: tuple[str | int, ...]) -> Json:
    try:
        read: Json = json.loads(_read(file, path))
    except json.JSONDecodeError as trouble:
        what = f"{file}:{trouble.lineno}: is no JSON: {trouble.msg}"
        raise ProbeFileError(path, what, "mend that file") from None
    return read


def _read(file: Path, path: tuple[str | int, ...]) -> str:
    """Read what the probe file names at `path`."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as trouble:
        what = f"{file}: {trouble.strerror}"
        raise ProbeFileError(path, what, "mend the name in the probe file") from None
    except ValueError as trouble:
        raise ProbeFileError(path, f"{file}: {trouble}", "write it as UTF-8") from None


def _line(file: Path, path: tuple[str | int, ...]) -> int:
    """The line of the deepest part of `path` that stands in the file."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pairs = {str(key.value): (key, value) for key, value in node.value}
            if part not in pairs:
                break
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
