"""Explain two closures that are not of a matrix: the search, driven for any program as its probe.

Every trial is a fact of the state folder, so an inquiry that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Literal

from bot.core.blame import Case, Responsible, responsible
from bot.core.explain import Explain
from bot.core.facts import Tried
from bot.core.model import Closure, Conflict, Failure, Json, Observation, Probe
from bot.core.narrowing import Narrowing
from bot.core.nature import Nature, nature
from bot.core.outcome import Explanation
from bot.core.prior import prior, read
from bot.core.trial import Told, Trial
from bot.errors import InterruptedByPersonError, StackmatrixError, UsageError
from bot.ports import Runner, Shelf, Source
from bot.steps.ask import ask, whole
from bot.steps.deeper import Ends as Drawn
from bot.steps.deeper import deeper, today_of
from bot.steps.doubt import doubted
from bot.steps.early import Early
from bot.steps.evidence import End, Scene
from bot.steps.foresight import Foresight, begun
from bot.steps.handover import Handed, Shown, hand_over
from bot.steps.house import House
from bot.steps.mixing import Mixtures
from bot.steps.question import Question
from bot.steps.released import released
from bot.steps.seen import named
from bot.steps.together import together

GUESTS: Json = [{"name": "script", "setup": {}}]
RETRIES = 2  # repeats of a trial that the machine, not the stack, spoiled
DOUBT = "asking both ends once more"
UNTRACED = -1  # the draw that stands for the first of an end where tracing is what it shows
LEANS: Final[tuple[Literal["good", "bad"], ...]] = ("good", "bad")
ENDS: Final = tuple(Trial(versions=(), lean=lean) for lean in LEANS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How a search ended, and whose it is; both of these are None where nobody is named."""

    question: Question
    explanation: Explanation
    responsible: Responsible | None = None
    nature: Nature | None = None
    handed: Handed | None = None


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """One search, from two closures to an explanation."""

    house: House
    shelf: Shelf
    question: Question
    errands: Runner  # for questions over the network, many at once
    proof: bool = True  # whether a proof is made
    builds: Mapping[str, Source] = field(default_factory=dict)  # where development builds lie
    foresee: bool = False  # whether there is a core for what will only likely be wanted
    loaded: Callable[[], None] = lambda: None  # begun once both ends have loaded what they load

    def run(self) -> Found:
        """Drive the search to its end. Raises `UsageError` for an end that cannot be installed."""
        asked = self.question
        mixtures = Mixtures(
            house=self.house,
            shelf=self.shelf,
            good=asked.good,
            bad=asked.bad,
            roots=asked.roots,
            releases={},
            interpreter=asked.interpreter,
        )
        self._learn(mixtures)
        releases, suspicion = together(
            self.errands,
            lambda: released(self.house, self.errands, asked.moved),
            lambda: self._prior(mixtures),
        )
        mixtures.releases = {
            name: {each.version: each for each in told} for name, told in releases.items()
        }
        seer = begun(mixtures, asked, releases, suspicion)
        machine = seer.make()
        left = Narrowing(good=asked.good.versions, bad=asked.bad.versions)
        early = Early()
        try:
            self._search(machine, mixtures, left, seer, early)
        except KeyboardInterrupt:
            raise _interrupted(f"{left.words}; {machine.status()}") from None
        if machine.result is None:
            raise AssertionError("a search that proposes nothing has a result")
        try:
            cost = replace(machine.result.cost, speculative=seer.idle)
            return self._found(mixtures, replace(machine.result, cost=cost), early)
        except KeyboardInterrupt:
            raise _interrupted(f"{machine.result.sentence}; the proof was not finished") from None

    def _search(
        self,
        machine: Explain,
        mixtures: Mixtures,
        left: Narrowing,
        seer: Foresight,
        early: Early,
    ) -> None:
        """Ask what the machine proposes to its end; what will be wanted of an accused is begun."""
        ends = machine.propose()
        while trials := machine.propose():
            accused = None if early.about else machine.accusation
            round_ = partial(self._round, machine, mixtures, trials, left, seer)
            if trials == ends:
                self.loaded()
            if accused is None:
                round_()
            else:
                early.about = accused
                hand = partial(self._handed, mixtures, accused, lambda: machine.accusation)
                newest = partial(self._today, mixtures, accused)
                _, (early.handed, _) = together(
                    self.errands, round_, partial(together, self.errands, hand, newest)
                )

    def _found(self, mixtures: Mixtures, told: Explanation, early: Early) -> Found:
        if not told.culprits:
            return Found(question=self.question, explanation=told)
        handed, (deep, case) = together(
            self.errands,
            lambda: (
                early.handed if early.fits(told) else self._handed(mixtures, told, lambda: told)
            ),
            lambda: self._looked(mixtures, told),
        )
        if handed is None and self.proof:
            doubted = self._doubted(mixtures, told)
            if not doubted.culprits:
                return Found(question=self.question, explanation=doubted)
        return Found(
            question=self.question,
            explanation=deep,
            responsible=responsible(case),
            nature=nature(case),
            handed=handed,
        )

    def _looked(self, mixtures: Mixtures, told: Explanation) -> tuple[Explanation, Case]:
        """Look deeper than the releases, and then at whose it is."""
        told = deeper(mixtures, told, self._drawn(), partial(self.attempt, mixtures), self.builds)
        return told, self._case(mixtures, told)

    def _today(self, mixtures: Mixtures, told: Explanation) -> None:
        """Ask the newest releases of the accused before anybody wants to know of them."""
        today = today_of(mixtures, self._drawn(), partial(self.attempt, mixtures))
        if today is not None:
            today.told(told)

    def _drawn(self) -> Drawn:
        """Return what each end shows, draw by draw."""
        seen = {
            lean: (self._told(lean), self._seen_of(Trial(versions=(), lean=lean, draw=1)))
            for lean in LEANS
        }
        good, bad = (tuple(named(one) if one else None for one in seen[lean]) for lean in LEANS)
        return Drawn(good=good, bad=bad)

    def _doubted(self, mixtures: Mixtures, told: Explanation) -> Explanation:
        """Look at both ends once more: what could not be proved may be chance."""
        seen = {lean: self._told(lean) for lean in LEANS}
        usual = {str(lean): named(each) if each else None for lean, each in seen.items()}
        return doubted(
            told, usual, self.house.runner, lambda one: self.attempt(mixtures, one, DOUBT)
        )

    def _handed(
        self, mixtures: Mixtures, told: Explanation, stands: Callable[[], Explanation | None]
    ) -> Handed | None:
        """Write the proof, and run it both ways; it ends early where nothing `stands` any more."""
        request = self.question.probe.request
        good = self._told("good")
        if not self.proof or good is None or not isinstance(request, dict) or "command" in request:
            return None  # a command of this folder proves nothing elsewhere
        evidence = [read(self._log(lean)) for lean in LEANS]
        loaded = frozenset[str]().union(*(each.loaded for each in evidence))
        self.house.progress.begin("reduce", 2)
        shown = Shown(
            source=str(request["source"]),
            good=good,
            loaded=loaded,
            stands=lambda: stands() is not None,
        )
        return hand_over(self.house, mixtures, told, shown)

    def _case(self, mixtures: Mixtures, told: Explanation) -> Case:
        """Gather the evidence about the culprits from what both ends left behind."""
        good, bad = (End(seen=self._told(lean), log=self._log(lean)) for lean in LEANS)
        request = self.question.probe.request
        source = str(request["source"]) if isinstance(request, dict) else ""
        scene = Scene(
            house=self.house,
            mixtures=mixtures,
            errands=self.errands,
            source=source,
            good=good,
            bad=bad,
        )
        return scene.case(told)

    def _told(self, lean: Literal["good", "bad"]) -> Observation | None:
        """Return what an end showed first, untraced where tracing made a difference."""
        plain = self._seen_of(Trial(versions=(), lean=lean, draw=UNTRACED))
        return plain or self._seen_of(Trial(versions=(), lean=lean))

    def _seen_of(self, trial: Trial) -> Observation | None:
        known = self.house.memory.tried.get((self.question.key, trial.name))
        return known.observation if known else None

    def _log(self, lean: Literal["good", "bad"]) -> str:
        """Return what the traced run of an end printed."""
        seen = self._seen_of(Trial(versions=(), lean=lean))
        log = seen.log if seen else ""
        return (self.house.ledger.blob(log) or b"").decode(errors="replace") if log else ""

    def _learn(self, mixtures: Mixtures) -> None:
        """Put both ends on the shelf. Raises `UsageError` for one that cannot be installed."""
        for word, end in (("good", self.question.good), ("bad", self.question.bad)):
            failure = mixtures.learn(end, build=True)
            if failure is not None:
                what = f"the {word} end cannot be installed: {failure.message}"
                cure = "check the names, the versions, and where packages come from"
                raise UsageError(what, cure=cure)

    def _prior(self, mixtures: Mixtures) -> dict[str, float]:
        """Ask both ends with their imports traced; the answers count as the first of each."""
        self.house.progress.begin("explain", len(ENDS))
        doing = "asking both ends"
        for _ in self.house.runner.run(ENDS, lambda one: self.attempt(mixtures, one, doing)):
            self.house.progress.advance("explain", doing)
        evidence = [read(self._log(lean)) for lean in LEANS]
        modules: dict[str, set[str]] = {}
        for (name, _), metadata in mixtures.known.items():
            modules.setdefault(name, set()).update(metadata.modules)
        return prior(self.question.moved, modules, evidence, self.question.roots)

    def _round(
        self,
        machine: Explain,
        mixtures: Mixtures,
        trials: Sequence[Trial],
        left: Narrowing,
        seer: Foresight,
    ) -> None:
        """Run the trials of one proposal, several at once, and tell them in the order proposed.

        They run last first: what drifts or takes turns does not favour one end in both draws.
        """
        self.house.progress.begin("explain", len(trials))
        doing = f"{left.words}; {machine.status()}"
        good, bad = (named(one) if one else None for one in map(self._told, LEANS))
        asks = self.foresee and not all(self._seen_of(trial) for trial in trials)
        after = seer.after(trials, good, bad) if asks and good and bad else ()
        answers: dict[str, Told] = {}
        for trial, told in self.house.runner.run(
            (*reversed(trials), *after), lambda one: self._heard(mixtures, one, doing, trials)
        ):
            answers[trial.name] = told
            self.house.progress.advance("explain", doing)
        self._unwatched(mixtures, answers, doing)
        good, bad = (named(one) if one else None for one in map(self._told, LEANS))
        for trial in trials:
            told = seer.told[trial] = answers[trial.name]
            machine.tell(trial, told)
            if told.signature is not None and told.signature in (good, bad):
                left.hear(told.versions, bad=told.signature == bad)

    def _heard(self, mixtures: Mixtures, trial: Trial, doing: str, wanted: Sequence[Trial]) -> Told:
        """Run one trial; what keeps one from running that nobody wants yet is not told."""
        try:
            return self.attempt(mixtures, trial, doing)
        except StackmatrixError as error:
            if trial in wanted or isinstance(error, InterruptedByPersonError):
                raise
            return Told(signature=None)

    def _unwatched(self, mixtures: Mixtures, answers: dict[str, Told], doing: str) -> None:
        """Ask an end again that does not repeat itself: it may show that it was traced."""
        silent = Told(signature=None)
        for traced in ENDS:
            names = (traced.name, replace(traced, draw=1).name)
            first, second = (answers.get(name, silent).signature for name in names)
            if first and second and first != second:
                again = replace(traced, draw=UNTRACED)
                answers[traced.name] = self.attempt(mixtures, again, doing)

    def attempt(self, mixtures: Mixtures, trial: Trial, doing: str) -> Told:
        """Run one trial, or remember it; people read what is being done."""
        self.house.progress.start("explain", doing)
        closure = mixtures.close(trial)
        if isinstance(closure, Conflict):
            return Told(signature=None, why=closure.why)
        if isinstance(closure, Failure):
            return Told(signature=None, why=closure.message)
        seen = self._seen_of(trial)
        if seen is None:
            seen = self._observe(closure, trial)
            fact = Tried(search=self.question.key, trial=trial.name, observation=seen)
            job = f"explain {self.question.key} {trial.name}"
            attempt = self.house.memory.attempt(self.house.run, job)
            self.house.tell(fact, job=job, attempt=attempt)
        told = named(seen)
        why = seen.failure.message if told is None and seen.failure else ""
        return Told(signature=told, versions=closure.versions, why=why)

    def _observe(self, closure: Closure, trial: Trial) -> Observation:
        probe = self.question.stirred(max(trial.draw, 0) + trial.fresh)
        if trial in ENDS:
            probe = self.question.traced
        for turn in range(RETRIES + 1):
            seen = self._ask(closure, probe, fresh=trial.fresh or bool(turn))
            if seen.failure is None or not seen.failure.reason.spurious:
                break
        return seen

    def _ask(self, closure: Closure, probe: Probe, *, fresh: bool) -> Observation:
        interpreter, limits = self.question.interpreter, self.house.limits()
        with self.house.env.open(
            closure, interpreter=interpreter, limits=limits, fresh=fresh
        ) as room:
            if isinstance(room, Failure):
                return Observation(probe=probe.name, failure=room)
            return whole(probe, ask(self.house, room, GUESTS, [probe]))


def _interrupted(known: str) -> InterruptedByPersonError:
    cure = "run it again: what was asked is kept, and it goes on where it was"
    return InterruptedByPersonError(f"interrupted. Known so far: {known}", cure=cure)
