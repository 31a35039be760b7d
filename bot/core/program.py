r"""A program as the body of a proof: what it prints last becomes what is seen.

>>> print(body("import json\nprint(json.dumps({'a': 1}))\n", raises=False))
import json
seen = json.loads(json.dumps({'a': 1}))
"""

from __future__ import annotations

import ast

_WHOLE = """import contextlib
import io

OUT = io.StringIO()
with contextlib.redirect_stdout(OUT):
    exec(compile({source!r}, "probe.py", "exec"), {{"__name__": "__main__"}})
seen = json.loads(OUT.getvalue().splitlines()[-1])"""
_RAISES = """try:
{inside}
except Exception as error:
    seen = "raised " + type(error).__name__"""


def body(source: str, *, raises: bool) -> str:
    """Return Python that sets `seen`; with `raises` an exception is what is seen, too.

    A program whose last statement prints `json.dumps(X)` stands there as it is.
    """
    told = _inline(source)
    if not told or (raises and _cannot_be_indented(source)):
        told = _WHOLE.format(source=source)
    if not raises:
        return told
    return _RAISES.format(inside="\n".join(f"    {line}" for line in told.splitlines()))


def _inline(source: str) -> str:
    """Return the program with its last `print(json.dumps(X))` set to `seen`, or nothing."""
    statements = ast.parse(source).body
    value = _printed(statements[-1]) if statements else None
    if value is None or _future(statements):
        return ""
    kept = source.splitlines()[: statements[-1].lineno - 1]
    expression = ast.get_source_segment(source, value) or ""
    if statements[-1].col_offset or not expression:
        return ""
    return "\n".join([*kept, f"seen = json.loads(json.dumps({expression}))"])


def _cannot_be_indented(source: str) -> bool:
    """Whether text of several lines stands in the program."""
    return "'''" in source or '"""' in source or "\\\n" in source


def _future(statements: list[ast.stmt]) -> bool:
    """Whether the program begins with what must stand at the top of a file."""
    return any(isinstance(one, ast.ImportFrom) and one.module == "__future__" for one in statements)


def _printed(statement: ast.stmt) -> ast.expr | None:
    """Return X of `print(json.dumps(X))`."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Name(id="print"),
                args=[
                    ast.Call(
                        func=ast.Attribute(value=ast.Name(id="json"), attr="dumps"),
                        args=[value],
                        keywords=[],
                    )
                ],
                keywords=[],
            )
        ):
            return value
        case _:
            return None
