"""What the folds of a ledger say, without what cells showed: that is read when it is asked for.

Ten thousand runs are mostly the same plan again. Of runs older than the newest `RECENT` only what
was planned for the first time is told here, and of a solver's answers to one question the last: a
report looks back on far fewer runs (`steps.past`, `steps.changes`), and nobody asks for the rest of
an old plan, or for an answer that was given anew. The folds hold it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json import loads
from typing import Final

from bot.core.facts import Body, Closed, Fact, Observed, Planned
from bot.ledger.codec import Unread, decode
from bot.ledger.fold import CLOSED, ENDED, Fold, FoldError, Row, line_of
from bot.ledger.pins import MARK, Closures, closed
from bot.ledger.runs import Runs

RECENT: Final = 100  # runs that ended and planned something, whose plans are told in full


class Old:
    """The folded runs of a ledger."""

    def __init__(self, runs: Runs) -> None:
        """Read the folds in `runs`; what is damaged is told in its notices."""
        self._runs = runs
        self._folds: dict[int, Fold] = {}
        self._bodies: dict[tuple[str, str, int], Body | Unread] = {}
        self._places: dict[tuple[str, int, str], Body | Unread] = {}
        self._closures = Closures()
        for _, fold in runs.folds():
            self._folds |= dict.fromkeys(fold.runs, fold)

    def facts(self) -> Iterator[tuple[Fact, str]]:
        """Yield what the folded runs told, each with its line; "" for what nobody tells twice."""
        since = self._since()
        known: set[int] = set()
        answered = self._answered()
        for run, fold in sorted(self._folds.items()):
            plan = fold.plan(run) if run >= since else self._news(fold, run, known)
            rows = (
                row
                for row in fold.rows(run)
                if run >= since or not _answer(fold, row) or answered[row[1]] == run
            )
            for row in sorted((*rows, *plan)):
                yield from self._fact(run, row, fold)
            for line in fold.odd(run):
                self._odd(run, decode(line))

    def observed(self, run: int, job: str, attempt: int) -> Sequence[Observed]:
        """Return what an attempt of an old run observed; what is damaged is told and left out."""
        fold = self._folds.get(run)
        if fold is None:
            return ()
        try:
            told = [decode(line) for line in fold.observed(run, job, attempt)]
        except FoldError as fault:
            self._runs.notices.append(str(fault))
            return ()
        bodies = [fact.body for fact in told if isinstance(fact, Fact)]
        return [body for body in bodies if isinstance(body, Observed)]

    def plan(self, run: int) -> Iterator[Fact]:
        """Yield everything that an old run planned."""
        fold = self._folds.get(run)
        if fold is not None:
            for row in fold.plan(run):
                yield from (fact for fact, _ in self._fact(run, row, fold))

    def _since(self) -> int:
        """Return the oldest run whose plan is told in full."""
        full = [
            run
            for run, fold in self._folds.items()
            if fold.plan(run) and any(fold.bodies[row[3]].endswith(ENDED) for row in fold.rows(run))
        ]
        return min(sorted(full)[-RECENT:], default=0)

    def _news(self, fold: Fold, run: int, known: set[int]) -> list[Row]:
        """Return of the plan of a run what no run before it planned."""
        rows = [(id(self._body(row, fold)), row) for row in fold.planned_anew(run)]
        fresh = [row for name, row in rows if name not in known]
        known.update(name for name, _ in rows)
        return fresh

    def _answered(self) -> dict[str, int]:
        """Return the last run in which a solver answered each question, by the job of its line."""
        found: dict[str, int] = {}
        for run, fold in sorted(self._folds.items()):
            found.update((row[1], run) for row in fold.rows(run) if _answer(fold, row))
        return found

    def _fact(self, run: int, row: Row, fold: Fold) -> Iterator[tuple[Fact, str]]:
        body = self._body(row, fold)
        if isinstance(body, Unread):
            self._odd(run, body)
        else:
            fact = Fact(run=run, job=loads(row[1]), attempt=row[2], body=body)
            often = isinstance(body, Planned | Closed)
            yield fact, "" if often else fold.line(run, row)

    def _body(self, row: Row, fold: Fold) -> Body | Unread:
        """Return a body; those that repeat themselves, and their closures, are made once."""
        place = (fold.path.name, row[3], row[4])
        if place not in self._places:
            self._places[place] = self._made(fold.packed(row), fold)
        return self._places[place]

    def _made(self, text: str, fold: Fold) -> Body | Unread:
        before, _, rest = text.partition(MARK)
        numbers, _, after = rest.partition(MARK)
        closure = None
        if numbers:
            closure = self._closures.of([fold.pins[int(number)] for number in numbers.split(",")])
        key = (before, after, id(closure))
        if key not in self._bodies:
            told = decode(line_of(0, '""', 0, f"{before}{after}"))
            body = told.body if isinstance(told, Fact) else told
            if closure is not None and not isinstance(body, Unread):
                body = closed(body, closure)
            self._bodies[key] = body
        return self._bodies[key]

    def _odd(self, run: int, told: Fact | Unread) -> None:
        if isinstance(told, Unread):
            self._runs.notices.append(f"a line of run {run} was skipped: {told.why}")


def _answer(fold: Fold, row: Row) -> bool:
    return fold.bodies[row[3]].endswith(CLOSED)
