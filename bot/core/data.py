r"""Whether two versions of a source differ in code, or only in the tables that stand in it.

A table is a display of constants: a dictionary, a list. Docstrings and the version of the
package itself count as nothing.

>>> old = "__version__ = '1'\nTABLE = {'a': 1}\nx = f(TABLE)\n"
>>> new = "__version__ = '2'\nTABLE = {'a': 1, 'b': 2}\nx = f(TABLE)\n"
>>> same_code(old, new), other_tables(old, new)
(True, True)
"""

from __future__ import annotations

import ast
import re

_DEFINED = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


class _Plain(ast.NodeTransformer):
    """Empties docstrings and versions, and tables where `tables` are not wanted."""

    def __init__(self, *, tables: bool) -> None:
        self.tables = tables

    def visit(self, node: ast.AST) -> ast.AST:
        """Empty what is below first, so that tables of tables are seen as such."""
        self.generic_visit(node)
        match node:
            case ast.Expr(value=ast.Constant()):
                return ast.Pass()
            case ast.Assign(targets=[ast.Name(id=name)]) if "version" in name.lower():
                return ast.Pass()
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() if not self.tables:
                return ast.Constant(value=None) if _is_table(node) else node
            case _:
                return node


def _is_table(node: ast.AST) -> bool:
    return all(isinstance(each, ast.Constant | ast.Load) for each in ast.iter_child_nodes(node))


def _dump(text: str, *, tables: bool) -> str:
    return ast.dump(_Plain(tables=tables).visit(ast.parse(text)))


def same_code(old: str, new: str) -> bool:
    """Whether two Python sources are the same but for tables; one that is none is never."""
    try:
        return _dump(old, tables=False) == _dump(new, tables=False)
    except (SyntaxError, ValueError):
        return False


def other_tables(old: str, new: str) -> bool:
    """Whether two sources of the same code hold other tables."""
    return _dump(old, tables=True) != _dump(new, tables=True)


def defined(text: str) -> frozenset[str]:
    """Return the names of the functions and classes that a source defines."""
    return frozenset(_DEFINED.findall(text))
