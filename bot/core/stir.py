"""Surroundings that must not matter, changed a little from one draw of a trial to the next.

A program that shows in which order its objects lie in memory repeats itself, until the memory
before them is used otherwise. Variables that nobody reads, of several lengths, are enough.

>>> stirred(0), stirred(2)
({}, {'STIR_0': '--------------', 'STIR_1': '------------------------------'})
"""

from __future__ import annotations

_MOST = 24  # variables
_STEP = 16  # bytes from one size of small objects to the next
_SIZES = 6


def stirred(draw: int) -> dict[str, str]:
    """Return the environment variables of a draw; the first one, 0, has none."""
    return {
        f"STIR_{at}": "-" * ((draw * 7 + at * _STEP) % (_SIZES * _STEP))
        for at in range(draw % _MOST)
    }
