"""Comments on pull requests of GitHub: one for each matter, found by its mark, edited in place."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from bot.core.entries import entry, login_of, text
from bot.core.model import Json
from bot.effects.github import OK, Caller, UnsureError, refused

TRIES: Final = 3
_WRITTEN = frozenset({200, 201})


class Pulls:
    """What is said on pull requests; `login` is who writes, where GitHub does not tell."""

    def __init__(self, caller: Caller, *, login: str = "") -> None:
        """Ask through `caller`."""
        self._caller = caller
        self._login = login

    @cached_property
    def login(self) -> str:
        """Who writes; an Actions token may not ask, and is told. Raises `SourceError`."""
        if self._login:
            return self._login
        answer = self._caller.get("/user")
        if answer.status != OK:
            raise refused(answer, "/user")
        return str(answer["login"])

    def number(self, place: str, head: str, commit: str) -> int | None:
        """Return the open pull request of a branch (`owner:branch`) whose last commit is `commit`.

        Raises `SourceError` when nobody answers.
        """
        params: dict[str, str | int] = {"state": "open", "head": head, "per_page": 100}
        answer = self._caller.get(f"/repos/{place}/pulls", params)
        if answer.status != OK:
            raise refused(answer, place)
        return next((entry(one, "number") for one in answer.items if _ends_in(one, commit)), None)

    def tell(self, place: str, number: int, mark: str, words: str) -> str:
        """Say `words`, which begin with `mark`, once; return what was done.

        Raises `SourceError` where it is refused, or may have gone wrong.
        """
        for attempt in range(TRIES):
            mine = self._mine(place, number, mark)
            if mine and text(mine, "body").strip() == words.strip():
                return "said before"
            try:
                return self._write(place, number, entry(mine, "id") if mine else 0, words)
            except UnsureError:
                if attempt + 1 == TRIES:
                    raise
        raise AssertionError  # the loop ends by returning or raising

    def _write(self, place: str, number: int, comment: int, words: str) -> str:
        if comment:
            method, path = "PATCH", f"/repos/{place}/issues/comments/{comment}"
        else:
            method, path = "POST", f"/repos/{place}/issues/{number}/comments"
        answer = self._caller.write(method, path, {"body": words})
        if answer.status not in _WRITTEN:
            raise refused(answer, path)
        return "edited" if comment else "said"

    def _mine(self, place: str, number: int, mark: str) -> dict[str, Json] | None:
        """Return the first comment of ours with this mark; a stranger's may carry it too."""
        for one in self._caller.pages(f"/repos/{place}/issues/{number}/comments", {}):
            if text(one, "body").startswith(mark) and login_of(one) == self.login:
                return one
        return None


def _ends_in(pull: dict[str, Json], commit: str) -> bool:
    head = pull.get("head")
    return isinstance(head, dict) and text(head, "sha") == commit
