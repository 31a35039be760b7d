"""Invented names and version schemes: no knowledge of any real package can help in this world."""

from __future__ import annotations

from random import Random

ONSETS = ("v", "z", "k", "dr", "gl", "br", "zv", "kr", "pl", "m", "n", "tr", "shr", "gv")
VOWELS = ("a", "e", "i", "o", "u", "oa", "ui")
CODAS = ("k", "b", "zd", "lm", "x", "rv", "nk", "dz", "g", "pf")


def invent(rng: Random, count: int) -> list[str]:
    """Return `count` pronounceable names, none of which is the beginning of another."""
    names: list[str] = []
    while len(names) < count:
        name = "".join(rng.choice(part) for part in (ONSETS, VOWELS, CODAS, ONSETS, VOWELS, CODAS))
        if not any(name.startswith(other) or other.startswith(name) for other in names):
            names.append(name)
    return names


def sentence(rng: Random) -> str:
    """Return a few nonsense words, for an answer."""
    return " ".join(invent(rng, 3))


def scheme(rng: Random, count: int) -> list[str]:
    """Return `count` rising versions; most schemes pass from 9 to 10, where text order is wrong."""
    major, step = rng.randrange(1, 4), rng.randrange(5, 9)
    styles = (
        [f"{major}.4.{step + i}" for i in range(count)],
        [f"0.{step + i}.0" for i in range(count)],
        [f"{step + i}.{rng.randrange(4)}.{rng.randrange(12)}" for i in range(count)],
        [f"2025.{1 + i}.{rng.randrange(1, 28)}" for i in range(count)],
        [f"{major + i // 3}.{i % 3}.{rng.randrange(9)}" for i in range(count)],
    )
    return rng.choice(styles)


def days(rng: Random, count: int) -> list[int]:
    """Return `count` rising days of upload."""
    day = rng.randrange(40)
    rising = []
    for _ in range(count):
        day += rng.randrange(2, 10)
        rising.append(day)
    return rising
