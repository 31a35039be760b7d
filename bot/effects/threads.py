"""An issue on GitHub and what is said in it: read, edited in place, closed, opened again.

Only what we wrote ourselves is ever changed, and nothing is said twice: before a comment goes out
those that stand there are read.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from bot.core.entries import address_of, entry, login_of, parts, place_of, text
from bot.core.model import Json
from bot.core.ticks import Edit
from bot.effects.github import OK, Answer, App, Caller, UnsureError, refused
from bot.errors import SourceError, UsageError
from bot.forge import Comment, Issue

TRIES = 3
MAINTAINERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})

_CREATED = 201
_WRITERS = frozenset({"admin", "maintain", "write"})
_EDITS = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    issue(number: $number) {
      userContentEdits(last: 100) { nodes { editedAt diff editor { login } } }
    }
  }
}
"""


class Threads:
    """The part of `forge.Forge` that speaks of one issue."""

    def __init__(self, caller: Caller, app: App | None = None, login: str = "") -> None:
        """Ask through `caller`; `app` is set where that is an App, `login` where it is known."""
        self._caller = caller
        self._app = app
        self._known = login

    @cached_property
    def login(self) -> str:
        """Who writes, where that is a user: what it writes carries this login."""
        if not self._caller.authenticated or self._app is not None:
            return ""
        if self._known:
            return self._known
        answer = self._caller.get("/user")
        if answer.status != OK:
            raise refused(answer, "/user")
        return str(answer["login"])

    def read(self, address: str) -> Issue:
        """Return an issue as it is now; see `Forge.read`."""
        return self._issue(self._raw(address))

    def close(self, address: str, *, comment: str, done: bool = False) -> Issue:
        """Say why, once, and close; see `Forge.close`."""
        issue = self._mine(address)
        if not issue.open:
            return issue
        if not issue.locked:
            self.say(address, comment)
        reason = "completed" if done else "not_planned"
        return self._patch(address, {"state": "closed", "state_reason": reason})

    def reopen(self, address: str) -> Issue:
        """Open it again; see `Forge.reopen`."""
        issue = self._mine(address)
        return issue if issue.open else self._patch(address, {"state": "open"})

    def edit(self, address: str, body: str) -> Issue:
        """Put another text into it; see `Forge.edit`."""
        issue = self._mine(address)
        return issue if issue.body == body else self._patch(address, {"body": body})

    def edits(self, address: str) -> tuple[Edit, ...]:
        """Return its edits, as far as GitHub shows them to this login; see `Forge.edits`."""
        place, number = parts(address)
        owner, _, name = place.partition("/")
        answer = self._caller.ask(_EDITS, {"owner": owner, "name": name, "number": number})
        found = answer if answer.status == OK and not answer["errors"] else None
        nodes = _walk(found["data"] if found else None, "repository", "issue", "userContentEdits")
        listed = nodes.get("nodes") if isinstance(nodes, dict) else None
        known = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        return tuple(sorted(map(_edit, known), key=lambda one: one.at))

    def may_write(self, place: str, who: str) -> bool:
        """Return whether a login has write access, as GitHub says now; see `Forge.may_write`."""
        if not who or not all(letter.isalnum() or letter in "-_" for letter in who):
            return False
        answer = self._caller.get(f"/repos/{place}/collaborators/{who}/permission")
        return answer.status == OK and answer["permission"] in _WRITERS

    def comments(self, address: str) -> tuple[Comment, ...]:
        """Return every comment; see `Forge.comments`."""
        place, number = parts(address)
        found = self._caller.pages(f"/repos/{place}/issues/{number}/comments", {})
        return tuple(
            Comment(
                address=f"https://github.com/{place}/issues/{number}#issuecomment-{one.get('id')}",
                who=login_of(one),
                body=text(one, "body"),
                maintainer=text(one, "author_association") in MAINTAINERS,
                ours=self._author(one),
            )
            for one in found
        )

    def say(self, address: str, text: str) -> None:
        """Comment once; see `Forge.say`."""
        place, number = parts(address)
        path = f"/repos/{place}/issues/{number}"
        if not self._said(path, text):
            self._sure("POST", f"{path}/comments", {"body": text}, path, text)
        for later in self._said(path, text)[1:]:  # the line delivered it twice
            self._caller.write("DELETE", f"/repos/{place}/issues/comments/{later}", None)

    def alike(self, place: str, words: str) -> tuple[Issue, ...]:
        """Search the issues of a repository; see `Forge.alike`."""
        asked = f"{words} repo:{place} is:issue"
        answer = self._caller.get("/search/issues", {"q": asked, "per_page": 30})
        if answer.status != OK or answer["incomplete_results"]:
            why = f"{place} could not be searched for {words} (HTTP {answer.status})"
            raise SourceError(why, cure="nothing was filed; try again later")
        mine = [one for one in answer.items if not one.get("pull_request")]
        return tuple(self._issue(one) for one in mine if place_of(one).lower() == place.lower())

    def _mine(self, address: str) -> Issue:
        issue = self.read(address)
        if not issue.ours:
            raise UsageError(f"{address} is not ours: {issue.author} wrote it", cure="ask there")
        return issue

    def _patch(self, address: str, body: dict[str, Json]) -> Issue:
        place, number = parts(address)
        answer = self._sure("PATCH", f"/repos/{place}/issues/{number}", body)
        return self._issue(answer.body if isinstance(answer.body, dict) else {})

    def _sure(self, method: str, path: str, body: Json, said: str = "", words: str = "") -> Answer:
        """Send a write that does no harm twice; a comment is looked for before it is repeated."""
        for attempt in range(TRIES):
            try:
                answer = self._caller.write(method, path, body)
            except UnsureError:
                if attempt + 1 == TRIES:
                    raise
                if said and self._said(said, words):
                    return Answer(status=_CREATED, body=None)
                continue
            if answer.status not in {OK, _CREATED}:
                raise refused(answer, path)
            return answer
        raise AssertionError  # the loop ends by returning or raising

    def _said(self, path: str, words: str) -> tuple[int, ...]:
        """Return the numbers of the comments in which we have said this there before."""
        comments = self._caller.pages(f"{path}/comments", {})
        mine = (one for one in comments if self._author(one) and text(one, "body") == words)
        return tuple(entry(one, "id") for one in mine)

    def _author(self, one: dict[str, Json]) -> bool:
        """Whether we wrote it: as a user by the login, as an App by the App's id."""
        if self._app is not None:
            through = one.get("performed_via_github_app")
            return isinstance(through, dict) and str(through.get("id")) == self._app.id
        return bool(self.login) and login_of(one) == self.login

    def _raw(self, address: str) -> dict[str, Json]:
        place, number = parts(address)
        answer = self._caller.get(f"/repos/{place}/issues/{number}")
        if answer.status != OK or not isinstance(answer.body, dict):
            raise refused(answer, address)
        return answer.body

    def _issue(self, raw: dict[str, Json]) -> Issue:
        by = raw.get("closed_by")
        closer = by if isinstance(by, dict) else {}
        return Issue(
            address=address_of(raw),
            open=raw.get("state") == "open",
            title=text(raw, "title"),
            body=text(raw, "body"),
            author=login_of(raw),
            ours=self._author(raw),
            locked=bool(raw.get("locked")),
            reason=text(raw, "state_reason"),
            closer=text(closer, "login"),
            by_us=bool(self.login) and text(closer, "login") == self.login,
        )


def _walk(value: Json, *names: str) -> Json:
    """Return what lies at the end of a path of names; None where it breaks off."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _edit(one: dict[str, Json]) -> Edit:
    editor = one.get("editor")
    who = text(editor, "login") if isinstance(editor, dict) else ""
    return Edit(who=who, at=text(one, "editedAt"), body=text(one, "diff"))
