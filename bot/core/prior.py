r"""How suspect a package is before anything was tried: by what the probe really loaded.

A guess only orders the search and never decides it. No rule names a package.

>>> log = 'loaded: ["httpx", "anyio"]\n  File "/x/site-packages/httpx/_client.py", line 3, in go\n'
>>> evidence = read(log)
>>> sorted(evidence.loaded), evidence.frames
(['anyio', 'httpx'], ('httpx',))
>>> prior({"httpx": ("0.27.2", "0.28.0"), "idle": ("1", "2")}, {"httpx": ["httpx"]}, [evidence])
{'httpx': 24.0, 'idle': 0.2}
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.versions import jump

LOADED = "loaded: "
_FRAME = re.compile(r'File "[^"]*?site-packages[/\\]([^/\\"]+)')
_SEEN, _UNSEEN, _BLAMED, _NAMED = 10.0, 0.1, 2.0, 2.0
_BY_JUMP = (0.8, 1.0, 1.2, 2.0)  # no version, a patch, a minor, a major one


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Modules at the top: those that a run loaded, those in its traceback, outermost first."""

    loaded: frozenset[str] = frozenset()
    frames: tuple[str, ...] = ()


def read(log: str) -> Evidence:
    """Read what a traced program left in its log."""
    loaded: set[str] = set()
    for line in log.splitlines():
        if line.startswith(LOADED):
            loaded |= set(json.loads(line.removeprefix(LOADED)))
    frames = tuple(top.partition(".")[0] for top in _FRAME.findall(log))
    return Evidence(loaded=frozenset(loaded), frames=frames)


def prior(
    moved: Mapping[str, tuple[str, str]],
    modules: Mapping[str, Collection[str]],
    evidence: Sequence[Evidence],
    named: Collection[str] = (),
) -> dict[str, float]:
    """Return a weight for each package that moved; 1 says nothing either way.

    `modules` are those that a package brings, on either side; `named` are packages that a person
    asked for by name. A package that is not loaded may still be guilty: by its data, or missing.
    """
    loaded = frozenset[str]().union(*(each.loaded for each in evidence))
    blamed = frozenset(top for each in evidence for top in each.frames)
    weights = {}
    for name, (old, new) in moved.items():
        mine = set(modules.get(name, ()))
        weight = _BY_JUMP[jump(old, new)] * (_NAMED if name in named else 1.0)
        if loaded:
            weight *= _SEEN if mine & loaded else _UNSEEN
        weights[name] = weight * (_BLAMED if mine & blamed else 1.0)
    return weights
