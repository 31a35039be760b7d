"""A finding as the issue that its target would get: in its own form, where one is known."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.draft import LIMIT, answers, draft
from bot.core.form import Target, known, notice, render, target_of, titled
from bot.core.report import CellView, FindingView
from bot.core.versions import key
from bot.steps.house import House


def written(house: House, finding: FindingView, cell: CellView) -> tuple[str, str]:
    """Return the title and the body of the draft of `finding`, which shows in `cell`."""
    title, body = draft(finding, cell, bot=house.bot, platform=house.platform)
    row = target_of(house.targets, finding.target)
    if row.form is None:
        return title, body
    more = dict(_facts(house, row, finding, cell))
    for told in answers(finding, cell, bot=house.bot, platform=house.platform):
        body = render(row, {**told, **more})
        if len(body) <= LIMIT:
            break
    return titled(row, title), body


def confided(house: House, target: str, why: str, body: str) -> str:
    """Return a draft for one contact only, where there is a reason for it: that comes first."""
    if not why:
        return body
    return f"{notice(target_of(house.targets, target), target, why)}\n\n{body}"


def _facts(
    house: House, row: Target, finding: FindingView, cell: CellView
) -> Iterator[tuple[str, str]]:
    versions = cell.cell.closure.versions if cell.cell else {}
    culprits = finding.explanation.culprits if finding.explanation else ()
    yield from known(row, versions, {one.package for one in culprits} & {*versions})
    if finding.verified:
        yield "proved", "yes"
    if all(_newest(house, cell, one.package) for one in culprits):
        yield "latest", "yes"


def _newest(house: House, cell: CellView, package: str) -> bool:
    """Whether the cell has the newest release of a package that the run knows of."""
    scheme = house.scheme(cell.row)
    mine = [
        release.version
        for (name, _), release in house.memory.releases.items()
        if house.pinned(name) == package and release.yanked is None
    ]
    here = cell.cell.closure.version(package) if cell.cell else None
    return bool(mine) and here == max(mine, key=lambda version: key(version, scheme))
