"""What uv writes is read as a closure."""

from __future__ import annotations

from bot.core.model import Closure, Pin
from bot.solvers.uv import parse

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def test_pins_with_their_hashes() -> None:
    locked = (
        f"zed==1.0 \\\n    --hash={B} \\\n    --hash={A}\na-b==2.0+cpu ; python_version > '3'\n"
    )
    assert parse(locked) == Closure(
        pins=(Pin(name="a-b", version="2.0+cpu"), Pin(name="zed", version="1.0", hashes=(A, B)))
    )


def test_comments_and_options_are_no_pins() -> None:
    assert parse("# via x\n--index-url https://x.test\n\n") == Closure(pins=())
