"""What matrix.yaml leaves out, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from bot.config.shape import ExclusionFile
from bot.config.tree import Path_, Tree, meant, names, problem, table
from bot.core.matrix import Exclusion
from bot.core.model import Json
from bot.core.spans import mistake
from bot.core.versions import PEP440
from bot.core.versions import mistake as order_mistake
from bot.errors import Problem


def wrong_exclusions(tree: Tree, components: list[str]) -> Iterator[Problem]:
    """Yield exclusions of what nothing defines, that cannot be read, or that go in a circle."""
    rules = table(tree.data, "exclude")
    for name, entry in rules.items():
        yield from _specifiers(tree, name, entry)
        for used in names(entry, "cells"):
            if used not in components:
                here: Path_ = ("exclude", name, "cells", used)
                what = f"exclusion `{name}` speaks of `{used}`, which `components` does not define"
                yield problem(tree.file, tree.place(here), what, meant(used, components))
        for at, used in enumerate(names(entry, "unless")):
            if used not in rules:
                path = ("exclude", name, "unless", at)
                what = f"exclusion `{name}` leans on `{used}`, which does not exist"
                yield problem(tree.file, tree.place(path), what, meant(used, sorted(rules)))
    for circle in _circles({name: names(entry, "unless") for name, entry in rules.items()}):
        what = f"exclusions go in a circle: {' -> '.join((*circle, circle[0]))}"
        cure = "drop `unless` from one of them, so that there is a first rule to decide"
        yield problem(tree.file, tree.place(("exclude", circle[0], "unless")), what, cure)


def _specifiers(tree: Tree, name: str, entry: dict[str, Json]) -> Iterator[Problem]:
    cells = entry.get("cells")
    components = table(tree.data, "components")
    for used, spec in (cells if isinstance(cells, dict) else {}).items():
        scheme = str(components.get(used, {}).get("versions") or PEP440)
        why = "" if order_mistake(scheme) else mistake(str(spec), scheme)
        if why:
            place = tree.place(("exclude", name, "cells", used))
            what = f"exclusion `{name}` says `{spec}` of `{used}`: {why}"
            yield problem(tree.file, place, what, 'write one as in `"<2"` or `">=1.4,<2"`')


def _circles(leans: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    graph = {name: [lean for lean in others if lean in leans] for name, others in leans.items()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as trouble:
            circle = tuple(reversed(trouble.args[1][1:]))
            yield circle
            graph[circle[0]] = []
        else:
            return


def exclusion_of(name: str, entry: ExclusionFile, schemes: Mapping[str, str]) -> Exclusion:
    """Return an exclusion; `schemes` say how versions are read where not by PEP 440."""
    return Exclusion(
        name=name,
        cells=tuple(entry.cells.items()),
        reason=entry.reason,
        owner=entry.owner,
        expires=entry.expires,
        unless=entry.unless,
        schemes=tuple((one, schemes[one]) for one in entry.cells if one in schemes),
    )
