"""Which upgrade did it: a machine that proposes mixtures of a good and a bad closure.

Both ends first, twice; then the subset search, the bisection over releases, and a confirmation
both ways in fresh environments. It does no work itself: somebody asks each proposed trial and
tells what came out.

>>> from bot.core.model import Pin
>>> good = Closure(pins=(Pin(name="anyio", version="4.1"), Pin(name="httpx", version="0.27")))
>>> bad = Closure(pins=(Pin(name="anyio", version="4.2"), Pin(name="httpx", version="0.29")))
>>> search = Explain(good=good, bad=bad, releases={"httpx": ["0.27", "0.28", "0.29"]})
>>> while trials := search.propose():
...     for trial in trials:
...         base = good if trial.lean == "good" else bad
...         versions = base.versions | dict(trial.versions)
...         broken = versions["httpx"] != "0.27"
...         search.tell(trial, Told(signature="failed: x" if broken else "", versions=versions))
>>> search.result.ending.value, search.result.culprits[0].first_bad
('conclusive', '0.28')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from bot.core.bounds import Guilty
from bot.core.confirm import Witness
from bot.core.model import Closure, Link
from bot.core.outcome import Culprit, Ending, Explanation, MovesWith
from bot.core.roads import Roads, Span
from bot.core.steps import Asking, Record, SpentError, Steps, steps_between
from bot.core.subset import search
from bot.core.trial import Told, Trial
from bot.core.versions import PEP440

_MORE_DRAWS = 4


class Explain:
    """One investigation.

    `releases` are the versions that exist, by package, `yanked` some of them; `roots` are the
    packages that were asked for by name; `prior` says how suspect a package is (1 where it is
    silent); `requires` are the names that a package requires, where known: the head of a group
    that moves together is the member that the others do not require. `scheme` orders versions.
    """

    def __init__(  # noqa: PLR0913 - each is a different kind of knowledge, most have a default
        self,
        *,
        good: Closure,
        bad: Closure,
        releases: Mapping[str, Sequence[str]],
        roots: frozenset[str] = frozenset(),
        prior: Mapping[str, float] | None = None,
        yanked: frozenset[tuple[str, str]] = frozenset(),
        requires: Mapping[str, Collection[str]] | None = None,
        link: Link | None = None,
        scheme: str = PEP440,
    ) -> None:
        self._good, self._bad, self._roots, self._yanked = good, bad, roots, yanked
        self._requires = requires or {}
        self._link = link
        self._steps: Steps = steps_between(
            good, bad, releases=releases, roots=roots, prior=prior, scheme=scheme
        )
        roads = sum(len(road) for road in self._steps.roads.values())
        self._record = Record(budget=64 + 16 * len(self._steps.order) + 2 * roads)
        self._doing = ""
        self._signature = ""
        self._roads: Roads | None = None
        self._result: Explanation | None = None
        self._open: tuple[Trial, ...] = ()
        self._flow = self._run()
        self._advance()

    def propose(self) -> tuple[Trial, ...]:
        """Return the trials that are waited for; they are independent. Empty when finished."""
        return tuple(trial for trial in self._open if trial not in self._record.told)

    def tell(self, trial: Trial, told: Told) -> None:
        """Take what a trial came to. Telling it again changes nothing.

        Raises `ValueError` for a trial that was never proposed.
        """
        if trial in self._record.told:
            return
        if trial not in self._open:
            raise ValueError(f"nobody asked for {trial.name}")
        self._record.told[trial] = told
        if not self.propose():
            self._advance()

    @property
    def result(self) -> Explanation | None:
        """How it ended, or None while it runs."""
        return self._result

    def status(self) -> str:
        """Return one line for display: what is asked now, what is known, and the cells so far."""
        cost = self._record.cost
        doing, roads = self._doing, self._roads
        if roads and roads.bisect and not self._result:
            low, high, _ = roads.bisect.result
            doing = f"bisecting the releases of {roads.package}, good up to {low}, bad from {high}"
        return f"{doing} ({cost.ends + cost.search + cost.confirm} cells so far)"

    def _advance(self) -> None:
        try:
            self._open = next(self._flow)
        except StopIteration as stop:
            self._open = ()
            self._result = stop.value
            self._doing = self._result.ending.value if self._result else ""

    def _end(self, ending: Ending, *, why: str, confidence: float = 0.0) -> Explanation:
        """Return an ending that names nobody."""
        return Explanation(
            ending=ending,
            kind=self._kind,
            signature=self._signature,
            link=self._link,
            cost=self._record.cost,
            limit=self._steps.limit(1),
            confidence=confidence,
            why=why,
        )

    @property
    def _kind(self) -> str:
        return "crash" if self._signature.startswith("failed:") else "divergence"

    def _run(self) -> Asking[Explanation]:
        try:
            return (yield from self._investigate())
        except SpentError as spent:
            return self._end(Ending.UNEXPLAINED, why=str(spent))

    def _investigate(self) -> Asking[Explanation]:
        sides = yield from self._ends()
        if isinstance(sides, Explanation):
            return sides
        good, self._signature = sides
        if not self._steps.order:
            return self._end(Ending.UNEXPLAINED, why=self._nothing_moved())
        self._doing = f"searching among {len(self._steps.order)} upgrades"
        self._roads = roads = Roads(
            steps=self._steps, record=self._record, good=good, bad=self._signature
        )
        guilty = yield from search(
            self._steps,
            self._record,
            good=good,
            bad=self._signature,
            preference=self._preference,
            roads=roads,
        )
        witness = Witness(
            steps=self._steps, record=self._record, good=good, bad=self._signature, roads=roads
        )
        spans = yield from witness.spans(guilty)
        self._doing = f"confirming {' and '.join(guilty.heads)} in fresh environments"
        confirmed = yield from witness.confirm(guilty, spans)
        if not confirmed.held:
            return self._end(Ending.UNEXPLAINED, why=confirmed.why)
        return self._name(guilty, spans, confirmed.why)

    def _ends(self) -> Asking[tuple[str, str] | Explanation]:
        """Ask both ends twice: their signatures, or the ending that they are."""
        self._doing = "asking both ends twice"
        draws = {
            lean: [Trial(versions=(), lean=lean), Trial(versions=(), lean=lean, draw=1)]
            for lean in ("good", "bad")
        }
        told = yield from self._record.ask("ends", *draws["good"], *draws["bad"])
        ends = {"good": told[:2], "bad": told[2:]}
        seen = {lean: _signatures(said) for lean, said in ends.items()}
        for lean, ending in (("good", Ending.HORIZON), ("bad", Ending.UNEXPLAINED)):
            if not seen[lean]:
                why = next((said.why for said in ends[lean] if said.why), "")
                return self._end(ending, why=f"the {lean} end does not answer: {why or 'no word'}")
        flaky = [lean for lean in seen if len(set(seen[lean])) > 1]
        if flaky:
            return (yield from self._flaky(flaky[0], seen[flaky[0]]))
        good, bad = seen["good"][0], seen["bad"][0]
        if good == bad:
            self._signature = bad
            return self._end(Ending.NO_REGRESSION, why="both ends show the same", confidence=1.0)
        return good, bad

    def _flaky(self, lean: str, seen: list[str]) -> Asking[Explanation]:
        """Measure an end that does not repeat itself; the confidence is its commonest share."""
        side = "good" if lean == "good" else "bad"
        more = [
            Trial(versions=(), lean=side, fresh=True, draw=draw)  # type: ignore[arg-type]
            for draw in range(2, 2 + _MORE_DRAWS)
        ]
        told = yield from self._record.ask("ends", *more)
        seen = seen + _signatures(told)
        (common, count), *_ = Counter(seen).most_common(1)
        self._signature = common
        why = f"the {lean} end showed the same in only {count} of {len(seen)} draws"
        return self._end(Ending.FLAKY, why=why, confidence=count / len(seen))

    def _nothing_moved(self) -> str:
        gone = set(self._good.versions) ^ set(self._bad.versions)
        if not gone:
            return "the two closures are the same, yet they behave differently"
        return f"no package is on both sides with different versions; {_list(gone)} came or went"

    def _preference(self, name: str, group: Collection[str]) -> tuple[int, ...]:
        """Sort a group: what no other member requires first, then roots, then suspicion."""
        required = any(name in self._requires.get(other, ()) for other in group if other != name)
        return (required, name not in self._roots, self._steps.order.index(name))

    def _name(self, guilty: Guilty, spans: Sequence[Span], aside: str) -> Explanation:
        """Return the ending that names the culprits."""
        gaps = tuple(f"{span.package}=={version}" for span in spans for version in span.gap)
        told = [said for said in self._record.told.values() if said.signature is not None]
        ending = Ending.INTERVAL if gaps else Ending.CONCLUSIVE
        return Explanation(
            ending=ending if len(spans) == 1 else Ending.INTERACTION,
            culprits=tuple(
                Culprit(
                    package=span.package,
                    last_good=span.last_good,
                    first_bad=span.first_bad,
                    yanked=(span.package, span.first_bad) in self._yanked,
                )
                for span in sorted(spans, key=lambda span: span.package)
            ),
            moves_with=self._moves_with(guilty),
            gaps=gaps,
            kind=self._kind,
            signature=self._signature,
            link=self._link,
            cost=self._record.cost,
            limit=self._steps.limit(len(spans)),
            confidence=(len(told) + 1) / (len(told) + 2),
            why="; ".join(filter(None, (aside, self._aside()))),
            first_differs=any(span.signature != self._signature for span in spans),
        )

    def _aside(self) -> str:
        """What the reader must know about suspects that could not be tried."""
        if not self._steps.lost:
            return ""
        return f"{_list(self._steps.lost)} left the bad side and could not be tried alone"

    def _moves_with(self, guilty: Guilty) -> tuple[MovesWith, ...]:
        """Return what changed although only the culprits were asked to, each with its reason."""
        there = guilty.told.versions
        before = self._good.versions
        moved = {
            name for name in {*there, *before} if there and there.get(name) != before.get(name)
        }
        moved |= {name for group in guilty.groups for name in group}
        names = sorted(moved - set(guilty.heads))
        return tuple(MovesWith(package=name, because=self._because(name, guilty)) for name in names)

    def _because(self, name: str, guilty: Guilty) -> str:
        at = {**self._steps.bad, **guilty.told.versions}
        asked = " and ".join(f"{head} {at[head]}" for head in guilty.heads)
        wanting = [head for head in guilty.heads if name in self._requires.get(head, ())]
        if wanting:
            return f"{_list(wanting)} requires {name}"
        if name not in self._good.versions:
            return f"{name} comes with {asked}"
        if guilty.told.versions and name not in guilty.told.versions:
            return f"nothing wants {name} beside {asked}"
        return f"{name} {self._good.versions[name]} does not resolve beside {asked}"


def _signatures(told: Sequence[Told]) -> list[str]:
    return [said.signature for said in told if said.signature is not None]


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
