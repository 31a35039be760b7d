"""The interpreter that a user has, as it is: for servers that run and stacks built by hand.

Nothing is installed and nothing is cut off. What is found there is what is tried, and what it
reaches is what this user reaches; whoever wants a guarded cell takes `uv` or `docker`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.model import Closure, Conflict, Failure, Phase, Reason
from bot.effects.room import GUEST, HOME, GuestRoom, furnish, memory_guard, place_for
from bot.errors import MissingToolError
from bot.ports import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingEnv:
    """Makes rooms under `root` around the interpreter `python`, by default our own.

    `passes` names variables of this process, such as one that holds a key, that cells get;
    `variables` are what a backend adds. Where `now` tells what is there, no other closure has a
    room: what is there cannot be changed.
    """

    root: Path
    python: Path = field(default_factory=lambda: Path(sys.executable))
    passes: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], Closure | Conflict] | None = None
    guest: Path = GUEST
    name: str = "existing"

    def promises(self) -> Mapping[str, str]:
        """Say how little a cell is guarded from here."""
        passed = ", ".join(self.passes)
        return {
            "network": "not cut: a cell reaches what this user reaches",
            "home": HOME,
            "token": f"no variable passes but {passed + ', ' if passed else ''}PATH, the language "
            "and the certificates",
            "install": "nothing is installed; what the interpreter finds is what is tried",
            "memory": memory_guard(),
            "processes": "all that a cell starts end with it; a server that ran before runs on",
        }

    @contextmanager
    def open(
        self,
        closure: Closure,
        *,
        interpreter: str,  # noqa: ARG002 - as above
        limits: Limits,  # noqa: ARG002 - nothing is installed that could take long
        fresh: bool,  # noqa: ARG002 - every room is new, and its interpreter never is
    ) -> Iterator[GuestRoom | Failure]:
        """Yield a room of the named interpreter, or how `closure` is not what is there.

        Raises `MissingToolError` where there is no such interpreter.
        """
        python = self._found()
        other = _differs(closure, self.now()) if self.now else ""
        if other:
            reason = Reason.NOT_INSTALLABLE
            yield Failure(phase=Phase.INSTALL, reason=reason, message=other)
            return
        with place_for(self.root, "existing") as room:
            furnish(room, self.guest)
            yield GuestRoom(path=room, python=python, variables=self._all_variables(), cut=False)

    def _found(self) -> Path:
        found = shutil.which(self.python)
        if found is None:
            cure = "name a Python that is there, by its full path"
            raise MissingToolError(f"{self.python} cannot be started", cure=cure)
        return Path(found).absolute()

    def _all_variables(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in self.passes if name in os.environ}
        return {**passed, **self.variables}


def _differs(asked: Closure, found: Closure | Conflict) -> str:
    if isinstance(found, Conflict):
        return found.why
    if found.digest == asked.digest:
        return ""
    return "what was there is not there any more, and what exists is not changed by us"
