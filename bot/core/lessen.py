r"""The smallest program that still shows it: by its syntax tree, level by level.

Statements first, from the outside in; what is around others gives way to them; then arguments,
elements and items, parts of expressions, and texts; then what nothing reads any more. A candidate
always compiles and reads no name that nobody binds; `print(json.dumps(X))` at the end stays.

>>> source = "import json, os\nn = [1, 2]\nif n:\n    n.append(os.sep)\nprint(json.dumps(n[0]))"
>>> machine = Lessen(source)
>>> while candidates := machine.propose():
...     for candidate in candidates:
...         machine.tell(candidate, "n[0]" in candidate)
>>> print(machine.best)
import json
n = []
print(json.dumps(n[0]))
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, Literal

from bot.core import syntax
from bot.core.names import unread
from bot.core.smaller import Edit, Way
from bot.core.tree import Tree
from bot.core.wording import gallop

_GO: Final[frozenset[Way]] = frozenset({"drop", "item", "parameter"})
_GIVE: Final[frozenset[Way]] = frozenset({"body", "else", "unfold"})
_LESS: Final[frozenset[Way]] = frozenset({"child", "value", "notes"})
_NEEDED: Final[Mapping[Way, float]] = {"drop": 0.15, "item": 0.15, "word": 0.3}
_HALF = 0.5


class Lessen(Tree[str, Edit]):
    """One reduction of a program; its best is written as Python itself writes it.

    `width` candidates are proposed at once; `known` holds what was told before, by text.
    `empty` says what may be shown instead where what is shown does not matter, an empty list or
    an empty dict. Raises `SyntaxError` for what is no program.
    """

    def __init__(
        self,
        source: str,
        *,
        width: int = 4,
        known: Mapping[str, bool] | None = None,
        empty: Literal["list", "dict"] | None = None,
    ) -> None:
        self._empty = {"list": 0, "dict": 1}.get(empty or "")
        super().__init__(syntax.normal(source), width=width, known=known)

    def text(self, value: str) -> str:
        """Return the program."""
        return value

    def edits(self, value: str) -> Sequence[Edit]:
        """Return every single edit."""
        return [
            edit for edit in syntax.edits(value) if edit.way != "empty" or edit.count == self._empty
        ]

    def edited(self, value: str, edits: Sequence[Edit]) -> str | None:
        """Return the program after `edits`, or None."""
        return syntax.edited(value, edits)

    def levels(self) -> Iterator[Sequence[Edit]]:
        """Yield statements, then expressions, from the outside in; then texts and numbers."""
        yield self._some({"empty"})
        yield self._told()
        yield from self._deeper(statements=True)
        yield self._some({"empty"})
        yield self._unread()
        yield from self._deeper(statements=False)
        yield self._some(_GIVE)
        yield self._some({"inline"})
        yield self._some(_LESS)
        yield self._some({"word"})
        for cuts in gallop(self._lengths):
            yield [Edit(at, end, size) for at, end, size in cuts]
        yield self._some({"zero"})
        yield self._unread()

    def chance(self, edit: Edit) -> float:
        """Return how likely it is that what an edit takes is needed."""
        return _NEEDED.get(edit.way, _HALF)

    def takes(self, edits: Sequence[Edit]) -> Sequence[frozenset[int]]:
        """Return what goes with each statement: what reads what it binds."""
        return syntax.takes(self.best, edits)

    def _deeper(self, *, statements: bool) -> Iterator[Sequence[Edit]]:
        """Yield what can go, depth by depth; what is around statements gives way to them."""
        depth = 0
        while any(place.depth >= depth for place in self._places()):
            yield self._some(_GO, self._at(depth, statements=statements))
            before = self.best
            if statements:
                yield self._some(_GIVE, self._at(depth, statements=statements))
            depth += self.best == before

    def _some(self, ways: Collection[Way], at: Collection[int] | None = None) -> list[Edit]:
        return [
            edit
            for edit in self.edits(self.best)
            if edit.way in ways and (at is None or edit.at in at)
        ]

    def _places(self) -> list[syntax.Place]:
        return syntax.places(ast.parse(self.best))

    def _at(self, depth: int, *, statements: bool) -> set[int]:
        return {
            place.at
            for place in self._places()
            if place.depth == depth and isinstance(place.node, ast.stmt) is statements
        }

    def _told(self) -> list[Edit]:
        """Return the items of dicts that are worked out: much else is there for them alone."""
        nodes = list(ast.walk(ast.parse(self.best)))
        dicts = {at: node for at, node in enumerate(nodes) if isinstance(node, ast.Dict)}
        return [
            edit
            for edit in self._some({"item"}, dicts.keys())
            if not isinstance(dicts[edit.at].values[edit.count], ast.Constant)
        ]

    def _unread(self) -> list[Edit]:
        """Return the statements that bind what nothing reads any more."""
        tree = ast.parse(self.best)
        idle = {id(one) for one in unread(tree)}
        numbers = {at for at, node in enumerate(ast.walk(tree)) if id(node) in idle}
        return self._some({"drop"}, numbers)

    def _lengths(self) -> Mapping[int, int]:
        """Return how long each text is, by its number."""
        return {
            at: len(node.value)
            for at, node in enumerate(ast.walk(ast.parse(self.best)))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
