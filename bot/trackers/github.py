"""GitHub's issues: read what a project says of bots, find a fingerprint, file it once or not.

Creating is search, create, search again. The search of the API may lag and is not exact: what
was touched lately is listed besides, and every fingerprint is compared here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import yaml

from bot.core.dashboard import PAGE
from bot.core.draft import named
from bot.core.entries import (
    ISSUE,
    address_of,
    committer,
    day,
    login_of,
    number,
    text,
    within,
)
from bot.core.model import Json
from bot.core.press import Field, Form
from bot.core.standing import Consent, Standing
from bot.effects.clock import now
from bot.effects.github import OK, Answer, App, Caller, UnsureError, refused
from bot.effects.threads import MAINTAINERS, TRIES, Threads
from bot.errors import SourceError, UsageError
from bot.forge import Draft, Issue

FILE = ".github/stackmatrix.yml"
STOP = "stackmatrix-stop"  # a label
WELCOME = "stackmatrix welcome"
FORMS = ".github/ISSUE_TEMPLATE"
LATELY = timedelta(days=2)  # what the index of the search may not know yet

_CREATED = 201
_BUG = re.compile(r"bug", re.IGNORECASE)


class GitHub(Threads):
    """Implements `forge.Forge`; what it says of a single issue is in `effects.threads`."""

    def __init__(
        self,
        *,
        agent: str,
        cache: Path,
        token: str = "",
        app: App | None = None,
        caller: Caller | None = None,
        login: str = "",
    ) -> None:
        """Use a token, an App, or neither: then everything public can be read.

        `login` is who the token is, where it may not ask.
        """
        super().__init__(caller or Caller(agent, cache, token=token, app=app), app, login)

    def standing(self, place: str, *, since: datetime, consent: str = "") -> Standing:
        """Read what a repository says of issues; see `Forge.standing`."""
        answer = self._caller.get(f"/repos/{place}")
        if answer.status != OK:
            raise refused(answer, place)
        name = str(answer["full_name"])  # a renamed repository answers under its new name
        word, welcome = self._word(name)
        refusal = _closed(answer, name) or word or self.stopped(name)
        if refusal:
            return Standing(name=name, refusal=refusal)
        return Standing(
            name=name,
            consent=welcome or self._comment(name, consent),
            recent=self._recent(name, since),
        )

    def stopped(self, place: str) -> str:
        """Return who said stop with a label; only who may write there can set one."""
        params = {"labels": STOP, "state": "open"}
        found = list(_issues(self._caller.pages(f"/repos/{place}/issues", params)))
        return f"{place} has the label {STOP} on {address_of(found[0])}" if found else ""

    def find(self, place: str, finding: str) -> Issue | None:
        """Return the oldest issue with this fingerprint; see `Forge.find`."""
        return next(iter(self._every(place, finding)), None)

    def alone(self, place: str, finding: str) -> Issue | None:
        """As `find`, and later ones of ours are closed; see `Forge.alone`."""
        return self._first(self._every(place, finding))

    def _every(self, place: str, finding: str) -> tuple[Issue, ...]:
        """Return every issue with this fingerprint, the oldest first."""
        query = f'"{finding}" repo:{place} is:issue in:body'
        answer = self._caller.get("/search/issues", {"q": query, "per_page": 100})
        if answer.status != OK or answer["incomplete_results"]:
            why = f"{place} could not be searched for {finding} (HTTP {answer.status})"
            raise SourceError(why, cure="nothing was filed; try again later")
        lately = {"state": "all", "since": _stamp(now() - LATELY)}
        listed = self._caller.pages(f"/repos/{place}/issues", lately)
        every = [*_issues(iter(answer.items)), *_issues(listed)]
        mine = {number(one): one for one in every if named(text(one, "body")) == finding}
        return tuple(self._issue(mine[at]) for at in sorted(mine) if within(mine[at], place))

    def _first(self, every: Sequence[Issue]) -> Issue | None:
        """Return the first of issues that are the same, and close those of ours that came later."""
        for later in every[1:]:
            if later.ours and later.open:
                self.close(
                    later.address, comment=f"The same as {every[0].address}, which came first."
                )
        return every[0] if every else None

    def create(self, place: str, draft: Draft) -> Issue:
        """Search, create, search again; see `Forge.create`."""
        if named(draft.body) != draft.finding:
            raise UsageError(f"the draft of {draft.finding} does not name it", cure="run again")
        for _ in range(TRIES):
            known = self.alone(place, draft.finding)
            if known is not None:
                return known
            try:
                return self._create(place, draft)
            except UnsureError as trouble:  # it may have arrived: the next search will tell
                unsure = trouble
        known = self.alone(place, draft.finding)
        if known is None:
            raise unsure
        return known

    def _create(self, place: str, draft: Draft) -> Issue:
        body: Json = {"title": draft.title, "body": draft.body}
        answer = self._caller.write("POST", f"/repos/{place}/issues", body)
        if answer.status != _CREATED or not isinstance(answer.body, dict):
            raise refused(answer, f"{place}/issues")
        mine = self._issue(answer.body)
        every = self._every(place, draft.finding)  # somebody may have been faster: theirs stands,
        listed = any(one.address == mine.address for one in every)  # or ours was delivered twice
        return self._first(every if listed else (*every, mine)) or mine

    def form(self, place: str) -> Form | None:
        """Return the form for bugs; see `Forge.form`."""
        listed = self._caller.get(f"/repos/{place}/contents/{quote(FORMS, safe='')}")
        names = [text(one, "name") for one in listed.items] if listed.status == OK else []
        forms = [name for name in sorted(names) if name.endswith((".yml", ".yaml"))]
        forms = [name for name in forms if not name.startswith("config.")]
        for name in sorted(forms, key=lambda one: (not _BUG.search(one), one)):
            read = _form(name, self._content(place, f"{FORMS}/{name}"))
            if read is not None:
                return read
        return None

    def papers(self, place: str, paths: tuple[str, ...]) -> Mapping[str, str]:
        """Return the digests of files as they are today; see `Forge.papers`."""
        texts = {path: self._content(place, path) for path in paths}
        return {path: "" if text is None else _digest(text) for path, text in texts.items()}

    def _word(self, place: str) -> tuple[str, Consent | None]:
        """Read the file by which a project says welcome or stop: a stop, or who welcomes us."""
        text = self._content(place, FILE)
        if text is None:
            return "", None
        where = f"https://github.com/{place}/blob/HEAD/{FILE}"
        try:
            told = yaml.safe_load(text)
        except yaml.YAMLError:
            told = None
        word = told.get("issues") if isinstance(told, dict) else None
        if word != "welcome":  # `stop`, or a word that nobody here understands
            return f"{place} says {word!r} in {where}", None
        params: dict[str, str | int] = {"path": FILE, "per_page": 1}
        commits = self._caller.get(f"/repos/{place}/commits", params)
        last = commits.items[0] if commits.status == OK and commits.items else {}
        return "", Consent(who=committer(last), where=where, at=day(last))

    def _content(self, place: str, path: str) -> str | None:
        answer = self._caller.get(f"/repos/{place}/contents/{quote(path, safe='')}")
        if answer.status == 404:  # noqa: PLR2004
            return None
        if answer.status != OK:
            raise refused(answer, f"{place}/{path}")
        try:
            return base64.b64decode(str(answer["content"])).decode("utf-8", "replace")
        except binascii.Error as trouble:
            raise SourceError(f"{place}/{path} cannot be read: {trouble}", cure="") from trouble

    def _comment(self, place: str, address: str) -> Consent | None:
        """Return the consent that a maintainer's comment gives, as the comment reads now."""
        found = ISSUE.fullmatch(address)
        if not found or not found[3] or found[1].lower() != place.lower():
            return None
        answer = self._caller.get(f"/repos/{place}/issues/comments/{found[3]}")
        if answer.status != OK or not isinstance(answer.body, dict):
            return None
        known = answer["author_association"] in MAINTAINERS
        if not known or WELCOME not in text(answer.body, "body").lower():
            return None
        at = text(answer.body, "updated_at")[:10]
        return Consent(who=login_of(answer.body), where=address, at=at)

    def _recent(self, place: str, since: datetime) -> int:
        """Count fingerprints, whoever's, of issues that were opened since then."""
        params = {"state": "all", "since": _stamp(since)}
        found = _issues(self._caller.pages(f"/repos/{place}/issues", params))
        lately = (one for one in found if text(one, "created_at") >= _stamp(since))
        return len({named(text(one, "body")) for one in lately} - {"", PAGE})


