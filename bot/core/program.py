r"""A program as the body of a proof: what it prints last becomes what is seen.

A reader should meet the program that shows the difference, and next to nothing around it. So it
stands there as it is, and only where it ends in some other way is its output caught.

>>> print(body("import json\nprint(json.dumps({'a': 1}))\n", raises=False))
import json
seen = json.loads(json.dumps({'a': 1}))
"""

from __future__ import annotations

import ast
import re
from textwrap import indent

ROW = 96  # characters
_BACK = "sys.stdout = sys.__stdout__"
_CAUGHT = f"""import io
import sys

sys.stdout = shown = io.StringIO()
{{source}}
{_BACK}
seen = json.loads(shown.getvalue().splitlines()[-1])"""
_WHOLE = """import contextlib
import io

PROGRAM = {source}
"""
_RUN = """shown = io.StringIO()
with contextlib.redirect_stdout(shown):
    try:
        exec(compile(PROGRAM, "probe.py", "exec"), {"__name__": "__main__"})
    except SystemExit as ended:
        if ended.code:
            raise
seen = json.loads(shown.getvalue().splitlines()[-1])"""
_EXCEPTION = re.compile(r"failed: [^:]*: ([A-Za-z_][\w.]*)(?:: *(.*))?$")
_RAISES = """try:
{inside}
except Exception as error:
    seen = "raised " + type(error).__name__"""


def body(source: str, *, raises: bool) -> str:
    """Return Python that sets `seen`; with `raises` an exception is what is seen, too.

    A program whose last statement prints one value stands there as it is, without that print;
    of any other the last line of output is taken.
    """
    before, told = "", _inline(source) or _CAUGHT.format(source=source.strip("\n"))
    if _ends_itself(source) or (raises and _cannot_be_indented(source)):
        before, told = _WHOLE.format(source=quoted(source)), _RUN
    if not raises:
        return before + told
    again = f"\n{_BACK}" if _BACK in told else ""
    return before + _RAISES.format(inside=indent(told, "    ")) + again


def apart(name: str, *, raises: bool) -> str:
    """Return Python that sets `seen` by the program that lies beside it as the file `name`."""
    before = _WHOLE.format(source=f'(HERE / "{name}").read_text(encoding="utf-8")')
    return before + (_RAISES.format(inside=indent(_RUN, "    ")) if raises else _RUN)


def rows(source: str) -> int:
    r"""Return how many rows of a screen a program fills, without notes and empty ones.

    >>> rows("# a note\n\nimport json\nprint(json.dumps('" + "long " * 20 + "'))")
    3
    """
    lines = (line.strip() for line in source.splitlines())
    return sum(-(-len(line) // ROW) for line in lines if not line.startswith("#"))


def quoted(text: str) -> str:
    """Return `text` as a Python literal that reads as the program it is, where that can be."""
    if "'''" in text or text.endswith("'") or "\\" in text[-1:] or "\r" in text:
        return repr(text)
    return f"r'''{text}'''"


def raised(signature: str) -> tuple[str, str]:
    """Return the exception of a signature, by its name, and its words; empty where there is none.

    >>> raised("failed: exception: json.JSONDecodeError: Extra data")
    ('JSONDecodeError', 'Extra data')
    """
    found = _EXCEPTION.match(signature)
    return (found[1].rpartition(".")[2], (found[2] or "").strip()) if found else ("", "")


def _inline(source: str) -> str:
    """Return the program with what its last statement prints set to `seen`, or nothing."""
    statements = ast.parse(source).body
    value = _printed(statements[-1]) if statements else None
    expression = ast.get_source_segment(source, value) if value is not None else ""
    if not expression or statements[-1].col_offset:
        return ""
    kept = source.splitlines()[: statements[-1].lineno - 1]
    text = expression if _is_json(value) else f"str({expression})"
    return "\n".join([*kept, f"seen = json.loads({text})"]).strip("\n")


def _cannot_be_indented(source: str) -> bool:
    """Whether text of several lines stands in the program, or what must stand at the top."""
    return any(
        words in source for words in ("'''", '"""', "\\\n", "import *", "from __future__ import")
    )


def _ends_itself(source: str) -> bool:
    """Whether the program may leave before its last line, and the comparison with it."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {each.id for each in nodes if isinstance(each, ast.Name)}
    names |= {each.attr for each in nodes if isinstance(each, ast.Attribute)}
    return bool({"exit", "quit", "SystemExit", "_exit"} & names)


def _printed(statement: ast.stmt) -> ast.expr | None:
    """Return X of `print(X)`."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[value], keywords=[])):
            return None if isinstance(value, ast.Starred) else value
        case _:
            return None


def _is_json(value: ast.expr | None) -> bool:
    """Whether the expression is `json.dumps(...)`, which is text already."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="dumps")):
            return True
        case _:
            return False
