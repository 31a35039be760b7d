"""An explanation in words for people, and as JSON, whose schema is `explain.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.mirror import EACH
from bot.core.model import Json
from bot.core.nature import INTENDED, UNDETERMINED
from bot.core.outcome import Builds, Culprit, Ending, Inside, Later
from bot.steps.inquiry import Found

FEW = 5  # sources inside a package that are told by their versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What was found, and the seconds that it took."""

    found: Found
    seconds: float
    repro: str = ""
    notes: tuple[str, ...] = ()


def as_json(told: Explained) -> dict[str, Json]:
    """Return the explanation as its published schema has it."""
    found = told.found
    it = found.explanation
    return {
        "version": 1,
        "ending": it.ending.value,
        "culprits": [_culprit(each) for each in it.culprits],
        "moves_with": [{"package": m.package, "because": m.because} for m in it.moves_with],
        "gaps": list(it.gaps),
        "kind": it.kind or None,
        "first_bad_differs": it.first_differs,
        "signature": it.signature or None,
        "link": it.link.value if it.link else None,
        "responsible": _responsible(found),
        "nature": _nature(found),
        "cells": {
            "search": it.cost.search,
            "ends": it.cost.ends,
            "confirm": it.cost.confirm,
            "speculative": it.cost.speculative,
            "later": it.cost.later,
            "builds": it.cost.builds,
        },
        "later": [_later(each) for each in it.later],
        "limit": round(it.limit, 3),
        "seconds": round(told.seconds, 3),
        "repro": told.repro or None,
        "confidence": round(it.confidence, 3),
        "why": it.why,
        "notes": [*told.notes, *(found.handed.notes if found.handed else ())],
    }


def _culprit(each: Culprit) -> Json:
    told: dict[str, Json] = {
        "package": each.package,
        "last_good": each.last_good,
        "first_bad": each.first_bad,
    }
    told |= {"yanked": True} if each.yanked else {}
    told |= {"inside": [_inside(one) for one in each.inside]} if each.inside else {}
    return told | ({"builds": _builds(each.builds)} if each.builds else {})


def _inside(each: Inside) -> Json:
    return {
        "name": each.name,
        "repo": each.repo or None,
        "last_good": each.last_good,
        "first_bad": each.first_bad,
        "commits": each.commits,
        "compare": each.compare or None,
    }


def _builds(each: Builds) -> Json:
    return {
        "last_good": each.last_good,
        "first_bad": each.first_bad,
        "gaps": list(each.gap),
        "repo": each.repo or None,
        "commits": [commit or None for commit in each.commits],
        "compare": each.compare or None,
    }


def _later(each: Later) -> Json:
    told: dict[str, Json] = {"package": each.package, "newest": each.newest, "still": each.still}
    return told | ({"fixed_in": each.newest} if each.fixed else {})


def _responsible(found: Found) -> Json:
    it = found.responsible
    if it is None:
        return None
    return {"repo": it.repo or None, "reason": it.reason, "confidence": it.confidence}


def _nature(found: Found) -> Json:
    it = found.nature
    if it is None:
        return None
    return {"is": it.word, "evidence": list(it.evidence), "confidence": it.confidence}


def lines(told: Explained) -> Iterator[str]:
    """Say it in a few lines, the answer first."""
    it = told.found.explanation
    yield from _answer(told)
    for each in it.moves_with:
        yield f"  {each.package} moves along: {each.because}"
    if it.gaps:
        yield f"  inside the interval, not to be tried: {', '.join(it.gaps)}"
    if it.signature:
        yield f"the bad end: {it.signature}"
    yield from (str(each) for each in it.later)
    yield from _judged(told.found)
    if told.repro and told.found.handed:
        yield f"proof: {told.repro}"
        yield f"  fails:   {told.found.handed.fails}"
        yield f"  passes:  {told.found.handed.passes}"
        if told.found.handed.dockerfile:
            yield "  a Dockerfile lies beside it: what is installed on the machine matters"
    for note in told.notes:
        yield f"note: {note}"
    cost = it.cost
    cells = f"{cost.search} cells to find it, {cost.ends} for the ends, {cost.confirm} to confirm"
    yield f"{cells}; {told.seconds:.1f} s"


def _judged(found: Found) -> Iterator[str]:
    """Say of which kind it is and who must act, each with its evidence."""
    if found.nature:
        yield f"looks like: {found.nature.word}{_sure(found.nature.confidence)}{_means(found)}"
        yield from (f"  {each}" for each in found.nature.evidence)
    it = found.responsible
    if it:
        who = it.repo or (f"the project of {it.package}" if it.package else "nobody")
        word = "to hear of it" if it.repo else "to hear of it, undetermined"
        yield f"{word}: {who}{_sure(it.confidence)}"
        yield f"  {it.reason}"


def _sure(confidence: float) -> str:
    return f", {confidence:.0%} sure" if confidence else ""


def _means(found: Found) -> str:
    """Say what a reader does with a change of this kind, where that is no bug report."""
    words = {
        INTENDED: " (a line for a changelog, not a bug report)",
        UNDETERMINED: " (for a person to judge)",
    }
    return words.get(found.nature.word, "") if found.nature else ""


def _deeper(each: Culprit) -> Iterator[str]:
    """Say what lies below a step of releases: builds between them, and the sources inside."""
    if each.builds:
        yield f"  among its builds: {each.builds.last_good} -> {each.builds.first_bad}"
        yield from (f"    {page}" for page in [each.builds.compare] if page)
    for one in each.inside:
        if one.commits:
            yield f"  inside it, {one.name}: {one.last_good} -> {one.first_bad}"
            yield from (f"    {page}" for page in [one.compare] if page)
    others = [one for one in each.inside if not one.commits]
    if others:
        few = ", ".join(f"{o.name} {o.last_good} -> {o.first_bad}" for o in others[:FEW])
        more = f", and {len(others) - FEW} more" if len(others) > FEW else ""
        yield f"  inside it as well: {few}{more}"


def _answer(told: Explained) -> Iterator[str]:
    it = told.found.explanation
    match it.ending:
        case Ending.CONCLUSIVE | Ending.INTERVAL | Ending.INTERACTION:
            for each in it.culprits:
                yield f"{each} did it"
                yield from _deeper(each)
            if len(it.culprits) > 1 and it.why != EACH:
                yield "  each of them alone does not"
            if it.why:
                yield f"  {it.why}"
        case Ending.NO_REGRESSION:
            fail = it.signature.startswith("failed")
            yield f"no regression: both ends {'fail alike' if fail else 'show the same'}"
        case Ending.FLAKY | Ending.UNEXPLAINED | Ending.HORIZON:
            yield f"{it.ending.value}: {it.why}"
