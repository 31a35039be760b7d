"""A branch of somebody's repository, as files: fetched as one commit, pushed as the next.

What is here is a bare repository in the state folder, a copy that may be lost: the work tree, the
index, the objects and the hooks of the user's own repository are left alone.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from bot.effects.git import Git, redacted, told
from bot.errors import BranchError

Name = TypeVar("Name")
TIP: Final = "refs/stackmatrix/tip"
_NONE: Final = "couldn't find remote ref"
_AT_ONCE: Final = 5000  # names that one command is handed
MOST_PACKS: Final = 40  # of our copy: then it is fetched anew, as one
MOST_LOOSE: Final = 5000
_HASH: Final = re.compile(r"[0-9a-f]{40,64}")
_PUSHES: Final = re.compile(r"^pushes: (\d{1,9})$", re.MULTILINE)
_BEATEN: Final = re.compile(
    r"\[rejected\]|stale info|fetch first|non-fast-forward\)|cannot lock ref|failed to update ref"
    r"|incorrect old value|reference already exists|unable to migrate objects"
)
_AWAY: Final = re.compile(
    r"Could not resolve|Failed to connect|Connection|timed out|early EOF|RPC failed|hung up"
    r"|error: (5\d\d|429)"
)
_PROTECTED: Final = re.compile(
    r"[Pp]rotected branch|GH006|GH013|denying non-fast-forward|repository rule"
)
_FORBIDDEN: Final = re.compile(
    r"Permission to .* denied|[Ww]rite access .* not granted|error: 403|not authorized"
    r"|unable to create temporary|insufficient permission|pre-receive hook declined"
)
_STRANGER: Final = re.compile(
    r"could not read (Username|Password)|Authentication failed|prompts disabled|publickey"
    r"|error: 401|Invalid username"
)
_SAID: Final = (
    (
        _PROTECTED,
        "is protected, and takes no push of this kind",
        "let this branch be pushed to: it holds facts of stackmatrix only, and nobody merges it",
    ),
    (
        _FORBIDDEN,
        "may not be written",
        "in a workflow, give the job `permissions: contents: write`; elsewhere, a right to push",
    ),
    (
        _STRANGER,
        "asks who is there",
        "let git sign in by itself: actions/checkout with `persist-credentials: true`, or a helper",
    ),
)
_NOWHERE: Final = (
    re.compile(r"does not appear to be a git repository|not found|error: 404|Could not read from"),
    "is in no repository that can be reached",
    "name it with --remote, and mind that a private one looks like none to strangers",
)


class BeatenError(Exception):
    """Somebody else pushed meanwhile, or the line was cut: fetch, and try again."""


@dataclass(slots=True, kw_only=True)
class Branch:
    """One branch: `tip` is the commit that was fetched last, "" where there is none."""

    git: Git
    fetched: str  # the address
    pushed: str
    name: str
    tip: str = ""
    pushes: int = 0  # since its history began
    _again: bool = field(default=True)

    def fetch(self) -> dict[str, str]:
        """Fetch the newest commit alone; returns its files: the object of each path.

        Raises `BranchError`, and `BeatenError` where the line was cut.
        """
        self._renew()
        ran = self.git.run(
            "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--force",
            self.fetched, f"+{self._there}:{TIP}",
        )  # fmt: skip
        if ran.returncode != 0:
            return self._not_fetched(ran.output)
        self.tip = self._commit(self.git.must("rev-parse", f"{TIP}^{{commit}}"))
        message = self.git.must("log", "-1", "--format=%B", self.tip)
        found = _PUSHES.search(message)
        self.pushes = int(found[1]) if found else 0
        return self._files()

    def _renew(self) -> None:
        """Make the copy where there is none, or where what nobody needs any more fills it."""
        objects = self.git.place / "objects"
        if sum(1 for _ in objects.rglob("*.pack")) > MOST_PACKS or (
            sum(1 for _ in objects.glob("??/*")) > MOST_LOOSE
        ):
            shutil.rmtree(self.git.place, ignore_errors=True)
        self.git.make()

    @property
    def _there(self) -> str:
        return f"refs/heads/{self.name}"

    def _not_fetched(self, said: str) -> dict[str, str]:
        if _NONE in said:
            self.tip, self.pushes = "", 0
            return {}
        self._refuse(said)
        if not self._again:
            raise BranchError(f"{self.title} cannot be fetched: {told(said)}")
        self._again = False  # what a kill left behind in our copy stands in the way
        shutil.rmtree(self.git.place, ignore_errors=True)
        return self.fetch()

    def _files(self) -> dict[str, str]:
        with tempfile.TemporaryDirectory(dir=self.git.place) as scratch:
            listed = Path(scratch) / "tree"
            self.git.must("ls-tree", "-r", "-z", "--full-tree", self.tip, into=listed)
            entries = listed.read_bytes().decode("utf-8", "surrogateescape").split("\0")
        found: dict[str, str] = {}
        for entry in entries:
            head, _, path = entry.partition("\t")
            words = head.split(" ")
            if len(words) == 3 and words[1] == "blob" and words[0].startswith("100"):  # noqa: PLR2004
                found[path] = words[2]
        return found

    def read(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield what objects hold, each by its name."""
        with tempfile.TemporaryDirectory(dir=self.git.place) as scratch:
            for some in _some(list(dict.fromkeys(names))):
                file = Path(scratch) / "objects"
                asked = "".join(f"{name}\n" for name in some)
                self.git.must("cat-file", "--batch", input=asked, into=file)
                with file.open("rb") as content:
                    yield from _objects(content)

    def write(self, files: Sequence[Path]) -> list[str]:
        """Take files into the repository; returns the names of their objects."""
        names: list[str] = []
        for some in _some(files):
            asked = "".join(f"{file.resolve()}\n" for file in some)
            said = self.git.must("hash-object", "-w", "--no-filters", "--stdin-paths", input=asked)
            names += said.split("\n")
        if len(names) != len(files) or not all(_HASH.fullmatch(name) for name in names):
            raise BranchError(f"git took {len(names)} of {len(files)} files", cure="run it again")
        return names

    def commit(self, files: Mapping[str, str], message: str, *, alone: bool = False) -> str:
        """Make a commit of files (object by path) on the tip, or of no history; returns it."""
        with tempfile.TemporaryDirectory(dir=self.git.place) as scratch:
            index = Path(scratch) / "index"
            entries = "".join(f"100644 {name}\t{path}\0" for path, name in sorted(files.items()))
            self.git.must("update-index", "-z", "--index-info", input=entries, index=index)
            tree = self._commit(self.git.must("write-tree", index=index))
        parent = () if alone or not self.tip else ("-p", self.tip)
        pushes = 1 if alone or not self.tip else self.pushes + 1
        text = f"{message}\n\npushes: {pushes}\n"
        return self._commit(self.git.must("commit-tree", tree, *parent, "-F", "-", input=text))

    def push(self, commit: str, *, alone: bool = False) -> None:
        """Make `commit` the newest of the branch, if nobody pushed since `fetch`.

        One that stands `alone` replaces the history: under a lease, so that nothing is replaced
        but what was fetched. Raises `BeatenError`, `BranchError`.
        """
        lease = (f"--force-with-lease={self._there}:{self.tip}",) if alone and self.tip else ()
        ran = self.git.run(
            "push", "--porcelain", "--no-verify", "--no-follow-tags", *lease,
            self.pushed, f"{commit}:{self._there}",
        )  # fmt: skip
        if ran.returncode == 0:
            self.tip = commit
            self.git.must("update-ref", TIP, commit)
            return
        self._refuse(ran.output)
        if _BEATEN.search(ran.output):
            raise BeatenError(told(ran.output))
        raise BranchError(f"{self.title} cannot be pushed: {told(ran.output)}", cure="run it again")

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"the branch {self.name} at {redacted(self.pushed)}"

    def _refuse(self, said: str) -> None:
        """Raise what the other side means, where it is one of the things that people mend."""
        for words, what, cure in _SAID:
            if words.search(said):
                raise BranchError(f"{self.title} {what}: {told(said)}", cure=cure)
        if _AWAY.search(said):
            raise BeatenError(told(said))
        nowhere, what, cure = _NOWHERE
        if nowhere.search(said):
            raise BranchError(f"{self.title} {what}: {told(said)}", cure=cure)

    def _commit(self, said: str) -> str:
        name = said.rpartition("\n")[2].strip()
        if not _HASH.fullmatch(name):
            raise BranchError(f"git named no object: {told(said)}", cure="run it again")
        return name


def _some(names: Sequence[Name]) -> Iterator[Sequence[Name]]:
    for at in range(0, len(names), _AT_ONCE):
        yield names[at : at + _AT_ONCE]


def _objects(content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Read what `git cat-file --batch` says: name, type and size in a line, then the content."""
    while head := content.readline():
        words = head.decode("ascii", "replace").split()
        if len(words) != 3:  # noqa: PLR2004 - `NAME missing`
            raise BranchError(f"git lacks an object: {' '.join(words)}", cure="run it again")
        yield words[0], content.read(int(words[2]))
        content.read(1)
