"""A matrix for somebody's own stack: what of their packages can be exercised, and in which stacks.

A server of chats and the client that they ask it with are one stack; all else stands alone. What
is pinned is the baseline: today's stack, against which each newer release is tried.

>>> engine = Offer(name="engine", package="my-engine", role="engine", upstream="u", serves=True)
>>> client = Offer(name="openai", package="openai", role="client", upstream="u", asks=True)
>>> own = Own.of({"my-engine": "1.0", "openai": "", "flask": "3.0"}, [engine, client])
>>> own.stacks, own.left
((('chat', ('engine', 'openai')),), ('flask',))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import yaml

from bot.core.model import Json

CHATS = ("chat", "stream")  # what a server and a client are asked together


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A driver, as far as a matrix names it; `serves` chats over HTTP, or `asks` such a server."""

    name: str
    package: str
    role: str
    upstream: str
    serves: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What was found: offers with the pinned version (empty: none), stacks, and what is left."""

    found: tuple[tuple[Offer, str], ...]
    stacks: tuple[tuple[str, tuple[str, ...]], ...]
    left: tuple[str, ...]

    @classmethod
    def of(cls, packages: Mapping[str, str], offers: Sequence[Offer]) -> Self:
        """Return what can be exercised of `packages`, pinned versions by normal names."""
        found = tuple((one, packages[one.package]) for one in offers if one.package in packages)
        known = {one.package for one, _ in found}
        return cls(
            found=found,
            stacks=tuple(_stacks([one for one, _ in found])),
            left=tuple(sorted(packages.keys() - known)),
        )

    @property
    def cells(self) -> int:
        """How many cells the first run plans at most: a baseline, each alone, all newest."""
        return sum(2 + len(members) for _, members in self.stacks)

    def text(self, title: str, source: str, lock: str = "") -> str:
        """Return matrix.yaml, commented; `source` is the file that was read.

        With `lock`, its path as seen from the matrix, stacks stand on what it pins at the time.
        """
        told: dict[str, Json] = {"version": 1, "title": title}
        told["components"] = {one.name: _component(one, version) for one, version in self.found}
        pinned = {one.name: version for one, version in self.found if version}
        told["stacks"] = {name: _stack(members, pinned, lock) for name, members in self.stacks}
        body: str = yaml.safe_dump(told, sort_keys=False, width=90, allow_unicode=True)
        return _HEAD.format(source=source) + body + _TAIL


def _stacks(found: Sequence[Offer]) -> Iterator[tuple[str, tuple[str, ...]]]:
    servers = [one.name for one in found if one.serves]
    clients = [one.name for one in found if one.asks]
    for name in servers if clients else ():
        yield ("chat" if len(servers) == 1 else f"chat-{name}", (name, *clients))
    paired = {*servers, *clients} if servers and clients else set()
    for one in found:
        if one.name not in paired:
            yield one.name, (one.name,)


def _component(offer: Offer, version: str) -> Json:
    """Follow the newest against what is pinned, or against the release before it."""
    told: dict[str, Json] = {"role": offer.role, "upstream": offer.upstream, "driver": offer.name}
    if offer.package != offer.name:
        told["package"] = offer.package
    follow: list[Json] = ["newest"] if version else ["previous", "newest"]
    return told | {"follow": follow}


def _stack(members: tuple[str, ...], pinned: Mapping[str, str], lock: str) -> Json:
    told: dict[str, Json] = {"components": [*members]}
    if len(members) > 1:
        told["suite"] = [*CHATS]
    baseline: dict[str, Json] = {name: pinned[name] for name in members if name in pinned}
    if baseline and lock:
        return told | {"lock": lock}
    return told | ({"baseline": baseline} if baseline else {})


_HEAD = """\
# What stackmatrix watches here, made of {source} by `stackmatrix init`. Make it yours.
#
#   stackmatrix config check     says what is wrong with it, with line and cure
#   stackmatrix plan             shows the cells that it asks for
#   stackmatrix run              runs them; the report is reports/index.html
#
# A baseline is what is pinned: each newer release is tried alone against it, then all newest
# together. A stack with a `lock` takes it from there, with all that comes along, as it is that
# day; without either, the oldest release that `follow` names is the first baseline.
# `stackmatrix init --sample` writes a matrix with a comment on everything that can be said.
"""
_TAIL = """\
# How far a finding goes: a draft in .stackmatrix/outbox, unless you say otherwise.
policy:
  default: draft
"""
