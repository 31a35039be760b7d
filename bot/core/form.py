r"""A target's own form, filled: every required field from a fact, or the draft does not go there.

A row says from which fact each field is filled; a sum of facts is written `see+changed`, what
always holds `=yes`, and what holds where a fact does not `!latest`. A box is ticked where its fact
holds, and that the tracker was searched is ticked when that was done.

>>> form = Form(file="bug.yml", fields=(Field(id="os", label="OS", kind="input", required=True),))
>>> row = Target(repo="o/r", form=form, fills={"os": ("os",)})
>>> body = render(row, {"os": "Linux", "answer": "I am a bot."})
>>> body.startswith("### OS\n\nLinux\n")
True
>>> lacking(row, body), lacking(row, render(row, {"answer": "I am a bot."}))
((), ('OS',))
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.core.phrases import NOT_MEASURED
from bot.core.policy import repository
from bot.core.press import EMPTY, Field, Form, Option
from bot.core.sanitise import fenced, inline

SEARCHED: Final = "<!-- ticked once the tracker was searched -->"
_SUMS: Final = {  # parts that are told where all of one of these are
    "differs": ({"expected", "observed"},),
    "see": ({"program", "run"}, {"program", "commands"}),
    "where": ({"packages", "python", "os"},),
}
_PARTS: Final = {  # that a draft always tells, under these headings where no field asks for them
    "see": "How to see it",
    "differs": "What differs",
    "changed": "Where it changed",
    "where": "Where it was measured",
    "sure": "How sure this is",
    "answer": "How to answer",
}
_BOX: Final = "- [{}] {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is known of a project that issues go to, as it was at `commit`.

    `fills` says from which fact each field of the form is filled: of boxes, one for each option.
    `papers` are the digests of what it asks of reporters, by path. `packages` are its own, which
    tell its version. `first` is what must come before an issue there, which only a person can do.
    """

    repo: str
    commit: str = ""
    form: Form | None = None
    path: str = ""  # of the form
    fills: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    security: str = ""  # whom to tell what is no matter for the public
    first: str = ""


def known(
    target: Target, versions: Mapping[str, str], accused: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield single facts that boxes ask for, where they hold: `versions` are what is installed."""
    mine = [f"{name} {versions[name]}" for name in target.packages if name in versions]
    if mine:
        yield "version", "\n".join(mine)
    yield from ((f"about:{name}", "yes") for name in accused)
    yield from ((f"is:{name} {told.partition('.')[0]}", "yes") for name, told in versions.items())


def target_of(rows: Mapping[str, Target], address: str) -> Target:
    """Return the row of a target's address; an unknown one has no form."""
    name = repository(address)
    return rows.get(name.lower(), Target(repo=name))


def render(target: Target, facts: Mapping[str, str]) -> str:
    """Return the body that the form asks for, in its order; what no field asks for comes after."""
    fields = target.form.fields if target.form else ()
    parts = [_written(each, _filled(target, each, facts)) for each in fields]
    used = {name for each in fields for name in _names(target, each)}
    for name, heading in _PARTS.items():
        told = name in used or any(each <= used for each in _SUMS.get(name, ()))
        if name in facts and not (told and name != "answer"):
            level = "###" if fields else "##"
            parts.append(f"{level} {heading}\n\n{facts[name]}")
    return "\n\n".join(parts) + "\n"


def titled(target: Target, title: str) -> str:
    """Return a title as the form begins it; a bracket that the form opens is closed."""
    begins = target.form.title if target.form else ""
    return f"{begins}{title}{']' * (begins.count('[') - begins.count(']'))}"


def contact(target: Target, address: str) -> str:
    """Return whom a project wants to be told in private."""
    policy = f"https://github.com/{target.repo}/security/policy"
    return target.security or (policy if target.repo else f"the security contact of {address}")


def notice(target: Target, address: str, why: str) -> str:
    """Return what stands above a draft that is no matter for the public."""
    whom = contact(target, address)
    return f"**Private: for {whom} only, never for a public tracker** ({inline(why)})."


def searched(body: str) -> str:
    """Tick that the tracker was searched."""
    return body.replace(f"- [ ] {SEARCHED} ", "- [x] ")


def lacking(target: Target, body: str, *, filed: bool = False) -> tuple[str, ...]:
    """Return the labels of required fields that `body` does not fill as the form wants it.

    Until it is `filed`, the box of the search may wait.
    """
    form = target.form
    return tuple(_wrong(form.fields, body, filed=filed)) if form else ()


def _wrong(fields: tuple[Field, ...], body: str, *, filed: bool) -> Iterator[str]:
    for each in fields:
        text = _between(fields, each, body)
        if each.kind == "checkboxes":
            ticked = text.replace(f"- [ ] {SEARCHED} ", "- [ ] " if filed else "- [x] ")
            yield from (
                one.label
                for one in each.options
                if one.required and _BOX.format("x", one.label) not in ticked
            )
        elif each.required and (
            text in {"", EMPTY}
            or NOT_MEASURED in text.split("\n")[0]
            or (each.kind == "dropdown" and text not in {one.label for one in each.options})
        ):
            yield each.label


def _between(fields: tuple[Field, ...], one: Field, body: str) -> str:
    """Return what stands under a field's label, outside of quotations, up to the next heading."""
    if one.kind == "line":
        found = re.search(rf"(?m)^- {re.escape(one.label)}:[ ]?(.*)$", body)
        return found[1].strip() if found else ""
    labels = {_heading(each) for each in fields} | {f"### {each}" for each in _PARTS.values()}
    lines: list[str] = []
    fence, mine = "", False
    for line in body.split("\n"):
        ticks = re.match(r"(`{3,})", line)
        if ticks and not fence:
            fence = ticks[1]
        elif fence and line.strip() == fence:
            fence = ""
        elif not fence and line in labels:
            mine = line == _heading(one)
            continue
        if mine:
            lines.append(line)
    return "\n".join(lines).strip()


def _heading(one: Field) -> str:
    return f"{'##' if one.kind == 'heading' else '###'} {one.label}"


def _fills(target: Target, one: Field) -> tuple[str, ...]:
    """Return the facts of a field; one without an id goes by its label."""
    return tuple(target.fills.get(one.id or one.label, ()))


def _names(target: Target, one: Field) -> Iterator[str]:
    for fill in _fills(target, one):
        yield from (name for name in fill.split("+") if not name.startswith("="))


def _filled(target: Target, one: Field, facts: Mapping[str, str]) -> str:
    fills = _fills(target, one)
    if one.kind == "checkboxes":
        told = [*fills, *("" for _ in one.options)]
        return "\n".join(
            _box(option, fill, facts) for option, fill in zip(one.options, told, strict=False)
        )
    fill = fills[0] if fills else ""
    if fill.startswith("="):
        return fill[1:]
    return "\n\n".join(facts[name] for name in fill.split("+") if name in facts)


def _box(option: Option, fill: str, facts: Mapping[str, str]) -> str:
    if fill == "searched":
        return _BOX.format(" ", f"{SEARCHED} {option.label}")
    holds = fill.startswith("=") or bool(facts.get(fill))
    if fill.startswith("!"):
        holds = fill[1:] not in facts
    return _BOX.format("x" if holds else " ", option.label)


def _written(one: Field, text: str) -> str:
    """Return a field as the forge writes it when a person sends the form."""
    if one.kind == "line":
        return f"- {one.label}: {' '.join(text.split()) or NOT_MEASURED}"
    if one.render and text:
        text = fenced(text, one.render.lower())
    return f"{_heading(one)}\n\n{text or EMPTY}"
