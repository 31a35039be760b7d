from __future__ import annotations

from itertools import combinations, product
from random import Random

from bot.core.cover_space import Space


def test_what_follows_from_what_is_forbidden_is_found() -> None:
    """0 = 0 asks for 1 = 1, that for 2 = 1, and so on: the ends are apart, five columns away."""
    chain = [{at: int(at > 0), at + 1: 0} for at in range(5)]
    space = Space((2,) * 6, chain)
    assert space.apart[0] & space.bits({5: 0})
    assert not space.apart[0] & space.bits({5: 1})
    assert not space.complete(space.bits({0: 0, 5: 0}))


def test_a_value_that_nothing_stands_beside_is_dead() -> None:
    space = Space((2, 2, 2), [{0: 0, 1: 0}, {0: 0, 1: 1}])
    assert space.living(0) == [1]
    assert not space.allows(space.bits({0: 0}))
    assert space.allows(space.bits({0: 1, 2: 0}))


def test_a_wish_is_kept_where_it_can_be() -> None:
    space = Space((3, 3, 3), [{0: 0, 1: 0}, {0: 0, 1: 1, 2: 2}])
    wish = space.bits({0: 1, 1: 1, 2: 2})
    assert space.values(space.complete(space.bits({0: 0}), wish)) in {
        (0, 1, 0),
        (0, 1, 1),
        (0, 2, 2),
    }
    assert space.complete(0, wish) == wish


def test_a_longer_rule_that_a_shorter_one_says_is_left_out() -> None:
    space = Space((2, 2, 2), [{0: 0, 1: 0}, {0: 0, 1: 0, 2: 0}])
    assert space.longer == [[]] * 6


def test_search_goes_back_where_it_must() -> None:
    """Sets of three among five columns, by chance: each pair is as brute force says."""
    random = Random(4)
    for _ in range(30):
        rules = [
            {at: int(random.random() * 2) for at in random.sample(range(5), 3)} for _ in range(14)
        ]
        space = Space((2,) * 5, rules)
        rows = [
            row
            for row in product(range(2), repeat=5)
            if not any(all(row[at] == value for at, value in rule.items()) for rule in rules)
        ]
        for one, other in combinations(product(range(5), range(2)), 2):
            if one[0] != other[0]:
                there = any(row[one[0]] == one[1] and row[other[0]] == other[1] for row in rows)
                assert bool(space.complete(space.bits(dict([one, other])))) == there
                beside = space.apart[one[0] * 2 + one[1]] >> other[0] * 2 + other[1] & 1
                assert there != bool(beside)
