"""The proof that is made while its culprits are being confirmed: most of it is waiting."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.outcome import Explanation
from bot.steps.handover import Handed


@dataclass(slots=True, kw_only=True)
class Early:
    """A proof, or that there is none, and what it is `about`."""

    about: Explanation | None = None
    handed: Handed | None = None

    def fits(self, told: Explanation) -> bool:
        """Whether the proof is one of what is told, for all that a proof says of it."""
        it = self.about
        return it is not None and (it.culprits, it.signature, it.kind, it.first_differs) == (
            told.culprits,
            told.signature,
            told.kind,
            told.first_differs,
        )
