"""What a person asks of `stackmatrix explain`, and the shelf that packages are taken from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.config.options import Options
from bot.effects.bytecode import Bytecode
from bot.effects.uv import PYPI, index_args
from bot.envs.shelf import ShelfEnv
from bot.envs.uv import UvEnv
from bot.verbs.builds import flags_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks: two ends, a program, and where packages come from."""

    good: str
    bad: str
    probe: Path | None = None
    command: str = ""
    python: str = "3.11"
    cutoff: date | None = None
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    builds: tuple[str, ...] = ()
    seconds: float = 120.0
    proof: bool = True


def shelf_of(options: Options, wanted: Wanted) -> ShelfEnv:
    """Return the shelf of a search; what is above suspicion is built behind it."""
    index = _index(wanted)
    bytecode = Bytecode(root=options.state / "shelf" / "bytecode")
    behind = UvEnv(
        root=options.state / "envs",
        index_args=index,
        offline=options.offline,
        build=True,
        variables={"PYTHONDONTWRITEBYTECODE": "1"},  # a fresh one is asked once, and gone
        bytecode=bytecode,
    )
    return ShelfEnv(
        root=options.state / "shelf",
        behind=behind,
        index_args=index,
        offline=options.offline,
        build=True,
        builds=flags_for(index, wanted.builds),
        bytecode=bytecode,
    )


def _index(wanted: Wanted) -> tuple[str, ...]:
    links = tuple(word for each in wanted.find_links for word in ("--find-links", each))
    return (*index_args(PYPI), *links, *(("--no-index",) if wanted.no_index else ()))
