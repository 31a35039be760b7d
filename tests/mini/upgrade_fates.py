"""Draws an upgrade: who is guilty, of what, in which company; and so what must be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.mini.draws import Behaviour, Guilt
from tests.mini.upgrade_hand import Hand, Turn
from tests.mini.upgrades import Bond, Fate, Style, Upgrade, Wanted

COUPLED, INDEXED, BACK, EARLY = 0.5, 0.25, 0.25, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What makes the difference: sets of turns any of which may be named, and what comes along.

    `crash` is which way it crashes: at the new end, at the old one, or neither. `program` is what
    the program says of a package: that it is `there`, or its own words.
    """

    heads: tuple[tuple[Turn, ...], ...]
    crash: str = ""
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    sought: str = ""
    imported: str = ""
    only_old: str = ""
    only_new: str = ""


Tale = Callable[[Hand, list[str]], Cause]


def draw(seed: int) -> Upgrade:
    """Draw the upgrade of `seed`."""
    rng = Random(seed)
    hand = Hand(rng=rng)
    hand.deal()
    pool = rng.sample(sorted(hand.packages), len(hand.packages))
    fate = rng.choice(list(Fate))
    indexed, back = rng.random() < INDEXED, rng.random() < BACK
    style = rng.choice(list(Style))
    hand.indexed = indexed
    hand.early_ends = style is not Style.LOOSE and rng.random() < EARLY
    cause = TALES[fate](hand, pool)
    for _ in range(2):
        bond = rng.choice(list(Bond))
        one = pool.pop() if bond is Bond.MUTUAL else hand.take(pool)
        hand.couple(one, pool.pop(), bond)
    while pool:
        hand.take(pool)
    return _told(hand, cause, (seed, fate, style), back=back)


def _single(behaviour: Behaviour, crash: str) -> Tale:
    def tell(hand: Hand, pool: list[str]) -> Cause:
        if hand.rng.random() >= COUPLED:
            name = hand.take(pool)
            first = hand.inside(name)
            hand.turn(name, behaviour, first)
            return Cause(heads=((hand.turns(name, first),),), crash=crash)
        return _coupled(hand, pool, behaviour, crash)

    return tell


def _coupled(hand: Hand, pool: list[str], behaviour: Behaviour, crash: str) -> Cause:
    """One of a couple is guilty; who can be named is who can be seen apart."""
    bond = hand.rng.choice(list(Bond))
    one = pool.pop() if bond is Bond.MUTUAL else hand.take(pool)
    two = pool.pop()
    at = hand.couple(one, two, bond).at
    guilty = hand.rng.choice((one, two))
    first = hand.inside(guilty)
    hand.turn(guilty, behaviour, first)
    match bond, guilty == one:
        case (Bond.EXACT, _):
            return Cause(heads=((hand.turns(one, first),),), crash=crash, must=frozenset({two}))
        case (Bond.MUTUAL, _):
            heads = ((hand.turns(one, first),), (hand.turns(two, first),))
            return Cause(heads=heads, crash=crash, may=frozenset({one, two}))
        case (Bond.BOUNDED, False) if first == at[1]:
            return Cause(heads=((hand.turns(one, at[0]),),), crash=crash, must=frozenset({two}))
        case (_, True):
            may = frozenset({two})
            return Cause(heads=((hand.turns(one, first),),), crash=crash, may=may)
        case _:
            may = frozenset({one})
            return Cause(heads=((hand.turns(two, first),),), crash=crash, may=may)


def _pair(crash: str) -> Tale:
    def tell(hand: Hand, pool: list[str]) -> Cause:
        one, two = hand.take(pool), hand.take(pool)
        at, when = hand.inside(one), hand.inside(two)
        hand.turn(one, Behaviour.MEETS, at, partner=two)
        hand.turn(two, Behaviour.RAISED, when)
        if hand.rng.random() < COUPLED:
            hand.require(one, lambda _: [two])
        return Cause(heads=((hand.turns(one, at), hand.turns(two, when)),), crash=crash)

    return tell


def _gone(hand: Hand, pool: list[str]) -> Cause:
    one, two = hand.take(pool), pool.pop()
    first = hand.inside(one)
    hand.require(one, lambda at: [two] if at < first else [])
    turn, moved = hand.turns(one, first), frozenset({two})
    if hand.rng.random() < COUPLED:
        return Cause(heads=((turn,),), must=moved, only_old=two, sought=two)
    return Cause(heads=((turn,),), must=moved, only_old=two, imported=two, crash="new")


def _comes(hand: Hand, pool: list[str]) -> Cause:
    one, two = hand.take(pool), pool.pop()
    first = hand.inside(one)
    hand.require(one, lambda at: [two] if at >= first else [])
    turn = hand.turns(one, first)
    return Cause(heads=((turn,),), must=frozenset({two}), only_new=two, sought=two)


def _root(hand: Hand, pool: list[str]) -> Cause:
    name = pool.pop()
    version = hand.version(name, hand.ends[name][1])
    turn = Turn(package=name, low="", high=version, gap=False, yanked=(False, False))
    return Cause(heads=((turn,),), only_new=name, sought=name)


TALES: Final[Mapping[Fate, Tale]] = {
    Fate.SILENT: _single(Behaviour.DRIFT, ""),
    Fate.CRASH: _single(Behaviour.CRASH, "new"),
    Fate.PAIR: _pair(""),
    Fate.PAIR_CRASH: _pair("new"),
    Fate.GONE: _gone,
    Fate.COMES: _comes,
    Fate.ROOT: _root,
}


def _told(hand: Hand, cause: Cause, drawn: tuple[int, Fate, Style], *, back: bool) -> Upgrade:
    seed, fate, style = drawn
    names = sorted(hand.packages)
    old, new = (
        {n: hand.version(n, hand.ends[n][which]) for n in names if n != absent}
        for which, absent in enumerate((cause.only_new, cause.only_old))
    )
    both = [name for name in names if name in old and name in new]
    brought = {cause.only_new, cause.only_old} - {""} if fate is not Fate.ROOT else set()
    return Upgrade(
        seed=seed,
        fate=fate,
        style=style,
        indexed=hand.indexed,
        back=back,
        packages=hand.packages,
        good=new if back else old,
        bad=old if back else new,
        roots=tuple(name for name in names if name not in brought),
        asked=(*both, *filter(None, (cause.imported,))),
        sought=cause.sought,
        couples=tuple(hand.couples),
        wanted=_wanted(cause, back=back),
    )


def _wanted(cause: Cause, *, back: bool) -> Wanted:
    (first, *_) = cause.heads
    crashed = "old" if back else "new"
    ending = "interval" if any(turn.gap for turn in first) else "conclusive"
    heads: list[tuple[Guilt, ...]] = [
        tuple(sorted((turn.guilt(back=back) for turn in head), key=lambda guilt: guilt.package))
        for head in cause.heads
    ]
    return Wanted(
        ending=ending if len(first) == 1 else "interaction",
        kind="crash" if cause.crash == crashed else "divergence",
        heads=tuple(heads),
        must_move=cause.must,
        may_move=cause.must | cause.may,
    )
