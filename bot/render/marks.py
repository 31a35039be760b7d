"""Where two values part, so that a page can mark it: characters, ids, and log-probabilities.

>>> parted("a cat sat", "a dog sat")
Parted(before='a ', old='cat', new='dog', after=' sat')
>>> parted([1, 2, 3], [1, 9, 3])
Parted(before='1, ', old='2', new='9', after=', 3')
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.core.model import Json
from bot.core.sanitise import plain

KEPT = 240  # characters of what is equal that are shown on each side of the difference
SHOWN = 4000  # characters of what differs
WIDTH, HEIGHT, EDGE = 600, 140, 24  # of a plot, in its own units
FEWEST = 2  # points that make a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Two texts: what both begin with, what each has alone, and what both end with."""

    before: str
    old: str
    new: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Two lines of log-probabilities, as points of an SVG, and where they part (in its units)."""

    expected: str
    seen: str
    parts: float | None
    low: float
    high: float
    words: str


def parted(expected: Json, seen: Json) -> Parted:
    """Return where two values part, as harmless text; ids are parted between, not inside them.

    Credentials are blanked before: half of one would not be known for what it is.
    """
    old, new = _ids(expected), _ids(seen)
    if old and new:
        return _between(old, new)
    return _characters(plain(as_text(expected)), plain(as_text(seen)))


def as_text(value: Json) -> str:
    """Return a value as people read it."""
    return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)


def _ids(value: Json) -> list[str]:
    """Return the ids of a list of ids as words; nothing of anything else."""
    ids = value if isinstance(value, list) else []
    return [str(one) for one in ids] if all(isinstance(one, int) for one in ids) else []


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items two sequences begin with together."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _characters(old: str, new: str) -> Parted:
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    before, after = old[:head], old[len(old) - tail :] if tail else ""
    return Parted(
        before=before if len(before) <= KEPT else "…" + before[-KEPT:],
        old=_short(old[head : len(old) - tail]),
        new=_short(new[head : len(new) - tail]),
        after=after if len(after) <= KEPT else after[:KEPT] + "…",
    )


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text) - SHOWN} more)"


def _between(old: Sequence[str], new: Sequence[str]) -> Parted:
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    middle = [", ".join(side[head : len(side) - tail]) for side in (old, new)]
    before, after = ", ".join(old[:head]), ", ".join(old[len(old) - tail :]) if tail else ""
    return Parted(
        before=f"{before}, " if before and any(middle) else before,
        old=_short(middle[0]),
        new=_short(middle[1]),
        after=f", {after}" if after else "",
    )


def plot(expected: Json, seen: Json) -> Plot | None:
    """Return both sides' log-probabilities (nats) as lines; None where there are no two of them."""
    lines = [_points(side) for side in (expected, seen)]
    if min(map(len, lines)) < FEWEST:
        return None
    every = [value for line in lines for value in line]
    low, high = min(every), max(every)
    count = max(map(len, lines))
    pairs = zip(*lines, strict=False)
    first = next((at for at, (one, two) in enumerate(pairs) if not math.isclose(one, two)), None)
    shown = [_line(line, count, low, high) for line in lines]
    where = f"first apart at token {first + 1} of {count}" if first is not None else "never apart"
    return Plot(
        expected=shown[0],
        seen=shown[1],
        parts=_x(first, count) if first is not None else None,
        low=low,
        high=high,
        words=f"Log-probability of each token, in nats from {low:.2f} to {high:.2f}; {where}",
    )


def _points(side: Json) -> list[float]:
    """The finite log-probabilities of the tokens of one side."""
    rows = side if isinstance(side, list) else []
    told = [row.get("logprob") for row in rows if isinstance(row, dict)]
    return [float(one) for one in told if isinstance(one, int | float) and math.isfinite(one)]


def _x(at: int, count: int) -> float:
    return round(EDGE + at * (WIDTH - 2 * EDGE) / max(1, count - 1), 1)


def _line(values: Sequence[float], count: int, low: float, high: float) -> str:
    reach = high - low or 1.0
    return " ".join(
        f"{_x(at, count)},{round(EDGE + (high - one) / reach * (HEIGHT - 2 * EDGE), 1)}"
        for at, one in enumerate(values)
    )
