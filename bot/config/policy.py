"""`policy` in matrix.yaml: names that no issue can go to are mistakes, and told with their line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config.shape import PolicyFile, TargetFile
from bot.config.tree import Path_, Tree, problem
from bot.core.model import Json
from bot.core.policy import Policy, Rule, Way, repository, same
from bot.errors import Problem

_TO_GITHUB = {Way.PRESS.value, Way.FILE.value}


def policy_of(read: PolicyFile) -> Policy:
    """Return the policy that was asked for."""
    return Policy(
        default=_rule(read, TargetFile(way=read.default)),
        targets={same(target): _rule(read, told) for target, told in read.targets.items()},
        own=read.own,
        all_per_week=read.all_per_week,
    )


def _rule(read: PolicyFile, told: TargetFile) -> Rule:
    per_week = read.per_week if told.per_week is None else told.per_week
    most = read.most_per_week if told.most_per_week is None else told.most_per_week
    delay = read.delay_hours if told.delay_hours is None else told.delay_hours
    return Rule(
        way=Way(told.way),
        per_week=per_week,
        most_per_week=most,
        delay_hours=delay,
        consent=told.consent,
    )


def wrong_policy(tree: Tree) -> Iterator[Problem]:
    """Yield targets that no issue can be filed at, and `own` without a repository."""
    told = tree.data.get("policy") if isinstance(tree.data, dict) else None
    if not isinstance(told, dict):
        return
    targets = told.get("targets")
    ways = {name: _way(entry) for name, entry in _mapping(targets).items()}
    for name, way in ways.items():
        if way in _TO_GITHUB and not repository(name):
            what = f"`{name}` is no repository on GitHub, and `{way}` goes there"
            cure = "write owner/name or its address, or `draft`"
            yield problem(tree.file, tree.place(("policy", "targets", name)), what, cure)
    path: Path_ | None = ("policy", "default") if told.get("default") == Way.OWN else None
    path = next((("policy", "targets", name) for name, way in ways.items() if way == Way.OWN), path)
    if path and not told.get("own"):
        what = "`own` means issues in a repository of yours, and none is named"
        yield problem(tree.file, tree.place(path), what, "add `own: you/your-repository`")


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _way(entry: Json) -> str:
    return str(entry.get("way")) if isinstance(entry, dict) else str(entry)
