"""What a search asks and what it hears back: the one language of `explain`, `bisect`, `reduce`.

>>> Trial(versions=(("httpx", "0.28.0"),), lean="good").name
'httpx==0.28.0 | good'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One closure to ask: `versions` hold exactly, everything else leans to one of the two ends.

    `fresh` wants a newly built environment, `draw` numbers repeated asks of the same closure.
    """

    versions: tuple[tuple[str, str], ...]
    lean: Literal["good", "bad"]
    fresh: bool = False
    draw: int = 0

    @property
    def name(self) -> str:
        """A readable, unique name."""
        pins = " ".join(f"{name}=={version}" for name, version in self.versions)
        tail = f"{' fresh' if self.fresh else ''}{f' #{self.draw}' if self.draw else ''}"
        return f"{pins or '-'} | {self.lean}{tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came back: the signature that was seen and the versions that were really installed.

    `signature` is None where the trial says nothing: no closure (`why` holds the conflict), no
    wheel, or the machine's own fault.
    """

    signature: str | None
    versions: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
