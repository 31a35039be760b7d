r"""The imports of a program that is written down: found, and put where a reader looks for them.

What drivers bring to a proof is put together from parts, each with the imports that it needs.

>>> program = "import httpx\nhttpx.get(url)\nimport json"
>>> in_order(imported(program)), without(program)
(['json', 'httpx'], 'httpx.get(url)')
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection


def parted(body: str) -> tuple[list[str], str]:
    """Take out the imports from the future, which must stand before anything else."""
    lines = body.strip().splitlines()
    future = [line for line in lines if line.startswith("from __future__ import")]
    return future, "\n".join(line for line in lines if line not in future).strip()


def imported(body: str) -> set[str]:
    """Return the modules that `body` imports at its top level, under their own names."""
    found = [each for each in ast.parse(body).body if isinstance(each, ast.Import)]
    return {alias.name for each in found for alias in each.names if not alias.asname}


def without(body: str) -> str:
    """Return `body` without those imports, which go to the top of the file."""
    plain = [each for each in ast.parse(body).body if isinstance(each, ast.Import)]
    gone = {each.lineno for each in plain if not any(alias.asname for alias in each.names)}
    lines = enumerate(body.splitlines(), start=1)
    kept = "\n".join(line for at, line in lines if at not in gone).strip()
    return re.sub(r"\n{4,}", "\n\n\n", kept)


def in_order(names: Collection[str]) -> list[str]:
    """Return the modules of the standard library, then the others, by name."""
    return sorted(names, key=lambda each: (_foreign(each), each))


def _foreign(name: str) -> bool:
    return name.partition(".")[0] not in sys.stdlib_module_names
