"""Probe files into probes: a family names what is asked and how each link is looked at.

>>> family = {"family": "greet", "ask": "script", "cases": [{"id": "hi", "source": "print(1)"}],
...           "links": {"text": {"compare": "text", "golden": "1", "absolute": True}}}
>>> [probe.name for probe in probes(family, goldens={})]
['greet/hi']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from bot.core.model import Authority, Json, Link, Look, Probe

Fields: TypeAlias = Mapping[str, Json]

FAMILY_KEYS = frozenset(
    {"family", "title", "ask", "seconds", "cases", "take", "request", "golden", "links", "files"}
)
COMPARATORS = frozenset({"text", "ids", "logprobs", "json", "message", "stream", "usage"})
LOOK_KEYS = frozenset({"compare", "authority", "because", "absolute", "golden"})
SECONDS = 60.0
PENDING = "pending"  # `absolute: pending`: held against its golden as soon as it has one


class ProbeFileError(ValueError):
    """A probe file that cannot be understood; `path` leads to the place in it."""

    def __init__(self, path: tuple[str | int, ...], what: str, cure: str) -> None:
        """Say `what` is wrong at `path`, and how to mend it."""
        super().__init__(what)
        self.path, self.what, self.cure = path, what, cure


def probes(family: Fields, goldens: Mapping[str, Json]) -> tuple[Probe, ...]:
    """Return the probes of a family, one for each case.

    Each case has an `id`; what else it holds (or only what `take` lists) becomes the request,
    on top of the family's `request`. `links` of a case stand over the family's. Goldens are
    those of `GOLDEN/ID`, link by link, unless a link brings its own. Raises `ProbeFileError`.
    """
    _only(family, FAMILY_KEYS, ())
    name, ask = _text(family, "family", ()), _text(family, "ask", ())
    prefix = str(family.get("golden", name))
    return tuple(
        Probe(
            name=f"{name}/{_text(case, 'id', ('cases', at))}",
            ask=ask,
            request=_request(family, case),
            looks=tuple(_looks(family, case, at, goldens.get(f"{prefix}/{case['id']}"))),
            seconds=_seconds(family, case, at),
            known=_known(goldens.get(f"{prefix}/{case['id']}")),
        )
        for at, case in enumerate(_cases(family))
    )


def _known(golden: Json) -> tuple[tuple[Link, Json], ...]:
    """Return what the model's own files say, for engines that have no part that makes it."""
    told = golden if isinstance(golden, dict) else {}
    return tuple((link, told[link]) for link in (Link.PROMPT, Link.PROMPT_IDS) if link in told)


def _cases(family: Fields) -> Iterator[Fields]:
    cases = family.get("cases")
    if not isinstance(cases, list) or not cases:
        raise ProbeFileError(("cases",), "`cases` is no list", "list at least one case")
    for at, case in enumerate(cases):
        if not isinstance(case, dict):
            raise ProbeFileError(("cases", at), "a case is no table", "give it an `id`")
        yield case


def _request(family: Fields, case: Fields) -> Json:
    take, shared = family.get("take"), family.get("request", {})
    if take is not None and not isinstance(take, list):
        raise ProbeFileError(("take",), "`take` is no list", "list keys of a case: [messages]")
    if not isinstance(shared, dict):
        raise ProbeFileError(("request",), "`request` is no table", "write `request: {key: value}`")
    own = [key for key in case if key not in {"id", "links", "seconds"}]
    return {**shared, **{key: case[key] for key in own if take is None or key in take}}


def _looks(family: Fields, case: Fields, at: int, golden: Json) -> Iterator[Look]:
    for path, links in (
        (("cases", at, "links"), case.get("links")),
        (("links",), family.get("links")),
    ):
        if links is None:
            continue
        if not isinstance(links, dict) or not links:
            raise ProbeFileError(path, "`links` is no table", "name at least one link")
        for name, look in links.items():
            yield _look(name, look, (*path, name), golden)
        return
    raise ProbeFileError(("cases", at), "no link is looked at", "add `links` to it or its family")


def _look(name: str, look: Json, path: tuple[str | int, ...], golden: Json) -> Look:
    if not isinstance(look, dict):
        raise ProbeFileError(path, f"`{name}` is no table", "give it a `compare`")
    _only(look, LOOK_KEYS, path)
    if name not in list(Link):
        known = ", ".join(Link)
        raise ProbeFileError(path, f"there is no link `{name}`", f"use one of: {known}")
    expected = look.get("golden", golden.get(name) if isinstance(golden, dict) else None)
    pending = look.get("absolute") == PENDING
    absolute = look.get("absolute") is True or (pending and expected is not None)
    if absolute and expected is None:
        cure = f"add the golden, drop `absolute`, or write `absolute: {PENDING}` and bless it"
        raise ProbeFileError(path, f"`{name}` is absolute and has no golden", cure)
    return Look(
        link=Link(name),
        compare=_compare(look, path),
        authority=_authority(look, path),
        because=str(look.get("because", "")),
        absolute=absolute,
        golden=expected if absolute else None,
        pending=pending and not absolute,
    )


def _compare(look: Fields, path: tuple[str | int, ...]) -> str:
    given = _text(look, "compare", path)
    if given not in COMPARATORS:
        cure = f"use one of: {', '.join(sorted(COMPARATORS))}"
        raise ProbeFileError((*path, "compare"), f"there is no comparator `{given}`", cure)
    return given


def _authority(look: Fields, path: tuple[str | int, ...]) -> Authority:
    given = look.get("authority", Authority.SPECIFIED.value)
    if given not in list(Authority):
        cure = f"use one of: {', '.join(Authority)}"
        raise ProbeFileError((*path, "authority"), f"there is no authority `{given}`", cure)
    return Authority(str(given))


def _only(table: Fields, known: frozenset[str], path: tuple[str | int, ...]) -> None:
    for key in table:
        if key not in known:
            cure = f"use one of: {', '.join(sorted(known))}"
            raise ProbeFileError((*path, key), f"`{key}` is not a key of a probe file", cure)


def _text(table: Fields, key: str, path: tuple[str | int, ...]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ProbeFileError((*path, key), f"`{key}` is missing", f"add `{key}: ...`")
    return value


def _seconds(family: Fields, case: Fields, at: int) -> float:
    place: tuple[str | int, ...] = ("cases", at) if "seconds" in case else ()
    value = case.get("seconds", family.get("seconds", SECONDS))
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ProbeFileError((*place, "seconds"), "`seconds` is no time", "write `seconds: 30`")
    return float(value)
