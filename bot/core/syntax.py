r"""What can be taken out of a Python program, and the program without it.

An edit names a node by its number in the tree (breadth first) and the way in which it becomes
less. A program after edits is always one that compiles: what may not be empty is filled or goes,
and statements that read what nobody binds any more go too.

>>> edited("import json\nn = 1\nm = n\nprint(json.dumps(2))", [Edit(2, "drop")])
'import json\nprint(json.dumps(2))'
>>> ways = {edit.way for edit in edits("if a:\n    f(1, x=[2, 'two'])")}
>>> sorted(ways)
['body', 'drop', 'word']
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.names import bindings, binds, stranded
from bot.core.smaller import Edit, Smaller, Way, children
from bot.core.unfold import inlinable, inline, unfold, unfoldable
from bot.core.wording import words

_LISTS = frozenset({"body", "orelse", "finalbody", "handlers", "cases", "decorator_list", "bases"})
_MORE = frozenset({"keywords", "args", "elts", "values", "ifs", "names", "items"})
_INSIDE = frozenset({"word", "front", "back", "letter", "zero", "notes", "child", "item"})
_BODY = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A node: its number, what it stands in, in which field, and how deep among others like it."""

    at: int
    node: ast.AST
    parent: ast.AST
    field: str
    depth: int


def normal(source: str) -> str:
    """Return a program as Python itself writes it. Raises `SyntaxError` for what is none."""
    return ast.unparse(ast.parse(source))


def places(tree: ast.Module) -> list[Place]:
    """Return every node but the root; depth counts the statements, or the listed parts, around."""
    number = {id(node): at for at, node in enumerate(ast.walk(tree))}
    found: list[Place] = []

    def visit(parent: ast.AST, depth: int) -> None:
        for name, value in ast.iter_fields(parent):
            for node in value if isinstance(value, list) else [value]:
                if isinstance(node, ast.AST):
                    place = Place(
                        at=number[id(node)], node=node, parent=parent, field=name, depth=depth
                    )
                    found.append(place)
                    visit(node, depth + (isinstance(value, list) or isinstance(node, ast.stmt)))

    visit(tree, 0)
    return sorted(found, key=lambda place: place.at)


def shown(tree: ast.Module) -> ast.expr | None:
    """Return X where the program ends with `print(json.dumps(X))`: the rest of that stays."""
    match tree.body[-1:]:
        case [
            ast.Expr(
                value=ast.Call(
                    func=ast.Name(id="print"),
                    args=[ast.Call(func=ast.Attribute(attr="dumps"), args=[value])],
                )
            )
        ]:
            return value
        case _:
            return None


@lru_cache(maxsize=4)
def edits(source: str) -> tuple[Edit, ...]:
    """Return every single edit of a program."""
    tree = ast.parse(source)
    fixed = _fixed(tree)
    last = shown(tree)
    straight: dict[int, Way] = {id(one): "unfold" for one in unfoldable(tree)}
    straight |= {id(one): "inline" for one in inlinable(tree)}
    found: list[Edit] = []
    for place in places(tree):
        if id(place.node) in fixed:
            continue
        drops = [edit for edit in _drops(place) if place.node is not last or edit.way != "drop"]
        found += [*drops, *_less(place), *_texts(place)]
        if place.node is last:
            found += [Edit(place.at, "empty", 0), Edit(place.at, "empty", 1)]
        if id(place.node) in straight:
            found.append(Edit(place.at, straight[id(place.node)]))
    return tuple(found)


def _fixed(tree: ast.Module) -> set[int]:
    """Return what shows the answer, by identity: the last statement down to what is shown."""
    value = shown(tree)
    if value is None:
        return set()
    told = [node for node in ast.walk(tree.body[-1]) if isinstance(node, ast.keyword)]
    inside = {id(node) for one in (value, *told) for node in ast.walk(one)}
    return {id(node) for node in ast.walk(tree.body[-1])} - inside


