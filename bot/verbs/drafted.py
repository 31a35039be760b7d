"""The issue that an explanation comes to, for whoever is responsible, in that project's form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from platform import machine, system

from bot.config.security import dangers
from bot.config.targets import targets
from bot.core.draft import LIMIT, answers, draft
from bot.core.finding import fingerprint, moved
from bot.core.form import Target, contact, known, lacking, notice, render, target_of, titled
from bot.core.model import Cell, Link
from bot.core.outcome import Diverged, Verdict
from bot.core.report import CellView, FindingView, Result, Tally
from bot.core.sanitise import inline
from bot.core.security import danger
from bot.core.signature import normal
from bot.effects.files import put
from bot.steps.inquiry import Found
from bot.verbs.explained import Explained

SOURCE = "pypi"  # whose packages are searched
_FAILED = re.compile(r"failed: (\S+?): (.*)", re.DOTALL)
_SHOWN = re.compile(r"shows (.*) \([0-9a-f]{12}\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A draft: whose it is, what it says, and the fields of the form that no fact fills."""

    finding: str
    repo: str
    title: str
    body: str
    lacking: tuple[str, ...] = ()
    private: str = ""  # whom alone it may be told, where it is no matter for the public


def write_issue(told: Explained, place: Path) -> Explained:
    """Write the draft to `place`; return what was found with a note that says for whom it is."""
    issue = issue_of(told.found, targets())
    if issue is None:
        note = "no draft: nobody is named, or nothing is proved"
        return replace(told, notes=(*told.notes, note))
    put(place, f"# {issue.title}\n\n{issue.body}".encode())
    missing = f"; a person fills in: {', '.join(issue.lacking)}" if issue.lacking else ""
    whom = f"{issue.private} only: it is no matter for the public" if issue.private else issue.repo
    return replace(told, notes=(*told.notes, f"draft: {place}, for {whom}{missing}"))


def issue_of(found: Found, rows: Mapping[str, Target]) -> Issue | None:
    """Return the draft for the responsible project; nothing where nobody is, or none is proved."""
    if found.responsible is None or not found.responsible.repo or found.handed is None:
        return None
    view, cell = _views(found)
    row = target_of(rows, found.responsible.repo)
    ours = version("stackmatrix")
    platform = f"{system()} {machine()}"
    title, body = draft(view, cell, bot=ours, platform=platform)
    more, judged = dict(_known(found, row)), "".join(f"\n* {each}" for each in _judged(found))
    for told in answers(view, cell, bot=ours, platform=platform):
        body = render(row, {**told, **more, "sure": f"{told['sure']}{judged}"})
        if len(body) <= LIMIT:
            break
    why = danger(dangers(), signature=view.signature, shown=view.diff)
    if why:
        body = f"{notice(row, found.responsible.repo, why)}\n\n{body}"
    return Issue(
        private=contact(row, found.responsible.repo) if why else "",
        finding=view.finding,
        repo=found.responsible.repo,
        title=titled(row, title),
        body=body,
        lacking=lacking(row, body),
    )


def _views(found: Found) -> tuple[FindingView, CellView]:
    """Return the search as a finding and a cell, so that it is told as those of a matrix are."""
    asked, told, handed = found.question, found.explanation, found.handed
    assert handed is not None  # noqa: S101 - who calls this has looked
    signature, observed = _observed(told.signature)
    name = asked.probe.name
    whose = (found.responsible.package if found.responsible else "") or told.culprits[0].package
    accused = [(f"{SOURCE}:{one.package}", one.first_bad) for one in told.culprits]
    view = FindingView(
        finding=fingerprint(f"{SOURCE}:{whose}", Link.MESSAGE.value, signature, accused),
        row="",
        cell="",
        verdict=Verdict.REGRESSED,
        probes=(name,),
        link=Link.MESSAGE,
        signature=signature,
        diff=observed,
        explanation=told,
        repro=handed.text,
        fails=handed.fails,
        passes=handed.passes,
        verified=True,
        because="the same program, with the last good release",
    )
    cell = Cell(
        row="",
        components=tuple((one.package, one.first_bad) for one in told.culprits),
        closure=asked.bad,
        backend="cpu",
        model="",
        interpreter=asked.interpreter,
    )
    seen = Result(
        probe=name,
        outcome=Diverged(link=Link.MESSAGE, diff=observed),
        before=None,
        verdict=Verdict.REGRESSED,
        expected=((Link.MESSAGE, handed.expected),),
    )
    shown = CellView(
        name="",
        row="",
        trigger="",
        cell=cell,
        against="",
        word="regressed",
        tally=Tally(),
        results=(seen,),
        environment="uv",
        moved=moved(asked.good.versions, asked.bad.versions),
    )
    return view, shown


def _observed(signature: str) -> tuple[str, str]:
    """Return the signature as those of a matrix are, and what was seen, in words."""
    failed = _FAILED.fullmatch(signature)
    if failed:
        return f"failed:probe:{failed[1]}:{failed[2]}", failed[2]
    shown = _SHOWN.fullmatch(signature)
    value = shown[1] if shown else signature
    return f"diverged:message:{normal(value)}", value


def _judged(found: Found) -> Iterator[str]:
    """Yield what the evidence says besides: of which kind it is, whose, and how it is today."""
    if found.nature:
        sure = f" ({found.nature.confidence:.0%})" if found.nature.confidence else ""
        yield f"looks like: {inline(found.nature.word)}{sure}"
    if found.responsible:
        yield f"why it is told here: {inline(found.responsible.reason)}"
    yield from (inline(str(each)) for each in found.explanation.later)


def _known(found: Found, row: Target) -> Iterator[tuple[str, str]]:
    """Yield single facts of this search, where they hold, by the names that a row knows."""
    versions, told = found.question.bad.versions, found.explanation
    accused = {each.package for each in told.culprits}
    blamed = found.responsible.package if found.responsible else ""
    yield from known(row, versions, (accused | {blamed}) & {*versions})
    yield "proved", "yes"
    if all(each.still for each in told.later):
        yield "latest", "yes"
