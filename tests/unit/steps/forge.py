"""A forge in memory, for tests of what is sent where; every write is kept in `wrote`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.draft import named
from bot.core.press import Form
from bot.core.standing import Consent, Standing
from bot.core.ticks import Edit
from bot.errors import SourceError, UsageError
from bot.forge import Comment, Draft, Issue

YES = Consent(who="them", where="https://github.com/o/r/blob/HEAD/x", at="2026-11-01")


@dataclass
class FakeForge:
    """`down` fails to answer, `words` are what a place says of itself, `writers` may write."""

    words: Standing = field(default_factory=lambda: Standing(name="o/r", consent=YES))
    issues: list[Issue] = field(default_factory=list)
    label: str = ""
    down: bool = False
    theirs: bool = False
    blind: bool = False  # the search fails
    writers: frozenset[str] = frozenset()
    history: dict[str, list[Edit]] = field(default_factory=dict)
    talk: dict[str, list[Comment]] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # digests, by path
    asks: Form | None = None

    def standing(self, place: str, *, since: datetime, consent: str = "") -> Standing:
        del place, since, consent
        if self.down:
            raise SourceError("the forge does not answer")
        return replace(self.words, recent=self.words.recent + len(self.issues))

    def stopped(self, place: str) -> str:
        del place
        return self.label

    def find(self, place: str, finding: str) -> Issue | None:
        mine = [one for one in self.issues if f"/{place}/" in one.address]
        return next((one for one in mine if named(one.body) == finding), None)

    def alone(self, place: str, finding: str) -> Issue | None:
        return self.find(place, finding)

    def create(self, place: str, draft: Draft) -> Issue:
        known = self.find(place, draft.finding)
        if known is not None:
            return known
        address = f"https://github.com/{place}/issues/{len(self.issues) + 1}"
        made = Issue(
            address=address,
            open=True,
            title=draft.title,
            body=draft.body,
            author="x",
            ours=not self.theirs,
        )
        self.issues.append(made)
        self.wrote.append(f"create {address}")
        self.history[address] = [Edit(who="bot", at="0", body=draft.body)]
        return made

    def read(self, address: str) -> Issue:
        return next(one for one in self.issues if one.address == address)

    def close(self, address: str, *, comment: str, done: bool = False) -> Issue:
        if not self.mine(address).open:
            return self.read(address)
        self.say(address, comment)
        reason = "completed" if done else "not_planned"
        return self.put(address, f"close {reason}", open=False, reason=reason, by_us=True)

    def reopen(self, address: str) -> Issue:
        self.mine(address)
        return self.put(address, "reopen", open=True, reason="", by_us=False)

    def edit(self, address: str, body: str) -> Issue:
        self.mine(address)
        self.ticked("bot", address, body)
        self.wrote.append(f"edit {address}")
        return self.read(address)

    def edits(self, address: str) -> tuple[Edit, ...]:
        return tuple(self.history.get(address, ()))

    def may_write(self, place: str, who: str) -> bool:
        del place
        return who in self.writers

    def comments(self, address: str) -> tuple[Comment, ...]:
        return tuple(self.talk.get(address, ()))

    def say(self, address: str, text: str) -> None:
        if text not in [one.body for one in self.comments(address) if one.ours]:
            self.comment(address, "bot", text, ours=True)
            self.wrote.append(f"say {address}")

    def alike(self, place: str, words: str) -> tuple[Issue, ...]:
        if self.blind:
            raise SourceError(f"{place} could not be searched for {words}")
        mine = [one for one in self.issues if f"/{place}/" in one.address]
        return tuple(one for one in mine if words.strip('"') in f"{one.title} {one.body}")

    def papers(self, place: str, paths: tuple[str, ...]) -> dict[str, str]:
        del place
        return {path: self.files.get(path, "") for path in paths}

    def form(self, place: str) -> Form | None:
        del place
        return self.asks

    def mine(self, address: str) -> Issue:
        issue = self.read(address)
        if not issue.ours:
            raise UsageError(f"{address} is not ours")
        return issue

    def put(self, address: str, wrote: str = "", **changed: object) -> Issue:
        """Change an issue, as whoever may."""
        at = next(n for n, one in enumerate(self.issues) if one.address == address)
        self.issues[at] = replace(self.issues[at], **changed)  # type: ignore[arg-type]
        self.wrote += [f"{wrote} {address}"] if wrote else []
        return self.issues[at]

    def ticked(self, who: str, address: str, body: str) -> None:
        """Edit an issue as somebody, with its history."""
        self.put(address, body=body)
        made = self.history.setdefault(address, [])
        made.append(Edit(who=who, at=str(len(made)), body=body))

    def comment(
        self, address: str, who: str, text: str, *, maintainer: bool = False, ours: bool = False
    ) -> Comment:
        """Comment as somebody."""
        there = self.talk.setdefault(address, [])
        told = Comment(
            address=f"{address}#issuecomment-{len(there) + 1}",
            who=who,
            body=text,
            maintainer=maintainer,
            ours=ours,
        )
        there.append(told)
        return told
