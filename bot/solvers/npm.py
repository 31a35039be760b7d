"""Closures by `npm install --package-lock-only`: one pin for each place in the tree of packages.

A package that stands inside another one is pinned under both names, `outer/node_modules/inner`:
npm keeps several versions of a package side by side, and where one stands decides who finds it.
Such a place can be asked for as any other: it is locked there first, and where npm, asked again,
does not leave it, what stands around it does not take that version.
An alias is pinned as npm writes it, `npm:REAL@VERSION`. Left out are the packages of other
platforms, which npm would not install here, and what comes inside the archive of its parent.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from bot.core.logs import classify
from bot.core.model import Closure, Conflict, Json, Phase, Pin, Reason, Requirements
from bot.effects.npm import Npm, here
from bot.errors import SourceError, UsageError
from bot.ports import Ran

_NAME = r"(?:@[a-z0-9._~-]+/)?[a-z0-9._~-]+"
_PIN = re.compile(
    rf"^({_NAME}(?:/node_modules/{_NAME})*)(?:\s*(==|[<>]=?|\^|~)\s*(\S+))?$", re.IGNORECASE
)
_INSIDE = "/node_modules/"
_AWAY = re.compile(
    r"npm error code (E(AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|NOTCACHED)"
    r"|E(5\d\d|401|403|429)|ERR_SOCKET_TIMEOUT|\w*CERT\w*)"
)
_TELLING = re.compile(r"npm error code (ERESOLVE|ETARGET|E404|ENOVERSIONS|EOVERRIDE|EBADENGINE)")
OMIT = "--omit=optional"  # among the pins: what is merely optional is left out
_NOISE = re.compile(
    r"^(code |errno |syscall |A complete log|For a full report|.*eresolve-report|.*-debug-0\.log"
    r"|404 *$|404 Note|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmSolver:
    """Resolves with `npm`. `registry` empty: the user's own; `cache` is npm's cache folder."""

    registry: str = ""
    cache: Path | None = None
    offline: bool = False
    seconds: float = 300.0

    def close(self, asked: Requirements) -> Closure | Conflict:
        """Resolve `asked`. Raises `SourceError` when the registry cannot be asked.

        The interpreter is not asked about: npm does not refuse what another Node is meant for.
        A requirement that cannot be read is a `UsageError`. With `--omit=optional` among the pins,
        as npm spells it, packages that no other one needs are left out, gigabytes for hardware
        that is not here among them.
        """
        wanted = dict(_wanted(pin) for pin in reversed(asked.pins) if pin != OMIT)
        inside = {name: version for name, version in wanted.items() if _INSIDE in name}
        top = {name: version for name, version in wanted.items() if name not in inside}
        with tempfile.TemporaryDirectory(prefix="solve-") as scratch:
            folder = Path(scratch)
            if asked.prefer or inside:
                liked = asked.prefer.versions if asked.prefer else {}
                self._recall({**liked, **inside}, folder)
            ran = self._lock(top, folder, _before(asked))
            if ran.returncode != 0:
                return _conflict(ran, scratch)
            lock = json.loads((folder / "package-lock.json").read_text())
            found = parse(lock, optional=OMIT not in asked.pins)
            return _refused(inside, found) or found

    def requires(self, closure: Closure, interpreter: str) -> Mapping[str, frozenset[str]]:
        """Return, for each package of `closure`, those of it that it requires itself.

        Empty where npm cannot tell (no network). `interpreter` changes nothing.
        """
        del interpreter
        with tempfile.TemporaryDirectory(prefix="solve-") as scratch:
            folder = Path(scratch)
            if not self._recall(closure.versions, folder):
                return {}
            return edges(json.loads((folder / "package-lock.json").read_text()))

    def _recall(self, known: Mapping[str, str], folder: Path) -> bool:
        """Lock what is `known` as it was, for npm to keep where nothing forbids it.

        A known closure that cannot be had any more is no preference.
        """
        ran = self._lock(known, folder, ())
        if ran.returncode != 0:
            (folder / "package-lock.json").unlink(missing_ok=True)
        return ran.returncode == 0

    def _lock(self, wanted: Mapping[str, str], folder: Path, flags: Sequence[str]) -> Ran:
        (folder / "package.json").write_text(manifest(wanted))
        npm = Npm(registry=self.registry, offline=self.offline, cache=self.cache)
        command = ["install", "--package-lock-only", *flags]
        return npm.run(*command, cwd=folder, seconds=self.seconds)


def manifest(wanted: Mapping[str, str]) -> str:
    """Return the package.json of a cell that wants these packages in these places."""
    top = {name: version for name, version in sorted(wanted.items()) if _INSIDE not in name}
    fields: dict[str, Json] = {"name": "cell", "private": True, "dependencies": {**top}}
    overrides: dict[str, Json] = {}
    for place, version in sorted(wanted.items()):
        *outer, inner = place.split(_INSIDE)
        at = overrides
        for name in outer:
            at = _below(at, name)
        if outer:
            at[inner] = version
    return json.dumps({**fields, "overrides": overrides} if overrides else fields)


def _below(rules: dict[str, Json], name: str) -> dict[str, Json]:
    """Return the rules for what stands inside `name`; its own version is its rule `.`."""
    found = rules.get(name)
    if not isinstance(found, dict):
        found = rules[name] = {} if found is None else {".": found}
    return found


def _refused(inside: Mapping[str, str], found: Closure) -> Conflict | None:
    lost = [
        f"{name} {version}" for name, version in inside.items() if found.version(name) != version
    ]
    return Conflict(why=f"what stands around it does not take {', '.join(lost)}") if lost else None


def parse(lock: Json, *, optional: bool = True) -> Closure:
    """Read a package-lock.json of form 2 or 3: what npm would install on this machine."""
    entries = _entries(lock).items()
    wanted = (each for each in entries if optional or not each[1].get("optional"))
    return Closure(pins=tuple(_pin(path, entry) for path, entry in wanted))


def edges(lock: Json) -> dict[str, frozenset[str]]:
    """Read who requires whom, each by its place in the tree."""
    entries = {path.removeprefix("node_modules/"): entry for path, entry in _entries(lock).items()}
    return {
        place: frozenset(found for name in _needs(entry) if (found := _found(place, name, entries)))
        for place, entry in entries.items()
        if _needs(entry)
    }


def _found(place: str, name: str, places: Collection[str]) -> str:
    """Return where Node finds `name` for who stands at `place`: inside it, or around it."""
    while place:
        if f"{place}{_INSIDE}{name}" in places:
            return f"{place}{_INSIDE}{name}"
        place = place.rpartition(_INSIDE)[0]
    return name if name in places else ""


def _needs(entry: Mapping[str, Json]) -> set[str]:
    kinds = (entry.get(key) for key in ("dependencies", "optionalDependencies", "peerDependencies"))
    return {name for kind in kinds if isinstance(kind, dict) for name in kind}


def _entries(lock: Json) -> dict[str, Mapping[str, Json]]:
    packages = lock.get("packages") if isinstance(lock, dict) else None
    return {
        path: entry
        for path, entry in (packages.items() if isinstance(packages, dict) else ())
        if path and isinstance(entry, dict) and not entry.get("inBundle") and _fits(entry)
    }


def _fits(entry: Mapping[str, Json]) -> bool:
    """Whether npm installs a package here: it may name systems, or exclude them with `!`."""
    for word, key in zip(here(), ("os", "cpu", "libc"), strict=True):
        named = entry.get(key)
        names = [str(name) for name in named] if isinstance(named, list) else []
        allowed = [name for name in names if not name.startswith("!")]
        if (allowed and word and word not in allowed) or f"!{word}" in names:
            return False
    return True


def _pin(path: str, entry: Mapping[str, Json]) -> Pin:
    name, version = path.removeprefix("node_modules/"), str(entry.get("version", ""))
    alias = entry.get("name")
    return Pin(
        name=name,
        version=f"npm:{alias}@{version}" if alias else version,
        hashes=tuple(sorted(str(entry.get("integrity") or "").split())),
    )


def _wanted(pin: str) -> tuple[str, str]:
    """Split `name==1.2.3`, `name>=1` or `name` into what package.json calls it."""
    found = _PIN.match(pin.strip())
    if found is None:
        cure = "write `name==version`, with the name as the registry has it"
        raise UsageError(f"npm cannot read this: {pin!r}", cure=cure)
    name, sign, version = found.groups()
    return name, "*" if sign is None else version if sign == "==" else sign + version


def _before(asked: Requirements) -> tuple[str, ...]:
    if asked.cutoff is None:
        return ()
    return ("--before", asked.cutoff.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"))


def _conflict(ran: Ran, scratch: str) -> Conflict:
    why = _readable(ran.output, scratch)
    if ran.returncode is None:
        raise SourceError("Resolving took too long.", cure="check the network, or try again")
    network = classify(ran.output, Phase.RESOLVE) in {Reason.NETWORK, Reason.DISK}
    if _AWAY.search(ran.output) or (network and not _TELLING.search(ran.output)):
        cure = "check the network and the registry; offline, run once with the network first"
        raise SourceError(f"The registry cannot be asked: {why}", cure=cure)
    if not _TELLING.search(ran.output):
        raise UsageError(f"npm cannot read this: {why}", cure="mend the requirement")
    return Conflict(why=why)


def _readable(output: str, scratch: str) -> str:
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    told = " ".join(line for line in lines if not _NOISE.match(line))
    return " ".join(told.replace(scratch, "<room>").split())
