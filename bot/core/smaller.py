r"""Carry out edits on a syntax tree: what goes, what gives way, and what may not be left empty.

>>> tree = ast.parse("if a:\n    b = [1, 22]")
>>> plan = {id(tree.body[0].body[0]): [Edit(0, "drop")]}
>>> ast.unparse(Smaller(plan).visit(tree))
'if a:\n    pass'
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bot.core.wording import cut, without

Way: TypeAlias = Literal[
    "drop", "item", "parameter", "body", "else", "child", "value", "notes", "unfold",
    "inline", "empty", "word", "front", "back", "letter", "zero",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that makes a program smaller: a node's number, how, and which or how many."""

    at: int
    way: Way
    count: int = 0


def children(node: ast.expr) -> list[ast.expr]:  # noqa: PLR0911 - a table
    """Return the parts that could stand for an expression."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() | ast.Constant() as inner)):
            return [inner]
        case ast.Call(args=[ast.expr() as inner], keywords=[]):
            return [inner]
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.Subscript(value=inner, ctx=ast.Load()) | ast.UnaryOp(operand=inner):
            return [inner]
        case ast.Attribute(value=ast.Call() as inner, ctx=ast.Load()):
            return [inner]
        case ast.NamedExpr(value=inner) | ast.Await(value=inner):
            return [inner]
        case _:
            return []


class Smaller(ast.NodeTransformer):
    """The tree less what the edits of `plan`, by the identity of nodes, take from it."""

    def __init__(self, plan: Mapping[int, Sequence[Edit]]) -> None:
        self._plan = plan

    def visit(self, node: ast.AST) -> Any:  # noqa: ANN401 - as the base class has it
        """Return what stands in the place of `node`: something, several statements, or None."""
        mine = self._plan.get(id(node), ())
        ways = {edit.way for edit in mine}
        if "drop" in ways:
            return None
        for edit in mine:
            if edit.way == "empty":
                empty = (ast.List(elts=[], ctx=ast.Load()), ast.Dict(keys=[], values=[]))
                return empty[edit.count]
            if edit.way in {"body", "else"}:
                return self._inside(node, edit.way)
            if edit.way == "child" and isinstance(node, ast.expr):
                return self.visit(children(node)[edit.count])
        if "value" in ways and isinstance(node, ast.Assign | ast.AnnAssign):
            return ast.Expr(value=self.visit(node.value or ast.Constant(value=None)))
        return _whole(self.generic_visit(_less(node, mine) if mine else node))

    def _inside(self, node: ast.AST, way: Way) -> list[ast.stmt]:
        """Return what is inside a statement; a loop over a list is run for its first element."""
        inside = self._statements(getattr(node, "body" if way == "body" else "orelse"))
        match node:
            case ast.For(
                target=target, iter=ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_])
            ):
                return [ast.Assign(targets=[target], value=self.visit(first)), *inside]
            case _:
                return inside

    def _statements(self, listed: Sequence[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for one in listed:
            new = self.visit(one)
            found += new if isinstance(new, list) else [new] if isinstance(new, ast.stmt) else []
        return found


def _less(node: ast.AST, edits: Sequence[Edit]) -> ast.AST:
    """Return a node without some of its items, parameters, notes, words or letters."""
    counts = {edit.count for edit in edits if edit.way in {"item", "parameter"}}
    match node:
        case ast.Dict(keys=keys, values=values):
            node.keys = [one for at, one in enumerate(keys) if at not in counts]
            node.values = [one for at, one in enumerate(values) if at not in counts]
        case ast.arguments():
            _fewer(node, counts)
        case ast.Constant():
            return ast.Constant(value=_constant(node.value, edits))
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return ast.Assign(targets=[target], value=value)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            node.returns = None
            for one in ast.walk(node.args):
                if isinstance(one, ast.arg):
                    one.annotation = None
        case _:
            pass
    return node


def _fewer(node: ast.arguments, counts: set[int]) -> None:
    """Take parameters away, each with its default: defaults belong to the last ones."""
    first = len(node.posonlyargs) + len(node.args) - len(node.defaults)
    own = {at: at + len(node.posonlyargs) - first for at in counts}
    node.args = [one for at, one in enumerate(node.args) if at not in counts]
    gone = set(own.values())
    node.defaults = [one for at, one in enumerate(node.defaults) if at not in gone]


def _constant(value: object, edits: Sequence[Edit]) -> str | int:
    if not isinstance(value, str):
        return 0
    gone = {edit.count for edit in edits if edit.way == "word"}
    if gone:
        return without(value, gone)
    ends = {edit.way: edit.count for edit in edits}
    return (
        value[:1]
        if "letter" in ends
        else cut(value, front=ends.get("front", 0), back=ends.get("back", 0))
    )


def _whole(node: ast.AST) -> ast.AST | list[ast.stmt] | None:
    """Return a node that lost parts as one that can stand: filled, or gone, or what is in it."""
    match node:
        case ast.Try(body=body, handlers=[], finalbody=[]):
            return [*body, *node.orelse]
        case ast.With(items=[]) | ast.AsyncWith(items=[]):
            return node.body
        case ast.Import(names=[]) | ast.ImportFrom(names=[]) | ast.Match(cases=[]):
            return None
        case ast.BoolOp(values=[only]):
            return only
        case ast.Module():
            return node
        case _:
            pass
    if getattr(node, "body", None) == []:
        node.body = [ast.Pass()]  # type: ignore[attr-defined]
    return node
