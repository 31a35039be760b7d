"""Draws a world: one small row of the matrix for each fate that an upgrade can have.

Bystanders move in every row together with the guilty, so that somebody innocent can be accused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from tests.mini import names
from tests.mini.draws import Behaviour, Blame, Draw, File, Guilt, Issue, Package, Row


class Hand:
    """Draws packages and keeps them; the order of calls is what a seed means."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.names = names.invent(self.rng, 40)
        self.packages: dict[str, Package] = {}
        self.follow: dict[str, tuple[str, ...]] = {}
        self.bystanders = tuple(self.plain() for _ in range(3))

    def keep(self, package: Package, *follow: str) -> Package:
        """Remember a package; `follow` is empty for one that is not watched."""
        self.packages[package.name] = package
        if follow:
            self.follow[package.name] = follow
        return package

    def plain(self, count: int | None = None) -> Package:
        """Draw a package that never changes what it says."""
        count = count or self.rng.randrange(6, 9)
        versions = names.scheme(self.rng, count)
        issues = zip(versions, names.days(self.rng, count), strict=True)
        return self.keep(
            Package(
                name=self.names.pop(),
                issues=tuple(Issue(version=version, day=day) for version, day in issues),
                word=names.sentence(self.rng),
                drifted=names.sentence(self.rng),
            ),
            "newest",
        )

    def turning(self, behaviour: Behaviour) -> tuple[Package, int]:
        """Draw a package that shows `behaviour` from a drawn release on, and which that is."""
        package = self.plain()
        first = self.rng.randrange(2, len(package.issues))
        return self.keep(turned(package, behaviour, first)), first

    def row(self, fate: str, *watched: Package, **more: object) -> Row:
        """Draw a row over `watched`, its baseline the oldest releases unless drawn newer."""
        row = Row(
            name=fate,
            components=tuple(package.name for package in watched),
            baseline={p.name: p.issues[self.rng.randrange(2)].version for p in watched},
            probes=tuple(package.name for package in watched),
            golden=self.rng.random() < 0.5,
        )
        return replace(row, **more)  # type: ignore[arg-type]

    def bystander(self) -> Package:
        """Draw one of the packages that live in several rows."""
        return self.rng.choice(self.bystanders)


def turned(package: Package, behaviour: Behaviour, first: int, until: int | None = None) -> Package:
    """Return `package` with the releases from index `first` (before `until`) behaving so."""
    span = range(first, len(package.issues) if until is None else until)
    return replace(
        package,
        issues=tuple(
            replace(issue, behaviour=behaviour) if at in span else issue
            for at, issue in enumerate(package.issues)
        ),
    )


def requiring(package: Package, requires: Callable[[int], Sequence[str]]) -> Package:
    """Return `package` with the requirements that `requires` gives for each release's index."""
    return replace(
        package,
        issues=tuple(
            replace(issue, requires=tuple(requires(at))) for at, issue in enumerate(package.issues)
        ),
    )


def guilt(package: Package, first: int, last_good: int | None = None, **more: bool) -> Guilt:
    """Return the blame of `package` for its release with index `first`."""
    good = first - 1 if last_good is None else last_good
    versions = [issue.version for issue in package.issues]
    return Guilt(package=package.name, last_good=versions[good], first_bad=versions[first], **more)


def conclusive(package: Package, *culprits: Guilt, **more: object) -> Blame:
    """Return the blame that ends conclusively, `package` being the one whose probe turns red."""
    blame = Blame(shown=package.name, ending="conclusive", culprits=culprits)
    return replace(blame, **more)  # type: ignore[arg-type]


def passes(hand: Hand) -> Row:
    """Nothing ever breaks, over several releases of several packages."""
    other = hand.keep(hand.plain(), "newest", "previous")
    return hand.row("passes", *hand.bystanders[:2], other)


