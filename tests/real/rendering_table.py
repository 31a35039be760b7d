"""The living table of template engines, made by asking them: `benchmarks/templates.md`.

    python -m tests.real.rendering_table > benchmarks/templates.md

Every engine runs in a room of its own, resolved as of the committed day.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.app import SUITE
from bot.core.model import Probe
from bot.drivers.suite import families, read_suite
from bot.studies.rendering import goldens, markdown, shown, strays, support
from tests.real.stacks import CUTOFF, ask, closed

COMMAND = "python -m tests.real.rendering_table > benchmarks/templates.md"
ENGINES: Sequence[tuple[str, tuple[str, ...]]] = (
    ("jinja2", ("jinja2==3.0.3",)),
    ("jinja2", ("jinja2==3.1.0",)),
    ("jinja2", ("jinja2==3.1.6",)),
    ("minijinja", ("minijinja==1.0.16",)),
    ("minijinja", ("minijinja==2.9.0",)),
    ("minijinja", ("minijinja==2.15.1",)),
    ("minijinja", ("minijinja==2.24.0",)),
    ("minijinja", ("minijinja==3.0.5",)),
)


def renderings() -> tuple[Probe, ...]:
    """Every probe that asks for a rendering."""
    probes = read_suite((SUITE,), families((SUITE,)))
    return tuple(probe for probe in probes if probe.ask == "render")


def page(root: Path) -> Iterator[str]:
    """Ask every engine, and write the page."""
    expected = goldens(renderings())
    probes = [probe for probe in renderings() if probe.name in expected]
    seen = {}
    for driver, pins in ENGINES:
        heard = ask(root, closed(*pins), (driver,), probes)
        told = {each.probe: shown(each) for each in heard.observations}
        seen[pins[0].replace("==", " ")] = told
    table = support(seen, expected)
    yield "# Which template engine renders what\n\n"
    yield f"`{COMMAND}`, releases as of {CUTOFF:%Y-%m-%d}, CPython 3.11, x86-64. "
    yield "A cell counts the cases of a construct: `same` bytes as the committed golden, `differs` "
    yield "or `raises`. The goldens are jinja2 3.1.6's, in the environment of transformers.\n\n"
    yield markdown(table)
    for engine in table.engines:
        yield f"\n## What {engine} does not render alike\n\n{strays(table, engine)}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.writelines(page(Path(folder)))
