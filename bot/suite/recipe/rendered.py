"""Render the goldens of the template families: ``template.json`` and ``constructs.json``.

    pip install jinja2==3.1.6
    python -m bot.suite.recipe.rendered

Jinja is the reference because chat templates are written against it. What it refuses in words of
its own is no golden: those cases stand in ``templates/errors.json`` and are compared with what a
release said before.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from bot.suite.recipe.environment import environment

SUITE = Path(__file__).resolve().parent.parent
TEMPLATES = SUITE / "templates"
FAMILIES = {"template": "cases.json", "constructs": "constructs.json"}

Case = dict[str, Any]


def source(case: Case) -> str:
    """Text of the template of a case, which is a file or stands in the case."""
    if "source" in case:
        return str(case["source"])
    return _text(case["template"])


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def rendered(case: Case) -> str | dict[str, str]:
    """Prompt of a case, or the message with which its template refuses."""
    try:
        template = environment(**case.get("options", {})).from_string(source(case))
        return template.render(**case.get("context", {}))
    except TemplateError as error:
        return {"error": str(error)}


def goldens(family: str) -> dict[str, Case]:
    """Goldens of all cases of a family, by ``FAMILY/ID``."""
    cases = json.loads((TEMPLATES / FAMILIES[family]).read_text(encoding="utf-8"))
    return {f"{family}/{case['id']}": {"prompt": rendered(case)} for case in cases}


def write(family: str) -> None:
    """Write the goldens of a family, one a line, so that a change shows as one line."""
    lines = (
        f"  {json.dumps(name)}: {json.dumps(golden, ensure_ascii=False)}"
        for name, golden in goldens(family).items()
    )
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (SUITE / "goldens" / f"{family}.json").write_text(text, encoding="utf-8")


def sums(lines: list[str]) -> list[str]:
    """Lines of ``SHA256SUMS`` with those of the templates and their goldens as they are now."""
    mine = [*TEMPLATES.iterdir(), *(SUITE / "goldens" / f"{family}.json" for family in FAMILIES)]
    named = {path.relative_to(SUITE).as_posix(): path for path in mine if path.is_file()}
    others = [
        line
        for line in lines
        if (name := line.split("  ", 1)[1]) not in named and not name.startswith("templates/")
    ]
    own = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}" for name, path in named.items()
    ]
    return sorted([*others, *own], key=lambda line: line.split("  ", 1)[1])


def main() -> None:
    """Write both families, then the checksums of what was written."""
    for family in FAMILIES:
        write(family)
    book = SUITE / "SHA256SUMS"
    lines = sums(book.read_text(encoding="utf-8").splitlines())
    book.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