def _closed(answer: Answer, name: str) -> str:
    """Return why a repository takes no issues."""
    if answer["archived"]:
        return f"{name} is archived"
    if answer["disabled"]:
        return f"{name} is disabled"
    return "" if answer["has_issues"] else f"{name} takes no issues"


def _issues(listed: Iterator[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """Leave out pull requests, which GitHub lists among issues."""
    return (one for one in listed if not one.get("pull_request"))


def _form(name: str, text: str | None) -> Form | None:
    """Read a form's YAML; None for what is none."""
    try:
        told = yaml.safe_load(text or "")
    except yaml.YAMLError:
        return None
    body = told.get("body") if isinstance(told, dict) else None
    if not isinstance(body, list):
        return None
    fields = tuple(_field(one) for one in body if isinstance(one, dict) and one.get("id"))
    title = told.get("title")
    return Form(
        file=name,
        title=title if isinstance(title, str) else "",
        fields=fields,
        digest=_digest(text or ""),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _field(one: dict[str, Json]) -> Field:
    about, rules = one.get("attributes"), one.get("validations")
    label = about.get("label") if isinstance(about, dict) else ""
    required = rules.get("required") if isinstance(rules, dict) else False
    render = about.get("render") if isinstance(about, dict) else None
    return Field(
        id=str(one["id"]),
        label=str(label),
        kind=str(one.get("type")),
        required=bool(required),
        render=str(render or ""),
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
