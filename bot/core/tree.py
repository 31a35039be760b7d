"""Make a tree smaller, level by level, while it still shows something: the machine, for any tree.

A kind of tree says how it is written, which single edits make it smaller and how some of them are
done together; the machine asks. It takes the levels one after another (hierarchical delta
debugging, Misherghi and Su 2006), drops as much of each as may go by `chances`, and at the end
asks for every edit alone: what is left is 1-minimal, and was seen to be.

>>> class Words(Tree[str, int]):
...     def text(self, value): return value
...     def edits(self, value): return range(len(value.split()))
...     def levels(self): yield self.edits(self.best)
...     def edited(self, value, edits):
...         return " ".join(w for at, w in enumerate(value.split()) if at not in edits)
>>> machine = Words("say boom now", width=1)
>>> while candidates := machine.propose():
...     machine.tell(candidates[0], "boom" in candidates[0])
>>> machine.best, machine.done
('boom', True)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from bot.core.chances import dropping

Value = TypeVar("Value")
Edit = TypeVar("Edit")
Flow: TypeAlias = Generator[tuple[Value, ...], None, None]

USUAL = 0.1  # the chance that a part must stay, where nothing is known of it


class Tree(ABC, Generic[Value, Edit]):
    """One reduction of a `Value`.

    `width` candidates are proposed at once. `known` holds what was told before, by the text of
    each candidate: a reduction that was interrupted goes on where it was.
    """

    def __init__(
        self, first: Value, *, width: int = 4, known: Mapping[str, bool] | None = None
    ) -> None:
        self._best, self._width = first, width
        self._known: dict[str, bool] = {**(known or {}), self.text(first): True}
        self._open: tuple[Value, ...] = ()
        self._calls = 0
        self._done = False
        self._flow = self._run()
        self._advance()

    @abstractmethod
    def text(self, value: Value) -> str:
        """Return how a value is written: equal values, equal texts; the shorter, the smaller."""

    @abstractmethod
    def edits(self, value: Value) -> Sequence[Edit]:
        """Return every single edit that could make `value` smaller."""

    @abstractmethod
    def levels(self) -> Iterator[Sequence[Edit]]:
        """Yield edits of the best to try together; the best may be smaller after each."""

    @abstractmethod
    def edited(self, value: Value, edits: Sequence[Edit]) -> Value | None:
        """Return `value` after some of its edits, or None where that is nothing valid."""

    def chance(self, edit: Edit) -> float:  # noqa: ARG002 - for those that know more
        """Return the chance that what an edit takes away must stay."""
        return USUAL

    def takes(self, edits: Sequence[Edit]) -> Sequence[frozenset[int]]:
        """Return which of `edits`, by number, each makes as well; nothing where none does."""
        return [frozenset({at}) for at in range(len(edits))]

    def propose(self) -> tuple[Value, ...]:
        """Return candidates, each smaller than `best` and independent. Empty when finished."""
        return self._waiting()

    def tell(self, candidate: Value, still: bool) -> None:
        """Take whether `candidate` still shows it. Telling it again changes nothing.

        Raises `ValueError` for a candidate that was never proposed.
        """
        text = self.text(candidate)
        if text in self._known:
            return
        if text not in map(self.text, self._open):
            raise ValueError(f"nobody asked for {text[:80]}")
        self._known[text] = still
        self._calls += 1
        if not self._waiting():
            self._advance()

    @property
    def best(self) -> Value:
        """The smallest so far that still shows it."""
        return self._best

    @property
    def done(self) -> bool:
        """Whether nothing smaller is left to try: no single edit can be made."""
        return self._done

    @property
    def calls(self) -> int:
        """How many candidates were told about."""
        return self._calls

    def smaller(self, one: Value, other: Value) -> bool:
        """Whether `one` is smaller: its text is shorter, or as long and earlier."""
        first, second = self.text(one), self.text(other)
        return (len(first), first) < (len(second), second)

    def _waiting(self) -> tuple[Value, ...]:
        texts = {self.text(one): one for one in self._open}
        return tuple(one for text, one in texts.items() if text not in self._known)

    def _advance(self) -> None:
        try:
            self._open = next(self._flow)
            while not self._waiting():
                self._open = next(self._flow)
        except StopIteration:
            self._open, self._done = (), True

    def _run(self) -> Flow[Value]:
        for edits in self.levels():
            yield from self._level(edits)
        yield from self._check()

    def _level(self, edits: Sequence[Edit]) -> Flow[Value]:
        """Make as many of `edits` as may be made together."""
        base = self._best
        known = [self._edit(base, [edit]) for edit in edits]
        able = [
            edit
            for edit, alone in zip(edits, known, strict=True)
            if alone is not None and self._known.get(self.text(alone), True)
        ]
        chances = [self.chance(edit) for edit in able]
        search = dropping(chances, takes=self.takes(able), width=self._width)

        def build(gone: frozenset[int]) -> Value | None:
            return self._edit(base, [able[at] for at in sorted(gone)])

        yield from self._drive(search, build)

    def _drive(
        self,
        search: Generator[list[frozenset[int]], list[bool], frozenset[int]],
        build: Callable[[frozenset[int]], Value | None],
    ) -> Flow[Value]:
        try:
            sets = next(search)
            while True:
                candidates = [self._less(build(gone)) for gone in sets]
                yield tuple(one for one in candidates if one is not None)
                for one in candidates:
                    self._take(one)
                sets = search.send([self._shows(one) for one in candidates])
        except StopIteration:
            return

    def _check(self) -> Flow[Value]:
        """Ask for every single edit, on and on round the tree, until none is left that may work."""
        first = 0
        while found := self._unasked(first):
            yield tuple(one for _, one in found)
            able = [(at, one) for at, one in found if self._shows(one)]
            first = able[0][0] if able else found[-1][0]
            self._take(able[0][1] if able else None)

    def _unasked(self, first: int) -> list[tuple[int, Value]]:
        """Return the next few single edits that nobody knows about, from the one at `first` on."""
        edits = list(enumerate(self.edits(self._best)))
        found: dict[str, tuple[int, Value]] = {}
        for at, edit in (*edits[first:], *edits[:first]):
            one = self._edit(self._best, [edit])
            if one is None or self._known.get(self.text(one)) is False:
                continue
            found.setdefault(self.text(one), (at, one))
            if len(found) == self._width:
                break
        return list(found.values())

    def _edit(self, base: Value, edits: Sequence[Edit]) -> Value | None:
        """Return `base` after `edits` where that is valid and smaller."""
        one = self.edited(base, edits) if edits else None
        return one if one is not None and self.smaller(one, base) else None

    def _less(self, candidate: Value | None) -> Value | None:
        """Return a candidate where it is smaller than the best."""
        smaller = candidate is not None and self.smaller(candidate, self._best)
        return candidate if smaller else None

    def _shows(self, candidate: Value | None) -> bool:
        return candidate is not None and self._known.get(self.text(candidate), False)

    def _take(self, candidate: Value | None) -> None:
        """Make `candidate` the best if it still shows it and is smaller."""
        if self._shows(candidate) and (less := self._less(candidate)) is not None:
            self._best = less
