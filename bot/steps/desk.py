"""What tracking works with after a run: policy, ledger, drafts, a forge, and whose word it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.aliases import aliases
from bot.core.facts import Body, Drafted, Fact, Moved
from bot.core.form import Target
from bot.core.life import Event, Life, Refused, Step, take
from bot.core.lives import job_of, lives, next_attempt
from bot.core.policy import Policy
from bot.core.security import private
from bot.errors import UsageError
from bot.forge import Draft, Forge
from bot.ports import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What filing works with; `drafts` reads a checked draft, `stop` is why nothing may leave."""

    policy: Policy
    ledger: Ledger
    run: int
    drafts: Callable[[Drafted], Draft]
    forge: Callable[[], Forge]
    now: datetime
    who: str
    stop: Callable[[], str]
    targets: Mapping[str, Target] = field(default_factory=dict)  # what is known of projects
    folded: dict[int, dict[str, Life]] = field(default_factory=dict, compare=False, repr=False)
    secret: dict[int, dict[str, str]] = field(default_factory=dict, compare=False, repr=False)
    written: dict[int, dict[str, Drafted]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def lives(self) -> dict[str, Life]:
        """Where every finding stands; folded once for as many facts as there are."""
        facts = self.ledger.facts()
        if len(facts) not in self.folded:
            self.folded.clear()
            self.folded[len(facts)] = lives(facts)
        return self.folded[len(facts)]

    @property
    def drafted(self) -> dict[str, Drafted]:
        """The last draft of every finding."""
        facts = self.ledger.facts()
        if len(facts) not in self.written:
            called = aliases(facts)
            told = (fact.body for fact in facts)
            drafts = {called.of(body.finding): body for body in told if isinstance(body, Drafted)}
            self.written.clear()
            self.written[len(facts)] = drafts
        return self.written[len(facts)]

    @property
    def private(self) -> Mapping[str, str]:
        """The findings that nobody outside may read of, each with the reason."""
        facts = self.ledger.facts()
        if len(facts) not in self.secret:
            self.secret.clear()
            self.secret[len(facts)] = private(facts)
        return self.secret[len(facts)]

    def step(self, finding: str, step: Step, why: str, about: str = "") -> Life:
        """Tell one step of a finding's life. Raises `UsageError` where it cannot be taken."""
        event = Event(step=step, who=self.who, at=self.now, why=why, about=about)
        before, told = self.lives, len(self.ledger.facts())
        life = take(before[finding], event)
        if isinstance(life, Refused):
            raise UsageError(f"{finding}: {life.why}", cure=f"see `issues show {finding}`")
        body = Moved(finding=finding, step=step, who=self.who, at=self.now, why=why, about=about)
        self.tell(body, finding)
        self.folded.clear()
        self.folded[told + 1] = {**before, finding: life}
        return life

    def tell(self, body: Body, finding: str) -> Fact:
        """Tell a fact of a finding, in its place after those that were told before."""
        attempt = next_attempt(self.ledger.facts(), self.run, finding)
        return self.ledger.tell(body, job=job_of(finding), attempt=attempt)