def drifts(hand: Hand) -> Row:
    """One answer to one word changes silently; every followed release has it, or only the last."""
    package, first = hand.turning(Behaviour.DRIFT)
    words = names.invent(hand.rng, 6)
    package = hand.keep(replace(package, key=hand.rng.choice(words)), "newest", "previous")
    where = hand.rng.choice(("prompt", "text"))
    blame = conclusive(package, guilt(package, first), keeps=(package.key,))
    row = hand.row("drifts", package, hand.bystander(), blames=(blame,))
    return replace(row, prompted=True, drift_at=where, arguments=tuple(words))


def crashes(hand: Hand) -> Row:
    """The import itself raises."""
    package, first = hand.turning(Behaviour.CRASH)
    blame = conclusive(package, guilt(package, first))
    return hand.row("crashes", hand.bystander(), package, blames=(blame,))


def couple(hand: Hand) -> Row:
    """One pins the other exactly, so that both move as one; one of them drifts."""
    first_one = hand.plain()
    second = hand.plain(len(first_one.issues))
    rhyme = [replace(b, version=a.version) for a, b in zip(first_one.issues, second.issues)]  # noqa: B905
    second = replace(second, issues=tuple(rhyme))
    pair = [requiring(first_one, lambda at: [f"{second.name}=={rhyme[at].version}"]), second]
    at = hand.rng.randrange(2)
    first = hand.rng.randrange(2, len(rhyme))
    pair[at] = turned(pair[at], Behaviour.DRIFT, first)
    one, two = (hand.keep(package) for package in pair)
    blame = conclusive(pair[at], guilt(one, first), guilt(two, first), together=True)
    row = hand.row("couple", one, two, hand.bystander(), blames=(blame,))
    return replace(row, baseline={**row.baseline, two.name: row.baseline[one.name]})


def flaky(hand: Hand) -> Row:
    """Every answer is a coin toss from one release on."""
    package, _ = hand.turning(Behaviour.FLAKY)
    return hand.row("flaky", package, hand.bystander())


def eats_memory(hand: Hand) -> Row:
    """More memory than the limit, touched page by page."""
    package, first = hand.turning(Behaviour.MEMORY)
    blame = conclusive(package, guilt(package, first))
    return hand.row("eats-memory", package, hand.bystander(), blames=(blame,))


def hangs(hand: Hand) -> Row:
    """Sleeps for ever."""
    package, first = hand.turning(Behaviour.HANG)
    blame = conclusive(package, guilt(package, first))
    return hand.row("hangs", package, hand.bystander(), blames=(blame,), seconds=4)


def gap(hand: Hand) -> Row:
    """Some releases cannot be installed, and the guilty one is among them or right behind."""
    package = hand.plain(8)
    start = hand.rng.randrange(2, 4)
    behind = start + hand.rng.randrange(2, 4)
    first = hand.rng.randrange(start, behind + 1)
    package = turned(package, Behaviour.DRIFT, first)
    issues = tuple(
        replace(issue, file=hand.rng.choice((File.SDIST, File.FOREIGN)))
        if start <= at < behind
        else issue
        for at, issue in enumerate(package.issues)
    )
    package = hand.keep(replace(package, issues=issues))
    blame = conclusive(package, guilt(package, behind, start - 1), ending="interval")
    return hand.row("gap", package, hand.bystander(), blames=(blame,))


def interaction(hand: Hand) -> Row:
    """Neither upgrade alone does any harm; the two together do."""
    meets, at = hand.turning(Behaviour.MEETS)
    raised, when = hand.turning(Behaviour.RAISED)
    meets = replace(requiring(meets, lambda _: [raised.name]), partner=raised.name)
    hand.keep(meets)
    blame = conclusive(meets, guilt(meets, at), guilt(raised, when), ending="interaction")
    return hand.row("interaction", meets, raised, blames=(blame,))


