"""Put both ends of a search on the shelf while the search itself is being loaded.

Loading takes one core and installing another. What cannot be read or installed is not told here:
whoever needs it tells it, in turn and in full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

from bot.config.ends import read_end
from bot.config.options import Options
from bot.core.matrix import Allowance
from bot.core.model import Closure
from bot.core.pins import Asked
from bot.effects.uv import binary
from bot.envs.shelf import ShelfEnv
from bot.errors import InterruptedByPersonError, MissingToolError, StackmatrixError
from bot.ports import Limits
from bot.runners.local import LocalRunner
from bot.verbs.inputs import program
from bot.verbs.wanted import Wanted, shelf_of


def stocked(options: Options, wanted: Wanted, module: str) -> ShelfEnv:
    """Return the shelf, both ends on it where they are pinned, and `module` loaded."""
    shelf = shelf_of(options, wanted)
    with suppress(MissingToolError):
        binary()  # here and not in threads: `sysconfig`, which it asks, is first asked by one
    jobs = [lambda: _load(module), *_errands(shelf, wanted)]
    for _ in LocalRunner(workers=len(jobs)).run(jobs, _do):
        pass
    return shelf


def _do(job: Callable[[], None]) -> None:
    job()


def _load(module: str) -> None:
    import_module(module)


def _errands(shelf: ShelfEnv, wanted: Wanted) -> Sequence[Callable[[], None]]:
    ends = _ends(wanted)
    if not ends:
        return ()
    good, bad = (end.closure for end in ends)
    rest = Closure(pins=tuple(pin for pin in bad.pins if pin not in good.pins))
    return (
        lambda: _stock(shelf, wanted, good, copied=False),
        lambda: _stock(shelf, wanted, rest, copied=True),
        lambda: _ready(shelf, wanted),
    )


def _ends(wanted: Wanted) -> tuple[Asked, ...]:
    """Return both ends where nothing is left to choose, else nothing."""
    try:
        if wanted.probe is not None:
            program(wanted.probe)
        ends = tuple(read_end(where, wanted.python) for where in (wanted.good, wanted.bad))
    except StackmatrixError:
        return ()
    return ends if all(end.exact for end in ends) else ()


def _stock(shelf: ShelfEnv, wanted: Wanted, closure: Closure, *, copied: bool) -> None:
    if closure.pins:
        shelf.stock(closure, interpreter=wanted.python, limits=_limits(), copied=copied)


def _limits() -> Limits:
    usual = Allowance()
    return Limits(
        install_seconds=usual.install_seconds,
        start_seconds=usual.start_seconds,
        memory_bytes=usual.memory_bytes,
    )


def _ready(shelf: ShelfEnv, wanted: Wanted) -> None:
    try:
        shelf.ready(wanted.python)
    except InterruptedByPersonError:
        raise
    except (RuntimeError, StackmatrixError):
        return
