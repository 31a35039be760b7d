"""The published benchmark models, the same in another order, and such as nobody has seen.

SPIN, GCC and Bugzilla come from Cohen, Dwyer, Shi (IEEE TSE 34(5), 2008), the others from Segall,
Tzoref-Brill, Farchi (Using binary decision diagrams for combinatorial test design, ISSTA 2011);
the models without rules are those of the literature since AETG. `covering_models.json` holds
domains, what is forbidden, and the smallest size known; no array.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import NamedTuple


class Model(NamedTuple):
    domains: tuple[int, ...]
    forbidden: list[dict[int, int]]
    best: int | None


def published() -> dict[str, Model]:
    text = Path(__file__).with_name("covering_models.json").read_text(encoding="utf-8")
    return {
        one["name"]: Model(
            tuple(one["domains"]), [dict(rule) for rule in one["forbidden"]], one["best_known"]
        )
        for one in json.loads(text)
    }


RULED = published()
FREE = {
    "3^4": Model((3,) * 4, [], 9),
    "3^13": Model((3,) * 13, [], 15),
    "4^15 3^17 2^29": Model((4,) * 15 + (3,) * 17 + (2,) * 29, [], 28),
    "4^1 3^39 2^35": Model((4,) + (3,) * 39 + (2,) * 35, [], 20),
    "2^100": Model((2,) * 100, [], 10),
    "10^20": Model((10,) * 20, [], 180),
}


def permuted(model: Model, seed: int) -> Model:
    """Return a model with its columns and their values in another order."""
    random = Random(seed)
    place = random.sample(range(len(model.domains)), len(model.domains))
    values = [random.sample(range(size), size) for size in model.domains]
    domains = [0] * len(model.domains)
    for at, size in enumerate(model.domains):
        domains[place[at]] = size
    rules = [{place[at]: values[at][value] for at, value in one.items()} for one in model.forbidden]
    return Model(tuple(domains), rules, model.best)


def invented(seed: int) -> Model:
    """Return a model of no publication: mixed sizes, rules of two to six values.

    A few rows are drawn first and every rule spares them, so some row may be.
    """
    random = Random(seed)
    wide = random.choice((6, 12, 20, 40, 80))
    domains = random.choices(range(2, 9), weights=(50, 20, 15, 6, 4, 3, 2), k=wide)
    spared = [[random.randrange(size) for size in domains] for _ in range(4)]
    rules: list[dict[int, int]] = []
    many = random.choice((wide // 2, wide, 3 * wide))
    while len(rules) < many:
        some = random.sample(range(wide), random.choices(range(2, 7), (40, 25, 15, 10, 10))[0])
        rule = {at: random.randrange(domains[at]) for at in some}
        if not any(all(row[at] == value for at, value in rule.items()) for row in spared):
            rules.append(rule)
    return Model(tuple(domains), rules, None)
