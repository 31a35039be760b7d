"""Which template engine renders what: each construct against each engine's version.

Read off the facts: what a cell showed of a rendering is met with the committed golden. A template
that refuses itself, as its golden says, counts as rendered; so the word is about the engine.

>>> seen = {"jinja2 3.1.6": {"render/loops-plain": "a"}, "other 1.0": {}}
>>> table = support(seen, {"render/loops-plain": "a"})
>>> table.cell("loops", "jinja2 3.1.6"), table.cell("loops", "other 1.0")
('same', '')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from bot.core.facts import Fact, Observed
from bot.core.model import NOT_EXPOSED, Failure, Json, Link, Observation, Probe
from bot.studies.cells import planned_cells

Shown: TypeAlias = "Json | Failure"
Seen: TypeAlias = Mapping[str, Mapping[str, Shown]]  # engine -> probe -> what it showed


class Rendering(StrEnum):
    """How an engine renders one case, from good to bad."""

    SAME = "same"
    DIFFERS = "differs"
    RAISES = "raises"


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How each engine renders each case; cases are probes, `FAMILY/CONSTRUCT-DETAIL`."""

    engines: tuple[str, ...]
    cases: tuple[str, ...]
    found: Mapping[tuple[str, str], Rendering]  # (case, engine)

    @property
    def constructs(self) -> tuple[str, ...]:
        """The constructs, in the order of their first cases."""
        return tuple(dict.fromkeys(construct(case) for case in self.cases))

    def tally(self, name: str, engine: str) -> Counter[Rendering]:
        """Count how the cases of a construct are rendered; those not asked do not count."""
        asked = (case for case in self.cases if construct(case) == name)
        return Counter(self.found[case, engine] for case in asked if (case, engine) in self.found)

    def cell(self, name: str, engine: str) -> str:
        """Say how an engine renders a construct: in a word where all cases agree."""
        counts = self.tally(name, engine)
        if len(counts) == 1:
            return next(iter(counts)).value
        return ", ".join(f"{counts[each]} {each}" for each in Rendering if counts[each])


def construct(case: str) -> str:
    """Return what a case is about: `render/loops-plain` is about `loops`."""
    return case.rpartition("/")[2].partition("-")[0]


def goldens(probes: Iterable[Probe]) -> dict[str, Json]:
    """Return the golden of each probe that asks for a rendering and has an absolute one."""
    looks = ((probe, probe.look(Link.PROMPT)) for probe in probes if probe.ask == "render")
    return {probe.name: look.golden for probe, look in looks if look and look.absolute}


def support(seen: Seen, expected: Mapping[str, Json]) -> Support:
    """Meet what each engine showed with what is expected; order is that of the arguments."""
    found = {
        (case, engine): rendering(golden, shown[case])
        for engine, shown in seen.items()
        for case, golden in expected.items()
        if shown.get(case, NOT_EXPOSED) != NOT_EXPOSED
    }
    return Support(engines=tuple(seen), cases=tuple(expected), found=found)


def rendering(golden: Json, shown: Shown) -> Rendering:
    """Tell how `shown` meets `golden`; an error that is not the golden's own is one raised."""
    if isinstance(shown, Failure):
        return Rendering.RAISES
    if shown == golden:
        return Rendering.SAME
    return Rendering.RAISES if isinstance(shown, dict) else Rendering.DIFFERS


def shown(observation: Observation) -> Shown:
    """Return what an observation shows of the prompt, or how it failed before it could."""
    return observation.failure or observation.at(Link.PROMPT)


def seen_in(facts: Iterable[Fact], probes: Iterable[Probe]) -> dict[str, dict[str, Shown]]:
    """Return what the cells of `facts` showed of `probes`, engines in the order of their names.

    Of several answers to one question the first that strays from its golden counts.
    """
    told = tuple(facts)
    asked = {probe.digest: probe for probe in probes}
    expected = goldens(asked.values())
    cells = {
        key: " + ".join(" ".join(each) for each in cell.components)
        for key, cell in planned_cells(told).items()
    }
    found: dict[str, dict[str, Shown]] = {}
    for fact in told:
        body = fact.body
        if isinstance(body, Observed) and body.cell in cells and body.probe in asked:
            name = asked[body.probe].name
            engine = found.setdefault(cells[body.cell], {})
            if engine.get(name, expected.get(name)) == expected.get(name):
                engine[name] = shown(body.observation)
    return {engine: found[engine] for engine in sorted(found, key=_numbers)}


def _numbers(engine: str) -> tuple[tuple[int, str], ...]:
    parts = engine.replace(".", " ").replace("+", " ").split()
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def markdown(table: Support) -> str:
    """Write the table, one line a construct, with a sum in the last."""
    head = ("construct", "cases", *table.engines)
    lines = [_line(head), _line(["---"] * len(head))]
    lines += [_line(_row(table, name)) for name in table.constructs]
    lines.append(_line(("**all**", str(len(table.cases)), *_totals(table))))
    return "\n".join(lines) + "\n"


def _row(table: Support, name: str) -> Iterator[str]:
    yield f"`{name}`"
    yield str(sum(construct(case) == name for case in table.cases))
    for engine in table.engines:
        yield table.cell(name, engine) or "-"


def _totals(table: Support) -> Iterator[str]:
    for engine in table.engines:
        same = sum(
            how is Rendering.SAME for (_, whose), how in table.found.items() if whose == engine
        )
        asked = sum(whose == engine for _, whose in table.found)
        yield f"{same} of {asked}" if asked else "-"


def strays(table: Support, engine: str) -> str:
    """List the cases that an engine does not render as the golden says, one line a construct."""
    lines = []
    for name in table.constructs:
        bad = [
            f"{case.rpartition('/')[2]} ({how})"
            for case in table.cases
            if construct(case) == name
            and (how := table.found.get((case, engine), Rendering.SAME)) is not Rendering.SAME
        ]
        if bad:
            lines.append(f"* `{name}`: {', '.join(bad)}")
    return "\n".join([*lines, ""]) if lines else "Nothing strays.\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
