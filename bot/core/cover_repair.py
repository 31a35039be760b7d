"""A covering array with one row fewer: take a row away, then cover what is open by small changes.

Each step takes one open tuple and changes the one value of one row that covers it at the least
loss; a value that was just set stays a while. Now and then, and where no single value will do, a
whole row is bent to hold the tuple. Every row stays one that is allowed.

Lin, Luo, Cai, Su, Hao, Zhang: TCA, an efficient two-mode meta-heuristic algorithm for
combinatorial test generation (ASE 2015). What is counted here is found from rows as integers.

A class below this one says which tuples only one row covers: `core.cover_pairs` where all are
pairs, `core.cover_tuples` for any.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random
from typing import TypeAlias, TypeVar

from bot.core.cover_space import Space, items_of

_T = TypeVar("_T")

Move: TypeAlias = tuple[int, int, int, int]  # gain, minus the step it was last set, row, item

_REST = 3  # steps for which a value that was set is let alone
_BEND = 0.001  # share of steps that bend a whole row
_NEVER = -(10**9)


class Repair(ABC):
    """Rows of one array, at first complete; `open` are the tuples, as bits, that none covers.

    `fixed` says for each row which of its items must stay; a row may go when none of them must,
    or when another row has them all.
    """

    def __init__(
        self, space: Space, rows: Sequence[int], fixed: Sequence[int], random: Random
    ) -> None:
        self.space = space
        self.random = random
        self.steps = 0
        self._beside = [space.apart[a] & ~space.columns[c] for a, c in enumerate(space.column)]
        self._load(rows, fixed)

    def _load(self, rows: Sequence[int], fixed: Sequence[int]) -> None:
        self.open: list[int] = []
        self._at: dict[int, int] = {}
        self.rows = [*rows]
        self.fixed = [*fixed]
        self._cells = [
            [(row & mask).bit_length() - 1 for mask in self.space.columns] for row in rows
        ]
        self._set_at = [[_NEVER] * len(self.space.columns) for _ in rows]
        self._loose = [at for at, row in enumerate(rows) if row != fixed[at]]
        self._index()

    @abstractmethod
    def _index(self) -> None:
        """Note which rows have each item; nothing is open."""

    @abstractmethod
    def _costs(self, may: list[int]) -> list[tuple[int, int]]:
        """Return rows of those that may go, each behind a number that grows with what it costs."""

    @abstractmethod
    def _alone(self, at: int) -> set[int]:
        """Return the tuples that only row `at` covers."""

    @abstractmethod
    def _put_out(self, at: int, item: int) -> None:
        """Take `item` out of row `at`; what only this covered is open."""

    @abstractmethod
    def _put_in(self, at: int, item: int) -> None:
        """Put `item` into row `at`, which has none of its column; what this covers is not open."""

    @abstractmethod
    def _note(self, tuple_: int) -> None:
        """Open a tuple."""

    @abstractmethod
    def _moves(self, tuple_: int, before: int) -> list[Move]:
        """Return the single changes that cover a tuple; what was set after `before` stays."""

    def shrink(self) -> bool:
        """Take away the row that covers least alone while nothing is open; False: none may go."""
        may = [at for at, fixed in enumerate(self.fixed) if not fixed or self._heir(at) is not None]
        if not may:
            return False
        costs = self._costs(may)
        least = min(costs)[0]
        _, gone = self._any([one for one in costs if one[0] == least])
        opened = self._alone(gone)
        heir = self._heir(gone)
        if heir is not None:
            self.fixed[heir] |= self.fixed[gone]
        self._drop(gone)
        for one in sorted(opened):
            self._note(one)
        return True

    def step(self) -> None:
        """Cover one of the open tuples."""
        self.steps += 1
        tuple_ = self._any(self.open)
        moves = (
            self._moves(tuple_, self.steps - self._rest()) if self.random.random() >= _BEND else ()
        )
        if not moves:
            self._bend(tuple_)
            return
        gain, rested, _, _ = max(moves)
        _, _, at, item = self._any([one for one in moves if one[0] == gain and one[1] == rested])
        self._set(at, item)

    def _drop(self, at: int) -> None:
        """Take a row away; nothing is open then."""
        del self.rows[at], self.fixed[at]
        self._load(self.rows, self.fixed)

    def _rest(self) -> int:
        """Return for how many steps a value that was set is let alone."""
        return _REST

    def _heir(self, at: int) -> int | None:
        """Return another row that has all that must stay of this one."""
        must = self.fixed[at]
        others = (one for one, row in enumerate(self.rows) if one != at and not must & ~row)
        return next(others, None) if must else None

    def _bend(self, tuple_: int) -> None:
        """Change some row as little as its rules let it, so that it has the tuple."""
        for _ in self._loose:
            at = self._any(self._loose)
            row = self.space.complete(self.fixed[at] | tuple_, self.rows[at])
            if row:
                new = row & ~self.rows[at]
                for item in items_of(self.rows[at] & ~row):
                    self._put_out(at, item)
                for item in items_of(new):
                    self._put_in(at, item)
                    self._keep(at, item)
                return

    def _set(self, at: int, item: int) -> None:
        self._put_out(at, self._cells[at][self.space.column[item]])
        self._put_in(at, item)
        self._keep(at, item)

    def _keep(self, at: int, item: int) -> None:
        column = self.space.column[item]
        self._cells[at][column] = item
        self._set_at[at][column] = self.steps

    def _opened(self, tuple_: int) -> None:
        self._at[tuple_] = len(self.open)
        self.open.append(tuple_)

    def _closed(self, tuple_: int) -> None:
        at = self._at.pop(tuple_)
        last = self.open.pop()
        if last != tuple_:
            self.open[at] = last
            self._at[last] = at

    def _any(self, some: Sequence[_T]) -> _T:
        return some[int(self.random.random() * len(some))]
