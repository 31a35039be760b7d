"""What the pipeline should say about a world, worked out from its draws alone.

A closure is found by trying every combination of releases, a behaviour is read from the table of
fates: slow, obvious, and sharing no line with what it is held against.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import product

from packaging.requirements import Requirement

from bot.core.model import Json
from tests.mini.draws import Behaviour, Blame, Draw, Package, Row

BASELINE = "baseline"
NEWEST = "newest"
CRASHES = {Behaviour.CRASH, Behaviour.MEMORY, Behaviour.HANG}


def closure(
    draw: Draw, row: Row, pinned: Mapping[str, str], prefer: Mapping[str, str]
) -> dict[str, str] | None:
    """Return what is installed for `row`: what is pinned, else what is preferred, else the newest.

    Pinned packages are installed even if nobody requires them. None where no combination of
    releases satisfies every requirement.
    """
    roots = tuple(dict.fromkeys((*row.components, *pinned)))
    universe = _universe(draw, roots)
    choices = [_choices(draw.packages[name], pinned, prefer) for name in universe]
    for versions in sorted(product(*choices), key=lambda c: sum(rank for rank, _ in c)):
        stack = {name: version for name, (_, version) in zip(universe, versions, strict=True)}
        if _holds(draw, stack):
            return {name: stack[name] for name in _reached(draw, roots, stack)}
    return None


def _universe(draw: Draw, names: tuple[str, ...]) -> tuple[str, ...]:
    """Every package that any release of `names` may bring along."""
    known = dict.fromkeys(names)
    for name in names:
        for issue in draw.packages[name].issues:
            known |= dict.fromkeys(Requirement(each).name for each in issue.requires)
    return tuple(known)


def _choices(
    package: Package, pinned: Mapping[str, str], prefer: Mapping[str, str]
) -> list[tuple[int, str]]:
    """Return the releases that may be chosen, each with a rank: 0 is what is liked best."""
    if package.name in pinned:
        return [(0, pinned[package.name])]
    newest_first = [issue.version for issue in reversed(package.usable)]
    liked = prefer.get(package.name)
    ordered = [liked] if liked else []
    ordered += [version for version in newest_first if version != liked]
    return [(rank if rank == 0 else 10 + rank, version) for rank, version in enumerate(ordered)]


def _holds(draw: Draw, stack: Mapping[str, str]) -> bool:
    requirements = _requirements(draw, stack)
    return all(stack[each.name] in each.specifier for each in requirements)


def _requirements(draw: Draw, stack: Mapping[str, str]) -> Iterator[Requirement]:
    for name, version in stack.items():
        for requirement in draw.packages[name].issue(version).requires:
            yield Requirement(requirement)


def _reached(draw: Draw, names: tuple[str, ...], stack: Mapping[str, str]) -> list[str]:
    roots = {name: stack[name] for name in names}
    return sorted({*names, *(each.name for each in _requirements(draw, roots))})


def shown(draw: Draw, row: Row, name: str, stack: Mapping[str, str]) -> dict[str, str]:
    """Return what the probe of `name` shows at each link; a failure is under the key `failed`."""
    package = draw.packages[name]
    behaviour = package.issue(stack[name]).behaviour
    if behaviour is Behaviour.RELAYS:
        return shown(draw, row, package.partner, stack)
    if behaviour in (Behaviour.CRASH, Behaviour.MEMORY, Behaviour.HANG, Behaviour.FLAKY):
        return {"failed": behaviour.value}
    drifted = behaviour is Behaviour.DRIFT or (
        behaviour is Behaviour.MEETS
        and draw.packages[package.partner].issue(stack[package.partner]).behaviour
        is Behaviour.RAISED
    )
    said = {"text": package.drifted if drifted and row.drift_at == "text" else package.word}
    if row.prompted:
        asked = package.drifted if drifted and row.drift_at == "prompt" else package.word
        return {"prompt": asked, **said}
    return said


def golden(draw: Draw, row: Row, name: str) -> dict[str, str]:
    """Return what is right at each link of the probe of `name`."""
    package = draw.packages[name]
    if package.issues[0].behaviour is Behaviour.RELAYS:
        return golden(draw, row, package.partner)
    word = package.word
    return {"prompt": word, "text": word} if row.prompted else {"text": word}


def verdict(draw: Draw, row: Row, name: str, stack: Mapping[str, str]) -> str:
    """Return the verdict on the probe of `name` in `stack`, against the row's baseline."""
    before, after = (shown(draw, row, name, each) for each in (base(draw, row), stack))
    if after.get("failed") == Behaviour.FLAKY:
        return "flaky"
    right = golden(draw, row, name) if row.golden else before
    was, now = before == right, after == right
    flips = {
        (True, True): "still-good",
        (True, False): "regressed",
        (False, True): "fixed",
        (False, False): "still-bad",
    }
    return flips[was, now]


