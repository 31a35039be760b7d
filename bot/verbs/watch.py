"""`stackmatrix watch`: what is new since the last time; its JSON is `suite/watch.schema.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from bot import pipeline
from bot.app import opened
from bot.core.event import Event, concerned, read
from bot.core.matrix import Matrix
from bot.core.model import Component, Json
from bot.core.news import Kind, News
from bot.core.pages import comparison, notes
from bot.core.ripe import OFF, lane_way, ripe_at
from bot.core.wheels import offers
from bot.errors import UsageError
from bot.verbs.manual import STEPS, epilog
from bot.verbs.said import Said, Terminal, matrix_options, options_of, talk_options
from bot.verbs.step import in_turn

VERSION: Final = 1
HEADER: Final = ("what", "component", "version", "lane", "uploaded", "more")
SHOWN: Final = 3  # releases of a component that was never seen before


@click.command("watch", help=STEPS["watch"], epilog=epilog("watch"))
@click.option("--event", type=click.Path(path_type=Path), help="Only what a webhook speaks of.")
@matrix_options
@talk_options
@click.pass_obj
def command(
    terminal: Terminal,
    /,
    *,
    event: Path | None,
    quiet: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401
) -> Said:
    """Poll, keep what changed as facts, and show it."""
    happened = event_of(event) if event else None
    with (
        terminal.display(quiet) as progress,
        opened(options_of(given), progress, whole=False) as house,
    ):
        in_turn("watch", house)
        components = house.matrix.components
        only = concerned(happened, components.values()) if happened else ()
        met = {name for name, _ in house.memory.releases}
        news = pipeline.watch(house, only) if only or not happened else ()
        if happened and not only:
            progress.note(f"nothing in {house.matrix.file} is announced at {happened.repository}")
        shown = tuple(each for each in news if told(components[each.release.component], each))
        rows = _rows(house.matrix, shown, met)
    document = as_document(house.matrix, shown, happened)
    return Said(header=HEADER, rows=rows, json=document, as_json=as_json, quiet=quiet)


def event_of(file: Path) -> Event:
    """Read the payload of a webhook. Raises `UsageError` for what tells of no release."""
    try:
        payload = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as trouble:
        what = f"{file} cannot be read: {trouble}"
        raise UsageError(what, cure="name the file with the payload of a webhook") from None
    found = read(payload)
    if found is None:
        cure = "send the payload of GitHub's `release` event; others say nothing of releases"
        raise UsageError(f"{file} tells of no release of any repository", cure=cure)
    return found


def told(component: Component, each: News) -> bool:
    """Whether a change is news: alarms always, releases where their lane is told of."""
    if each.kind is Kind.OTHER:
        return False
    quiet = lane_way(component, each.lane) == OFF and each.kind is not Kind.MOVED
    return each.kind.alarm or each.tested or not (each.lane and quiet)


def _rows(matrix: Matrix, news: Sequence[News], met: set[str]) -> tuple[tuple[str, ...], ...]:
    """Return a line for each change; of what was never seen before, the newest few."""
    found: list[tuple[str, ...]] = []
    left = Counter(each.release.component for each in news)
    for each in news:
        name = each.release.component
        left[name] -= 1
        if name in met or left[name] < SHOWN:
            found.append(_row(matrix.components[name], each))
    return tuple(found)


def _row(component: Component, each: News) -> tuple[str, ...]:
    release = each.release
    pages = (notes(component, release), comparison(component, each.previous, release))
    more = [each.why, *(("it was tested here",) if each.tested else ()), *pages]
    return (
        each.kind.value.upper() if each.kind.alarm else each.kind.value,
        component.name,
        release.version,
        each.lane,
        release.uploaded.date().isoformat() if release.uploaded else "",
        "; ".join(word for word in more if word),
    )


def as_document(matrix: Matrix, news: Sequence[News], event: Event | None) -> Json:
    """Return the news as the published schema has them."""
    happened: Json = None
    if event:
        happened = {"action": event.action, "tag": event.tag, "repository": event.repository}
    told = [_entry(matrix.components[each.release.component], each) for each in news]
    return {"version": VERSION, "event": happened, "news": [*told]}


def _entry(component: Component, each: News) -> Json:
    release, ripe = each.release, ripe_at(component, each.release)
    return {
        "kind": each.kind.value,
        "alarm": each.kind.alarm,
        "why": each.why,
        "tested": each.tested,
        "component": component.name,
        "source": component.source,
        "package": component.package,
        "watched_only": not component.driver,
        "version": release.version,
        "previous": each.previous,
        "lane": each.lane,
        "uploaded": release.uploaded.isoformat() if release.uploaded else None,
        "tried_from": ripe.isoformat() if ripe else None,
        "yanked": release.yanked,
        "deprecated": release.deprecated,
        "tags": [*release.tags],
        "also": [*release.also],
        "requires_python": release.requires_python,
        "wheels": {python: [*places] for python, places in offers(release.wheels).items()},
        "files": [{"name": name, "digest": digest} for name, digest in release.files],
        "origin": release.origin,
        "notes": notes(component, release),
        "compare": comparison(component, each.previous, release),
    }
