"""A covering array whose rows are tried, and of each of which it may turn out that it can not be.

Propose rows, tell of each that it stands or which of its values can not be together; what was
learnt holds for all rows from then on, what stood stays, and the rest is planned anew around it.

>>> search = Learning((2, 2, 2), budget_steps=100)
>>> for row in search.propose():
...     search.tell(row, {0: 1, 2: 1} if row[0] == row[2] == 1 else None)
>>> for row in search.propose():
...     search.tell(row)
>>> search.propose(), search.learnt, len(search.rows) < 6
((), ({0: 1, 2: 1},), True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.core.covering import CLOCK, NoRowError, Partial, Row, cover, extend


class Learning:
    """A search that is asked and told; it is over when nothing is proposed.

    The arguments are those of `cover`; the budget is that of each proposal.
    """

    def __init__(  # noqa: PLR0913 - as `cover`
        self,
        domains: Sequence[int],
        strength: int = 2,
        forbidden: Sequence[Mapping[int, int]] = (),
        required: Sequence[Partial] = (),
        seed: int = 0,
        budget_seconds: float = 1.0,
        *,
        stronger: Mapping[Sequence[int], int] | None = None,
        budget_steps: int | None = None,
        clock: Callable[[], float] = CLOCK,
    ) -> None:
        """Raise ValueError as `cover` does."""
        self._domains = tuple(domains)
        self._forbidden = [*forbidden]
        self._required = [*required]
        self._learnt: list[dict[int, int]] = []
        self._stood: dict[Row, None] = {}

        def planned(rows: Sequence[Partial], rules: Sequence[Mapping[int, int]]) -> list[Row]:
            return extend(
                rows, domains, strength, rules, seed, budget_seconds,
                stronger=stronger, budget_steps=budget_steps, clock=clock,
            )  # fmt: skip

        self._planned = planned
        cover(domains, strength, forbidden, required, seed, 0.0, stronger=stronger, clock=clock)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that stood, in the order in which that was told."""
        return tuple(self._stood)

    @property
    def learnt(self) -> tuple[dict[int, int], ...]:
        """What was told to be impossible."""
        return tuple(self._learnt)

    def propose(self) -> tuple[Row, ...]:
        """Return rows that, with those that stood, cover all that can be as far as is known.

        A required row that can not be any more is left out.
        """
        rules = [*self._forbidden, *self._learnt]
        try:
            rows = self._planned([*self._stood, *self._required], rules)
        except NoRowError:
            return ()
        return tuple(row for row in rows if row not in self._stood)

    def tell(self, row: Row, conflict: Mapping[int, int] | None = None) -> None:
        """Note that a row stands, or which of its values, {column: value}, can not be together.

        Raises ValueError where the conflict is none of the row, or one of a row that stood.
        """
        if conflict is None:
            self._stood[row] = None
            return
        if not conflict or not _has(row, conflict):
            raise ValueError(f"conflict {dict(conflict)} is not a part of row {row}")
        against = next((stood for stood in self._stood if _has(stood, conflict)), None)
        if against is not None:
            raise ValueError(f"conflict {dict(conflict)} stands in row {against}, which stood")
        self._learnt.append(dict(conflict))


def _has(row: Row, part: Mapping[int, int]) -> bool:
    return all(0 <= column < len(row) and row[column] == value for column, value in part.items())