def base(draw: Draw, row: Row) -> dict[str, str]:
    """Return the closure of the row's baseline."""
    stack = closure(draw, row, row.baseline, {})
    assert stack is not None, f"the baseline of {row.name} has no closure"
    return stack


def pins(draw: Draw, row: Row, trigger: str) -> dict[str, str]:
    """Return what a trigger pins. One release pins itself: what it cannot live with moves along."""
    if trigger == NEWEST:
        return {name: draw.packages[name].usable[-1].version for name in row.components}
    name, version = trigger.split("==")
    return {name: version}


def stacks(draw: Draw, row: Row) -> dict[str, dict[str, str] | None]:
    """Return the closure (None: unsolvable) of every cell of `row`, by what triggers it."""
    before = base(draw, row)
    triggers = [
        f"{name}=={version}"
        for name in row.components
        for version in draw.followed(name)
        if version != row.baseline[name]
    ]
    cells = {
        trigger: closure(draw, row, pins(draw, row, trigger), before)
        for trigger in (*triggers, NEWEST)
    }
    return {BASELINE: before, **cells}


def executed(draw: Draw) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the distinct cells that a first run executes, as (row, closure)."""
    return {
        (row.name, tuple(sorted(stack.items())))
        for row in draw.rows
        for stack in stacks(draw, row).values()
        if stack is not None
    }


def expected(draw: Draw) -> Json:
    """Return everything that a report on this world has to say, as JSON."""
    rows: dict[str, Json] = {row.name: _expected(draw, row) for row in draw.rows}
    said: Json = {"seed": draw.seed, "executed": len(executed(draw)), "rows": rows}
    plain: Json = json.loads(json.dumps(said))
    return plain


def _expected(draw: Draw, row: Row) -> Json:
    cells: dict[str, Json] = {
        trigger: _cell(draw, row, stack)
        for trigger, stack in stacks(draw, row).items()
        if trigger != BASELINE
    }
    return {"cells": cells, "findings": [*findings(draw, row)]}


def _cell(draw: Draw, row: Row, stack: Mapping[str, str] | None) -> Json:
    if stack is None:
        return {"unsolvable": True, "verdicts": {}}
    probes: dict[str, Json] = {
        probe(row, name): verdict(draw, row, name, stack) for name in row.probes
    }
    return {"unsolvable": False, "verdicts": probes}


def probe(row: Row, name: str) -> str:
    """Return the name of the probe that asks `name` in `row`."""
    return f"{row.name}/{name}"


def findings(draw: Draw, row: Row) -> list[dict[str, Json]]:
    """Return the findings that `row` should have, one for each cause that was drawn."""
    return [_finding(draw, row, blame) for blame in row.blames]


def _finding(draw: Draw, row: Row, blame: Blame) -> dict[str, Json]:
    triggers: list[Json] = [
        trigger
        for trigger, stack in stacks(draw, row).items()
        if stack and verdict(draw, row, blame.shown, stack) == blame.verdict
    ]
    behaviours = {issue.behaviour for issue in draw.packages[blame.shown].usable}
    kind = "crash" if behaviours & CRASHES else "divergence"
    fields: dict[str, Json] = json.loads(json.dumps(asdict(blame)))
    del fields["shown"]
    return {
        **fields,
        "probes": [probe(row, blame.shown)],
        "triggers": triggers,
        "kind": kind,
        "link": row.drift_at if kind == "divergence" else None,
        "drops": [word for word in row.arguments if blame.keeps and word not in blame.keeps],
    }