def yanked(hand: Hand) -> Row:
    """The first bad release was withdrawn; the final ones after it are still bad."""
    package = hand.plain()
    first = hand.rng.randrange(2, len(package.issues) - 1)
    package = turned(package, Behaviour.DRIFT, first)
    issues = tuple(replace(issue, yanked=at == first) for at, issue in enumerate(package.issues))
    package = hand.keep(replace(package, issues=issues))
    blame = conclusive(package, guilt(package, first, yanked=True))
    return hand.row("yanked", package, hand.bystander(), blames=(blame,))


def fixed(hand: Hand) -> Row:
    """The baseline is bad by the golden, and a release mends it."""
    package = hand.plain()
    until = hand.rng.randrange(2, len(package.issues))
    package = hand.keep(turned(package, Behaviour.DRIFT, 0, until))
    blame = conclusive(package, guilt(package, until), verdict="fixed", optional=True)
    return hand.row("fixed", package, hand.bystander(), golden=True, blames=(blame,))


def unsolvable(hand: Hand) -> Row:
    """The newest release requires what was never released."""
    package, partner = hand.plain(), hand.bystander()
    last = len(package.issues) - 1
    wish = f"{partner.name}==97.{hand.rng.randrange(99)}.0"
    package = requiring(package, lambda at: [wish] if at == last else [])
    hand.keep(package, "newest", "previous")
    return hand.row("unsolvable", package, partner)


def transitive(hand: Hand) -> Row:
    """The guilty one is not watched: one watched package held it back, another drags it along."""
    hidden, first = hand.turning(Behaviour.DRIFT)
    del hand.follow[hidden.name]
    versions = [issue.version for issue in hidden.issues]
    cap, bound = hand.rng.randrange(2, first + 1), hand.rng.randrange(2, len(versions))
    holder, drags = hand.plain(), hand.plain()
    lifted, raised = (hand.rng.randrange(2, len(p.issues)) for p in (holder, drags))
    holder = requiring(
        holder, lambda at: [f"{hidden.name}<{versions[cap]}" if at < lifted else hidden.name]
    )
    floor = f"{hidden.name}>={versions[max(bound, cap)]}"
    drags = requiring(drags, lambda at: [floor if at >= raised else hidden.name])
    issues = tuple(replace(issue, behaviour=Behaviour.RELAYS) for issue in drags.issues)
    hand.keep(holder)
    drags = hand.keep(replace(drags, issues=issues, partner=hidden.name))
    blame = conclusive(drags, guilt(hidden, first), moves_with=(holder.name,))
    return hand.row("transitive", drags, holder, blames=(blame,))


def appears(hand: Hand) -> Row:
    """From one release on a new dependency comes along, and with it another answer."""
    package, first = hand.turning(Behaviour.RELAYS)
    newcomer = hand.plain()
    del hand.follow[newcomer.name]
    package = requiring(package, lambda at: [newcomer.name] if at >= first else [])
    package = hand.keep(replace(package, partner=newcomer.name))
    blame = conclusive(package, guilt(package, first), moves_with=(newcomer.name,))
    return hand.row("appears", package, hand.bystander(), blames=(blame,))


def double(hand: Hand) -> Row:
    """Two packages drift on their own: two findings in one row."""
    both = [hand.turning(Behaviour.DRIFT) for _ in range(2)]
    blames = tuple(conclusive(package, guilt(package, first)) for package, first in both)
    return hand.row("double", *(package for package, _ in both), blames=blames)


FATES = (
    passes,
    drifts,
    crashes,
    couple,
    flaky,
    eats_memory,
    hangs,
    gap,
    interaction,
    yanked,
    fixed,
    unsolvable,
    transitive,
    appears,
    double,
)


def draw(seed: int) -> Draw:
    """Draw the world of `seed`."""
    hand = Hand(seed)
    rows = tuple(fate(hand) for fate in FATES)
    used = {name for row in rows for name in row.components}
    follow = {name: which for name, which in hand.follow.items() if name in used}
    return Draw(seed=seed, packages=hand.packages, rows=rows, follow=follow)
