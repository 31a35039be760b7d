"""What exists is its own closure: nothing is resolved, it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bot.core.model import Closure, Conflict, Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingSolver:
    """Answers with what `look` finds, where that is what was asked for."""

    look: Callable[[], Closure | Conflict]

    def close(self, asked: Requirements) -> Closure | Conflict:
        """Return what is there; an exact pin of something else is a `Conflict`."""
        found = self.look()
        if isinstance(found, Conflict):
            return found
        for pin in asked.pins:
            name, exact, version = pin.partition("==")
            here = found.version(canonicalize_name(name))
            if exact and here != version:
                return Conflict(why=f"{pin} is not what is there, which cannot be changed")
        return found

    def requires(self, closure: Closure, interpreter: str) -> Mapping[str, frozenset[str]]:
        """Tell nothing: what cannot be mixed needs no order."""
        del closure, interpreter
        return {}
