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
from dataclasses import replace

from bot.core.apart import Draws, tell_apart
from bot.core.bounds import Guilty
from bot.core.confirm import Accused, Confirmed, Witness
from bot.core.doubt import Tale, ask_again, varied
from bot.core.mirror import EACH, asked, back, mirrored
from bot.core.model import Closure, Link
from bot.core.noise import Known, Measured, Rates
from bot.core.noisy import PATIENCE, Noisy
from bot.core.outcome import Culprit, Ending, Explanation, MovesWith
from bot.core.roads import Roads, Span
from bot.core.steps import Asking, Record, SpentError, Steps, steps_between
from bot.core.subset import search
from bot.core.trial import Told, Trial
from bot.core.versions import PEP440


class Explain:
    """One investigation.

    `releases` are the versions that exist, by package, `yanked` some of them; `roots` are the
    packages that were asked for by name; `prior` says how suspect a package is (1 where it is
    silent); `requires` are the names that a package requires, where known: the head of a group
    that moves together is the member that the others do not require. `scheme` orders versions.

    `rates` are how often good and bad closures show the bad sign, where a history tells; `error`
    is the share of names that may be wrong where answers vary. Neither matters where none does.
    Raises `ValueError` for an error that is none (0..1, both excluded).
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
        rates: Rates | None = None,
        error: float = 0.05,
    ) -> None:
        self._good, self._bad, self._roots, self._yanked = good, bad, roots, yanked
        if not 0 < error < 1:
            raise ValueError(f"an error lies between 0 and 1: {error}")
        self._rates, self._error = rates, error
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
        self._noisy: Noisy | None = None
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
    def accusation(self) -> Explanation | None:
        """The one upgrade that is being confirmed, as the result will tell it if that holds."""
        span = self._roads.accused if self._roads else None
        return self._told(Ending.CONCLUSIVE, [span]) if span else None

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
        if self._noisy and not self._result:
            doing = f"{doing}, {self._noisy.status}"
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
        good, bad = sides
        self._signature = bad
        if not self._steps.order:
            return self._end(Ending.UNEXPLAINED, why=self._nothing_moved())
        accused = yield from self._accuse(self._steps, self._record, good, bad)
        if accused.confirmed.others:
            accused = yield from self._undone(accused, good)
        yield from self._question(accused, good)
        if varied(self._record):  # the ends repeated themselves by luck
            return (yield from self._measured(Draws(good=(good,) * 2, bad=(bad,) * 2)))
        if not accused.confirmed.held:
            return self._end(Ending.UNEXPLAINED, why=accused.confirmed.why)
        return self._name(accused.guilty, accused.spans, accused.confirmed.why)

    def _accuse(self, steps: Steps, record: Record, good: str, bad: str) -> Asking[Accused]:
        """Search, bisect and confirm, between ends that show `good` and `bad`."""
        self._doing = f"searching among {len(steps.order)} upgrades"
        self._roads = roads = Roads(steps=steps, record=record, good=good, bad=bad)
        guilty = yield from search(
            steps, record, good=good, bad=bad, preference=self._preference, roads=roads
        )
        witness = Witness(steps=steps, record=record, good=good, bad=bad, roads=roads)
        spans = yield from witness.spans(guilty)
        guilty = guilty.led_by([span.package for span in spans])
        self._doing = f"confirming {' and '.join(guilty.heads)} in fresh environments"
        confirmed = yield from witness.confirm(guilty, spans)
        return Accused(guilty=guilty, spans=tuple(spans), confirmed=confirmed)

    def _undone(self, before: Accused, good: str) -> Asking[Accused]:
        """Search from the bad end back, where more than one upgrade does it by itself."""
        mirror = Record(budget=self._record.budget)
        flow = self._accuse(mirrored(self._steps), mirror, self._signature, good)
        after = yield from asked(flow, mirror, self._record)
        if not after.confirmed.held:
            return before
        (told,) = yield from self._record.ask("search", self._steps.trial(after.guilty.pins))
        return Accused(
            guilty=replace(after.guilty, told=told),
            spans=tuple(back(span, self._signature) for span in after.spans),
            confirmed=Confirmed(held=True, why=EACH),
        )

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
        varies = any(len(set(words)) > 1 for words in seen.values())
        if varies or (self._rates and self._rates != Rates(good=0.0, bad=1.0)):
            first = Draws(good=tuple(seen["good"]), bad=tuple(seen["bad"]))
            return (yield from self._measured(first))
        good, bad = seen["good"][0], seen["bad"][0]
        if good == bad:
            self._signature = bad
            return self._end(Ending.NO_REGRESSION, why="both ends show the same", confidence=1.0)
        return good, bad

    def _measured(self, first: Draws) -> Asking[Explanation]:
        """Measure ends that vary; where they are told apart, search by what they show how often."""
        self._doing = "measuring how often the ends show it"
        self._record.allow(PATIENCE)
        channel = Known(rates=self._rates) if self._rates else Measured()
        ends = yield from tell_apart(self._record, first, channel, self._error)
        words = Counter(filter(ends.measure.sign.shows, first.bad + ends.draws.bad))
        self._signature = max(words, key=words.__getitem__, default=first.bad[0])
        if not ends.apart:
            return self._end(Ending.FLAKY, why=ends.why, confidence=ends.sameness)
        if not self._steps.order:
            return self._end(Ending.UNEXPLAINED, why=self._nothing_moved())
        self._doing = f"searching among {len(self._steps.order)} upgrades, each answer by chance"
        self._noisy = noisy = Noisy(
            steps=self._steps,
            record=self._record,
            measure=ends.measure,
            channel=channel,
            word=self._signature,
            error=self._error,
            preference=self._preference,
        )
        caught = yield from noisy.run()
        if isinstance(caught, str):
            why = f"{caught}; {ends.measure.words}"
            return self._end(Ending.UNEXPLAINED, why=why)
        found = self._name(caught.guilty, [caught.span], ends.measure.words)
        return replace(found, confidence=caught.confidence)

    def _question(self, accused: Accused, good: str) -> Asking[None]:
        """Ask once more what would show that answers vary, in fresh environments.

        Where the accused are confirmed, that is what contradicts them; else both ends: what
        varies with the place is no upgrade's doing.
        """
        if not accused.confirmed.held:
            ends = [
                Trial(versions=(), lean="good", fresh=True),
                Trial(versions=(), lean="bad", fresh=True),
            ]
            yield from self._record.ask("ends", *ends)
            return
        each = accused.confirmed.why == EACH
        tale = Tale(steps=self._steps, spans=accused.spans, each=each)
        yield from ask_again(self._record, tale, good, self._signature)

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
        return replace(
            self._told(ending if len(spans) == 1 else Ending.INTERACTION, spans),
            moves_with=self._moves_with(guilty),
            gaps=gaps,
            limit=self._steps.limit(len(spans)),
            confidence=(len(told) + 1) / (len(told) + 2),
            why=aside,
        )

    def _told(self, ending: Ending, spans: Sequence[Span]) -> Explanation:
        """Return what is told of culprits by their spans alone."""
        return Explanation(
            ending=ending,
            culprits=tuple(
                Culprit(
                    package=span.package,
                    last_good=span.last_good,
                    first_bad=span.first_bad,
                    yanked=(span.package, span.first_bad) in self._yanked,
                )
                for span in sorted(spans, key=lambda span: span.package)
            ),
            kind=self._kind,
            signature=self._signature,
            link=self._link,
            cost=self._record.cost,
            first_differs=any(span.signature != self._signature for span in spans),
        )

    def _moves_with(self, guilty: Guilty) -> tuple[MovesWith, ...]:
        """Return what changed although only the culprits were asked to, each with its reason."""
        there, before = guilty.told.versions, self._good.versions
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
