r"""Straighten a program: a function into its one caller, a name into its one reader.

What was spread over definitions stands in a row then, and single statements of it can go. Whether
the straight program still does the same is for the oracle to say: order and names may matter.

>>> tree = ast.parse("def f(a, b=2):\n    c = a\n    return c\nx = [f(1)]")
>>> unfold(tree, tree.body[0])
>>> print(ast.unparse(tree))
a = 1
b = 2
c = a
x = [c]
>>> inline(tree, tree.body[2])
>>> ast.unparse(tree.body[-1])
'x = [a]'
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator


def unfoldable(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the functions of the program that one statement calls, once, and nobody else reads."""
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    return [one for one in functions if _straight(one) and _site(tree, one) is not None]


def unfold(tree: ast.Module, function: ast.FunctionDef) -> None:
    """Put what a function does before the statement that calls it, and its value in that."""
    site = _site(tree, function)
    if site is None:
        return
    listed, at, call = site
    given = _arguments(function.args, call)
    assigned: list[ast.stmt] = [
        ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)
        for name, value in given
    ]
    body, last = function.body[:-1], function.body[-1]
    value: ast.expr = ast.Constant(value=None)
    if isinstance(last, ast.Return):
        value = last.value or value
    else:
        body = function.body
    _Instead(call, value).visit(listed[at])
    listed[at:at] = [*assigned, *body]
    tree.body.remove(function)
    ast.fix_missing_locations(tree)


def inlinable(tree: ast.Module) -> list[ast.Assign]:
    """Return the assignments to a name that is bound once and read once, elsewhere.

    One that only gives another name to something may be read more often.
    """
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Assign) and _readers(tree, node)
    ]


def inline(tree: ast.Module, assignment: ast.Assign) -> None:
    """Put the value in the place of the names that read it; the assignment goes."""
    readers = _readers(tree, assignment)
    for reader in readers:
        _Instead(reader, copy.deepcopy(assignment.value)).visit(tree)
    if readers:
        _Instead(assignment, None).visit(tree)


def _readers(tree: ast.Module, assignment: ast.Assign) -> list[ast.Name]:
    """Return the places that read what is assigned, where it may stand in all of them."""
    match assignment.targets:
        case [ast.Name(id=name)]:
            same = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == name]
            reads = [one for one in same if isinstance(one.ctx, ast.Load)]
            own = {id(one) for one in ast.walk(assignment)}
            often = isinstance(assignment.value, ast.Name) or len(reads) == 1
            if often and len(same) == len(reads) + 1 and not any(id(one) in own for one in reads):
                return reads
        case _:
            pass
    return []


class _Instead(ast.NodeTransformer):
    """The tree with one node for another."""

    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST | None:
        """Return what stands there."""
        return self._new if node is self._old else self.generic_visit(node)


def _straight(function: ast.FunctionDef) -> bool:
    """Whether a function returns at its end or nowhere, and does not wait or yield."""
    odd = ast.Yield | ast.YieldFrom | ast.Await | ast.Global | ast.Nonlocal
    inside = [one for statement in function.body for one in ast.walk(statement)]
    returns = [one for one in inside if isinstance(one, ast.Return)]
    plain = not function.decorator_list and not any(isinstance(one, odd) for one in inside)
    return plain and all(one is function.body[-1] for one in returns)


def _site(
    tree: ast.Module, function: ast.FunctionDef
) -> tuple[list[ast.stmt], int, ast.Call] | None:
    """Return the one statement that calls, by its list and place, and the call."""
    reads = [one for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id == function.name]
    sites = (
        [
            (listed, at, call)
            for listed in _bodies(tree)
            for at, statement in enumerate(listed)
            for call in _own_calls(statement)
            if call.func is reads[0] and not _spread(call)
        ]
        if len(reads) == 1
        else []
    )
    inside = {id(one) for one in ast.walk(function)}
    return sites[0] if sites and id(sites[0][2]) not in inside else None


def _spread(call: ast.Call) -> bool:
    """Whether a call hands over what only a run can tell."""
    starred = any(isinstance(one, ast.Starred) for one in call.args)
    return starred or any(one.arg is None for one in call.keywords)


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every list of statements."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            listed = getattr(node, name, None)
            if isinstance(listed, list):
                yield listed


def _own_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Yield the calls of a statement, without those of statements inside it."""
    left: list[ast.AST] = [statement]
    while left:
        node = left.pop()
        left += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.stmt)]
        if isinstance(node, ast.Call):
            yield node


def _arguments(named: ast.arguments, call: ast.Call) -> list[tuple[str, ast.expr]]:
    """Return the value of each parameter that is given or has a default."""
    names = [one.arg for one in (*named.posonlyargs, *named.args)]
    found = dict(zip(names[len(names) - len(named.defaults) :], named.defaults, strict=True))
    only = zip(named.kwonlyargs, named.kw_defaults, strict=True)
    found |= {one.arg: value for one, value in only if value is not None}
    found |= dict(zip(names, call.args, strict=False))
    found |= {one.arg: one.value for one in call.keywords if one.arg is not None}
    order = [*names, *(one.arg for one in named.kwonlyargs)]
    if named.vararg is not None:
        order.append(named.vararg.arg)
        found[order[-1]] = ast.Tuple(elts=call.args[len(names) :], ctx=ast.Load())
    if named.kwarg is not None:
        more = [one for one in call.keywords if one.arg not in order]
        order.append(named.kwarg.arg)
        keys: list[ast.expr | None] = [ast.Constant(value=one.arg) for one in more]
        found[order[-1]] = ast.Dict(keys=keys, values=[one.value for one in more])
    return [(name, found[name]) for name in order if name in found]
