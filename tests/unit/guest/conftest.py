"""The guest's modules, under the name that they have inside a cell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

import pytest

Guest = Callable[[str], ModuleType]


@pytest.fixture
def guest() -> Iterator[Guest]:
    """Import `guest.NAME` as a cell does; nothing of it is left behind."""
    path = list(sys.path)
    import_module("bot.guest.main").load_package()
    yield lambda name: import_module(f"guest.{name}")
    sys.path[:] = path
    for name in [name for name in sys.modules if name.split(".")[0] == "guest"]:
        del sys.modules[name]
