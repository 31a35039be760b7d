r"""The page on which a person files a finding with one press: the target's own form, filled in.

Issue forms cannot be sent by a program, and some projects want a person to send them. A form's
fields are filled from the parts of the draft by what their labels ask; choices stay the person's.

>>> address("o/r", "a title", "## How to see it\n\nrun it\n", None)
'https://github.com/o/r/issues/new?title=a+title&body=%23%23+How+to+see+it%0A%0Arun+it'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from bot.core.phrases import NOT_MEASURED

LONGEST: Final = 7500  # characters of an address that browsers and the tracker take
_CUTS = (4000, 2000, 1000, 500, 200, 0)  # of each field, until the address is short enough

_SEE, _DIFFERS, _CHANGED = "How to see it", "What differs", "Where it changed"
_WHERE, _SURE, _ANSWER = "Where it was measured", "How sure this is", "How to answer"
_ASKS: Final = (  # what a label says, the first that fits, and the parts that answer it
    (r"reproduc|steps|minimal|example|code|command", (_SEE,)),
    (r"first bad|commit|regression|when did", (_CHANGED,)),
    (r"version|environment|system|platform|hardware|backend|gpu|info", (_WHERE,)),
    (r"describe|what happened|bug|problem|expected|actual|log|output|behavior", (_DIFFERS,)),
)
_FENCE = re.compile(r"(`{3,})")
EMPTY: Final = "_No response_"  # how the forge writes a field that nobody filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a field; a box may have to be ticked."""

    label: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form: `kind` is input, textarea, dropdown or checkboxes.

    Of a template in markdown, which has no fields, it is `heading` or `line`: what stands there.
    """

    id: str
    label: str
    kind: str
    required: bool = False
    render: str = ""  # the language that a text is shown in
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A target's form for bugs: its file, what its titles begin with, and its fields.

    `digest` is the SHA-256 of the file's text.
    """

    file: str
    title: str = ""
    fields: tuple[Field, ...] = ()
    digest: str = ""


def address(place: str, title: str, body: str, form: Form | None) -> str:
    """Return the address that opens a new issue at `place` with everything filled in.

    It has at most `LONGEST` characters: long parts are cut, and say so.
    """
    told = ""
    for room in _CUTS:
        asked = _filled(title, body, form, room)
        told = f"https://github.com/{quote(place)}/issues/new?{urlencode(asked)}"
        if len(told) <= LONGEST:
            return told
    return told


def _filled(title: str, body: str, form: Form | None, room: int) -> Mapping[str, str]:
    if form is None:
        return {"title": title, "body": _cut(body.strip(), room * 2)}
    found = dict(_fields(_told(sections(body), form), form, room))
    begins = "" if title.startswith(form.title) else form.title
    return {"template": form.file, "title": f"{begins}{title}", **found}


def _told(parts: Mapping[str, str], form: Form) -> dict[str, str]:
    """Return the parts that are told: no choices, which are the person's, and nothing empty."""
    choices = {each.label for each in form.fields if each.kind not in {"input", "textarea"}}
    return {name: told for name, told in parts.items() if name not in choices and told != EMPTY}


def _fields(parts: Mapping[str, str], form: Form, room: int) -> Iterator[tuple[str, str]]:
    left = dict(parts)
    text = [field for field in form.fields if field.kind in {"input", "textarea"} and field.id]
    answers = {field.id: _answer(field, left) for field in text}
    home = next((field.id for field in reversed(text) if field.kind == "textarea"), None)
    for field in text:
        told = answers[field.id]
        if field.id == home:  # the last long field takes what no other asked for
            told = "\n\n".join([*([told] if told else []), *(_whole(left, name) for name in left)])
        if told or field.required:
            width = room if field.kind == "textarea" else 200
            yield field.id, _cut(told or f"{NOT_MEASURED}.", width)


def _answer(field: Field, left: dict[str, str]) -> str:
    """Return the parts that a label asks for, and take them out of what is left."""
    if field.label in left:  # the draft was written for this form
        told = left.pop(field.label)
        return _bare(told) if field.render else told
    for words, names in _ASKS:
        if re.search(words, f"{field.label} {field.id}", re.IGNORECASE):
            return "\n\n".join(left.pop(name) for name in names if name in left)
    return ""


def _bare(text: str) -> str:
    """Return what is quoted: the form itself shows it as code."""
    lines = text.split("\n")
    fence = _FENCE.match(text)
    return "\n".join(lines[1:-1]) if fence and lines[-1].strip() == fence[1] else text


def _whole(parts: Mapping[str, str], name: str) -> str:
    return f"### {name}\n\n{parts[name]}"


def sections(body: str) -> dict[str, str]:
    """Return the parts of a draft by their headings; a heading inside a quotation is none.

    What was written for a form has headings of the third level, as forms have them.
    """
    return _sections(body, "## ") or _sections(body, "### ")


def _sections(body: str, begins: str) -> dict[str, str]:
    parts: dict[str, list[str]] = {}
    mine: list[str] = []
    fence = ""
    for line in body.split("\n"):
        ticks = _FENCE.match(line)
        if ticks and not fence:
            fence = ticks[1]
        elif fence and line.strip() == fence:
            fence = ""
        elif not fence and line.startswith(begins):
            mine = parts.setdefault(line.removeprefix(begins).strip(), [])
            continue
        mine.append(line)
    return {name: "\n".join(lines).strip() for name, lines in parts.items()}


def _cut(text: str, room: int) -> str:
    """Return at most `room` characters; an open quotation is closed again."""
    if len(text) <= room:
        return text
    kept = text[:room]
    opened = _FENCE.findall(kept)
    close = f"\n{opened[-1]}" if len(opened) % 2 else ""
    return f"{kept}{close}\n[... {len(text) - room} characters left out; they are in the draft ...]"
