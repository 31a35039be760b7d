r"""What packages claim to work with: the lowest versions that their own metadata admit.

Only a requirement with a lower bound is a claim: one without says nothing of what is oldest.

>>> from bot.core.metadata import environment_of, read
>>> text = "Metadata-Version: 2.1\nName: tea\nVersion: 2\nRequires-Dist: cup<2,>=1.4\n"
>>> found = claimed(read(text + "Requires-Dist: milk\n"), environment_of("3.11"))
>>> [each.line for each in found]
['cup<2,>=1.4']
>>> told(found, {"cup": "1.9", "milk": "1"}, {"cup": "1.4.1", "milk": "2"})
'declared minimum of tea: cup 1.4.1'
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import Specifier
from packaging.version import Version

from bot.core.metadata import Metadata

DECLARED: Final = "declared minimum of "
FEW: Final = 4  # packages that a cell is called by; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That package `by` works with `name` from `bound` on; `line` is its requirement, as it is."""

    by: str
    name: str
    line: str
    bound: Version


def claimed(metadata: Metadata, environment: Mapping[str, str]) -> tuple[Claim, ...]:
    """Return the lower bounds that a release claims in `environment`, without its extras."""
    found = []
    for wish in metadata.wants(environment, ()):
        bounds = [low for one in wish.admits.specifier if (low := _lowest(one))]
        if bounds and not wish.admits.url:
            extras = f"[{','.join(sorted(wish.extras))}]" if wish.extras else ""
            line = f"{wish.name}{extras}{wish.admits.specifier}"
            found.append(Claim(by=metadata.name, name=wish.name, line=line, bound=max(bounds)))
    return tuple(found)


def _lowest(one: Specifier) -> Version | None:
    """Return where a specifier begins; one exact version is no bound, there is none beside it."""
    if one.operator in {">=", ">", "~="}:
        return Version(one.version)
    if one.operator == "==" and one.version.endswith(".*"):
        return Version(one.version.removesuffix(".*"))
    return None


def heads(claims: Mapping[str, Sequence[Claim]]) -> tuple[str, ...]:
    """Return which of the packages in `claims` stay as they are: those that no head claims.

    >>> def claim(by, name): return Claim(by=by, name=name, line=name, bound=Version("1"))
    >>> heads({"tea": [claim("tea", "cup")], "cup": [claim("cup", "milk")], "milk": []})
    ('tea', 'milk')
    >>> heads({"tea": [claim("tea", "cup")], "cup": [claim("cup", "tea")]})
    ('tea',)
    """
    wanted = {one.name for name, each in claims.items() for one in each if one.name != name}
    first = [name for name in claims if name not in wanted] or [*claims][:1]
    lowered = {one.name for name in first for one in claims[name] if one.name not in first}
    return tuple(name for name in claims if name not in lowered)


def told(claims: Collection[Claim], before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Say whose lower bounds make which versions, "" where nothing stands lower than before.

    Of several that claim a package, it is the one with the highest bound: that one decides.
    """
    deciding: dict[str, Claim] = {}
    for one in claims:
        if one.name not in deciding or one.bound > deciding[one.name].bound:
            deciding[one.name] = one
    names = [name for name in deciding if now.get(name, "") != before.get(name, "")]
    by: dict[str, list[str]] = {}
    for name in names[:FEW]:
        by.setdefault(deciding[name].by, []).append(f"{name} {now.get(name, '')}".rstrip())
    parts = [f"{who}: {', '.join(versions)}" for who, versions in by.items()]
    more = [f"{len(names) - FEW} more"] if len(names) > FEW else []
    return DECLARED + "; ".join([*parts, *more]) if names else ""
