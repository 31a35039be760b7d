from __future__ import annotations

from dataclasses import replace

import pytest

from bot.render.badges import badge
from tests.golden.sample import CELLS

BASE, ENGINE, CLIENT = CELLS[:3]
FLAKY = replace(CLIENT, word="flaky")


@pytest.mark.parametrize(
    ("cells", "message", "colour"),
    [
        ([BASE], "nothing to upgrade", "brightgreen"),
        ([BASE, CLIENT], "1 fine", "brightgreen"),
        ([BASE, CLIENT, FLAKY], "1 fine, 1 not settled", "yellow"),
        ([BASE, CLIENT, FLAKY, ENGINE], "1 fine, 1 broken, 1 not settled", "red"),
    ],
)
def test_a_badge_is_as_bad_as_the_worst_upgrade(
    cells: list[object], message: str, colour: str
) -> None:
    told = badge("row", cells)  # type: ignore[arg-type]
    assert (told["message"], told["color"]) == (message, colour)