def _drops(place: Place) -> Iterator[Edit]:
    """Yield the ways for a node to go altogether."""
    node, parent = place.node, place.parent
    stored = isinstance(getattr(parent, "ctx", None), ast.Store | ast.Del)
    listed = place.field in _LISTS | _MORE and not isinstance(parent, ast.Dict | ast.arguments)
    if listed and not stored and isinstance(getattr(parent, place.field), list):
        yield Edit(place.at, "drop")
    if isinstance(node, ast.Dict):
        yield from (Edit(place.at, "item", count) for count in range(len(node.values)))
    if isinstance(node, ast.arguments):
        yield from (Edit(place.at, "parameter", count) for count in range(len(node.args)))


def _less(place: Place) -> Iterator[Edit]:
    """Yield the ways for a node to give way to a part of itself."""
    node = place.node
    if isinstance(node, _BODY):
        yield Edit(place.at, "body")
        if getattr(node, "orelse", None):
            yield Edit(place.at, "else")
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        yield Edit(place.at, "value")
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield Edit(place.at, "notes")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _annotated(node):
        yield Edit(place.at, "notes")
    if isinstance(node, ast.expr) and place.field != "func":
        yield from (Edit(place.at, "child", count) for count in range(len(children(node))))


def _texts(place: Place) -> Iterator[Edit]:
    """Yield the ways for a text or a number to be less."""
    value = place.node.value if isinstance(place.node, ast.Constant) else None
    if isinstance(value, str):
        yield from (Edit(place.at, "word", count) for count in range(len(words(value))))
    elif isinstance(value, int | float) and len(repr(value)) > 1 and not isinstance(value, bool):
        yield Edit(place.at, "zero")


def _annotated(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = [one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg)]
    return node.returns is not None or any(one is not None for one in given)


def edited(source: str, wanted: Sequence[Edit]) -> str | None:
    """Return `source` after some of its edits, or None where what is left is no such program.

    It is none where it does not compile, or where the last statement would have to go.
    """
    tree = ast.parse(source)
    last = tree.body[-1] if shown(tree) is not None else None
    plan: dict[int, list[Edit]] = {}
    nodes = list(ast.walk(tree))
    for edit in wanted:
        plan.setdefault(id(nodes[edit.at]), []).append(edit)
    for node in [nodes[edit.at] for edit in wanted if edit.way in {"unfold", "inline"}]:
        _straighten(tree, node)
    unbinds = any(edit.way not in _INSIDE and binds(nodes[edit.at]) for edit in wanted)
    before = bindings(tree) if unbinds else {}
    Smaller(plan).visit(tree)
    while before and (gone := stranded(tree, before)):
        Smaller({id(one): [Edit(0, "drop")] for one in gone}).visit(tree)
    if last is not None and tree.body[-1:] != [last]:
        return None
    text = ast.unparse(ast.fix_missing_locations(tree))
    return text if _compiles(text) else None


def _straighten(tree: ast.Module, node: ast.AST) -> None:
    """Put a function into its caller or a name into its reader, where that can still be done."""
    if isinstance(node, ast.FunctionDef) and node in unfoldable(tree):
        unfold(tree, node)
    elif isinstance(node, ast.Assign) and node in inlinable(tree):
        inline(tree, node)


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "probe.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def takes(source: str, wanted: Sequence[Edit]) -> list[frozenset[int]]:
    """Return for each edit, by number, which of `wanted` are made with it: itself at least.

    With a statement that is dropped go those that read what it binds.
    """
    nodes = list(ast.walk(ast.parse(source)))
    found = []
    for number, edit in enumerate(wanted):
        gone = {number}
        if edit.way == "drop" and isinstance(nodes[edit.at], ast.stmt):
            lost = _lost(source, edit)
            gone |= {at for at, other in enumerate(wanted) if other.at in lost}
        found.append(frozenset(gone))
    return found


def _lost(source: str, edit: Edit) -> set[int]:
    """Return the numbers of the statements that go with one that is dropped."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    if not binds(nodes[edit.at]):
        return set()
    before, number = bindings(tree), {id(node): at for at, node in enumerate(nodes)}
    gone, lost = [nodes[edit.at]], set[int]()
    while gone:
        Smaller({id(one): [Edit(0, "drop")] for one in gone}).visit(tree)
        gone = [*stranded(tree, before)]
        lost |= {number[id(one)] for one in gone}
    return lost
