r"""Which statements of a program cannot stay when others go: those that read what nobody binds.

A name counts as bound in a function (or the program) as soon as one statement of it binds it,
whether that is run or not; loops over lists and short functions count as part of what they are in.

>>> tree = ast.parse("a = 1\nb = a\nprint(b)")
>>> before = bindings(tree)
>>> del tree.body[0]
>>> [ast.unparse(one) for one in stranded(tree, before)]
['b = a']
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = ast.Module | Function

_BUILT_IN = frozenset(dir(builtins))


def scopes(tree: ast.Module) -> list[Scope]:
    """Return the program itself and every function in it."""
    return [one for one in ast.walk(tree) if isinstance(one, Scope)]


def bindings(tree: ast.Module) -> dict[int, frozenset[str]]:
    """Return what each scope binds, by the identity of its node."""
    return {id(scope): _bound(scope) for scope in scopes(tree)}


def stranded(tree: ast.Module, before: Mapping[int, frozenset[str]]) -> list[ast.stmt]:
    """Return the statements that read a name which their scope bound `before` and binds no more.

    Each stands directly in the scope that lost the name.
    """
    found: list[ast.stmt] = []
    for scope in scopes(tree):
        lost = before[id(scope)] - _bound(scope) - _BUILT_IN
        found += [one for one in scope.body if lost & _read(one)] if lost else []
    return found


def binds(node: ast.AST) -> bool:
    """Whether anything in a node binds a name."""
    return any(_names(one) for one in ast.walk(node))


def unread(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements of the program itself that bind only what nothing reads."""
    read = _read(tree)
    bound = {id(one): _bound(ast.Module(body=[one], type_ignores=[])) for one in tree.body}
    return [one for one in tree.body if bound[id(one)] and not bound[id(one)] & read]


def _bound(scope: Scope) -> frozenset[str]:
    """Return the names that a scope binds, its parameters included."""
    found: set[str] = set()
    if not isinstance(scope, ast.Module):
        found |= {one.arg for one in ast.walk(scope.args) if isinstance(one, ast.arg)}
    for node in _within(scope):
        found |= _names(node)
    return frozenset(found)


def _names(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.alias(name=name, asname=other):
            return {other or name.partition(".")[0]}
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return {name}
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return {name}
        case _:
            return set()


def _within(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, nested functions without their insides.

    The target of `x += 1` is left out: it is read before it is bound.
    """
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, Function):
            yield child
        elif isinstance(child, ast.AugAssign) and isinstance(child.target, ast.Name):
            yield from _within(child.value)
        elif not (isinstance(scope, Function) and isinstance(child, ast.arguments)):
            yield child
            yield from _within(child)


def _read(node: ast.AST) -> set[str]:
    """Return the names that a node reads and no function inside it binds."""
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Store) else {node.id}
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        found |= _read(child)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.add(node.target.id)
    return found - _bound(node) if isinstance(node, Function) else found
