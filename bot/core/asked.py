r"""Which module gives the answer that a program prints, read from its syntax.

Two packages that know nothing of each other may pass data on: one writes, the other reads and
answers. Then it matters which of the two was asked last.

>>> answerer("import json, pen, eye\nnote = pen.write()\nprint(json.dumps(eye.read(note)))\n")
'eye'
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

DEEP = 12  # names that are followed from one to the next


@dataclass(slots=True, kw_only=True)
class _Names:
    """What each name of a program stands for: a module at the top, or an expression."""

    modules: dict[str, str] = field(default_factory=dict)
    values: dict[str, ast.expr] = field(default_factory=dict)

    def read(self, tree: ast.AST) -> None:
        for node in ast.walk(tree):
            match node:
                case ast.Import():
                    self.modules.update(
                        (each.asname or _top(each.name), _top(each.name)) for each in node.names
                    )
                case ast.ImportFrom(module=str(module), level=0):
                    self.modules.update((n.asname or n.name, _top(module)) for n in node.names)
                case ast.Assign(targets=[*targets], value=value):
                    self.values.update((t.id, value) for t in targets if isinstance(t, ast.Name))
                case ast.ClassDef(name=name, bases=[base, *_]):
                    self.values[name] = base
                case _:
                    pass

    def answerer(self, node: ast.expr, deep: int = DEEP) -> str:
        """Follow an expression to the module outside the standard library that makes it."""
        for each in _makers(node) if deep else ():
            if isinstance(each, ast.Name):
                module = self.modules.get(each.id, "")
                value = self.values.get(each.id)
                found = module if module not in sys.stdlib_module_names else ""
                if not module and value is not None:
                    found = self.answerer(value, deep - 1)
            else:
                found = self.answerer(each, deep - 1)
            if found:
                return found
        return ""


def _top(module: str) -> str:
    return module.partition(".")[0]


def _makers(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression is made by, the likeliest first."""
    match node:
        case ast.Name():
            yield node
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Await(value=value):
            yield value
        case ast.Call(func=func, args=args):
            yield func
            yield from args
        case ast.ListComp(elt=elt, generators=made) | ast.GeneratorExp(elt=elt, generators=made):
            yield from (each.iter for each in made)
            yield elt
        case _:
            yield from (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))


def answerer(source: str) -> str:
    """Return the top module whose call makes what `source` prints last, or nothing."""
    tree = ast.parse(source)
    names = _Names()
    names.read(tree)
    told = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _prints(node)]
    last = max(told, key=lambda node: node.lineno, default=None)
    return names.answerer(last) if last else ""


def _prints(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "print"


def feeds(source: str) -> frozenset[tuple[str, str]]:
    """Return which module hands its answers to which other one: writer, reader."""
    tree = ast.parse(source)
    names = _Names()
    names.read(tree)
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            reader = names.answerer(node.func)
            found.update((names.answerer(each), reader) for each in node.args)
    return frozenset((one, other) for one, other in found if one and other and one != other)


def named(source: str) -> frozenset[str]:
    """Return the names of attributes, functions and keywords that a program uses."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=str(name)) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.ImportFrom(names=names):
                found.update(each.name for each in names if each.name != "*")
            case _:
                pass
    return frozenset(found)
