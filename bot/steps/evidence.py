"""What is known of an explained change, gathered from both ends: the case that rules judge.

The two ends left their logs; what was installed lies on the shelf, with the texts that it
brought; and an index knows where a project lives today. Nothing is run for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.asked import answerer, feeds, named
from bot.core.blame import Case, Change, subject
from bot.core.data import defined, other_tables, same_code
from bot.core.gone import Gone, announced, missing, speaks
from bot.core.metadata import Metadata, environment_of
from bot.core.model import Link, Observation, Pin
from bot.core.notes import SHORTEST, about
from bot.core.outcome import Culprit, Explanation
from bot.core.traces import PROGRAM, Trace, read, warnings
from bot.errors import SourceError
from bot.ports import Pages, Registry, Runner
from bot.steps.house import House
from bot.steps.mixing import Mixtures

TOLD = 300  # characters of an exception that are repeated
_TEXTS = (".py", ".pyi", ".md", ".rst", ".txt")
_PYTHON = (".py", ".pyi")
_NOTES = ("METADATA", "CHANGE", "HISTORY", "NEWS", "RELEASE")
_BINARY = (".so", ".pyd", ".dylib", ".dll")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What one end showed first, and what it left in its log."""

    seen: Observation | None
    log: str

    @property
    def trace(self) -> Trace:
        """The traceback by which it ended, if it did."""
        return read(self.log)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All there is to look at: both ends, what lies on the shelf, and the program's source."""

    house: House
    mixtures: Mixtures
    errands: Runner
    source: str
    good: End
    bad: End

    def case(self, told: Explanation) -> Case:
        """Return the evidence about the culprits of `told`."""
        case = self._shape(told)
        first = subject(case)
        others = tuple(each for each in case.changes if each != first)
        names = {*case.frames, case.answerer, *(each.package for each in case.changes)}
        return replace(
            case,
            culprit=first,
            partners=others,
            strangers=bool(case.answerer) and self._strangers(case.answerer, first.package),
            announced=self._announced(first, case.gone),
            noted=self._noted(first, case.message),
            only_data=case.kind != "crash" and self._only_data(first),
            lost=self._lost(first, case.message),
            projects=self._projects(names),
        )

    def _shape(self, told: Explanation) -> Case:
        """Return what both ends left, whichever of the culprits it is about."""
        fixed = {each.package: each.newest for each in told.later if each.fixed}
        changes = [self._change(each, fixed.get(each.package, "")) for each in told.culprits]
        trace, seen = self.bad.trace, self.bad.seen
        failure = seen.failure if seen else None
        gone = missing(trace.message) or missing(failure.message if failure else self._shown())
        return Case(
            kind=told.kind,
            culprit=changes[0],
            partners=tuple(changes[1:]),
            message=trace.message or (failure.message if failure else ""),
            frames=tuple(self._packages(trace.modules)),
            admits=self._admits(changes),
            gone=gone,
            holder=self._holder(gone) if gone else "",
            answerer=self.owners.get(answerer(self.source), ""),
            feeds=self._feeds(),
            good=self.good.seen.at(Link.MESSAGE) if self.good.seen else None,
            bad=seen.at(Link.MESSAGE) if seen else None,
            machine=bool(failure and failure.reason.spurious),
        )

    def _change(self, culprit: Culprit, fixed_in: str) -> Change:
        return Change(
            package=culprit.package,
            before=culprit.last_good,
            after=culprit.first_bad,
            yanked=culprit.yanked,
            still=self.mixtures.bad.versions.get(culprit.package, ""),
            fixed_in=fixed_in,
        )

    @property
    def declared(self) -> Mapping[str, Metadata]:
        """What each distribution of the bad end declares."""
        versions = self.mixtures.bad.versions
        return {name: self.mixtures.known[name, version] for name, version in versions.items()}

    @property
    def owners(self) -> Mapping[str, str]:
        """The package that brings each module, those of the bad end first."""
        owners: dict[str, str] = {}
        for metadata in (*self.declared.values(), *self.mixtures.known.values()):
            for module in metadata.modules:
                owners.setdefault(module, metadata.name)
        return owners

    def _shown(self) -> str:
        """The bad end's answer, which may hold the words of an exception."""
        return json.dumps(self.bad.seen.at(Link.MESSAGE)) if self.bad.seen else ""

    def _holder(self, gone: Gone) -> str:
        """Return the package that had it; an unknown module stands for itself."""
        top = gone.holder.partition(".")[0]
        return self.owners.get(top, top if gone.module else "")

    def _feeds(self) -> frozenset[tuple[str, str]]:
        owners = self.owners
        told = [(owners.get(one), owners.get(other)) for one, other in feeds(self.source)]
        return frozenset((one, other) for one, other in told if one and other and one != other)

    def _packages(self, modules: tuple[str, ...]) -> Iterator[str]:
        owners = self.owners
        for module in modules:
            if module == PROGRAM or module in owners:
                yield owners.get(module, PROGRAM)

    def _admits(self, changes: list[Change]) -> dict[tuple[str, str], bool]:
        after = {change.package: change.after for change in changes}
        environment = environment_of(self.mixtures.interpreter)
        return {
            (name, wish.name): wish.admitted(after[wish.name])
            for name, metadata in self.declared.items()
            for wish in metadata.wants(environment, ())
            if after.get(wish.name)
        }

    def _strangers(self, one: str, other: str) -> bool:
        """Whether neither of two packages requires the other, however far around."""
        return one != other and other not in self._reach(one) and one not in self._reach(other)

    def _reach(self, start: str) -> set[str]:
        declared, environment = self.declared, environment_of(self.mixtures.interpreter)
        found, left = {start}, [start]
        while left:
            metadata = declared.get(left.pop())
            wanted = {w.name for w in metadata.wants(environment, ())} if metadata else set()
            left += wanted - found
            found |= wanted
        return found

    def _announced(self, change: Change, gone: Gone | None) -> str:
        """Return what the last good release said of what went: as a warning, or in its texts."""
        names = {gone.name} if gone and gone.name else named(self.source)
        later = {words for _, words in warnings(self.bad.log)}
        for _, words in warnings(self.good.log):
            if words not in later and any(len(n) >= SHORTEST and n in words for n in names):
                return words
        if gone is None or len(gone.name) < SHORTEST:
            return ""
        pages = self._pages(change.package, change.before)
        return _found(pages, gone.name) if pages else ""

    def _noted(self, change: Change, message: str) -> str:
        """Return what the first bad release says of it: in its exception, or in its notes."""
        if speaks(message):
            return " ".join(message.split())[:TOLD]
        pages = self._pages(change.package, change.after)
        names = named(self.source)
        for path in pages.files if pages else ():
            if any(word in path.rpartition("/")[2].upper() for word in _NOTES):
                note = about(names, pages.text(path)) if pages and _is_note(path) else ""
                if note:
                    return note
        return ""

    def _only_data(self, change: Change) -> bool:
        """Whether only tables and data differ: everywhere, or where what was asked is defined."""
        old, new = self._sides(change)
        if old is None or new is None:
            return False
        before, after = _content(old), _content(new)
        differ = [path for path in before.keys() | after if before.get(path) != after.get(path)]
        names = named(self.source)
        asked = [p for p in differ if p.endswith(".py") and names & defined(new.text(p))]
        return any(
            bool(paths) and all(_same(p, old, new) for p in paths) and _data(paths, old, new)
            for paths in (asked, differ)
        )

    def _lost(self, change: Change, message: str) -> str:
        """Return a file that the exception names, and that the first bad release left out."""
        old, new = self._sides(change)
        if old is None or new is None:
            return ""
        gone = _content(old).keys() - _content(new).keys()
        return next((path for path in sorted(gone) if path in message), "")

    def _sides(self, change: Change) -> tuple[Pages | None, Pages | None]:
        name = change.package
        return self._pages(name, change.before), self._pages(name, change.after)

    def _pages(self, package: str, version: str) -> Pages | None:
        pin = self.mixtures.pins.get((package, version), Pin(name=package, version=version))
        return self.mixtures.shelf.pages(pin, interpreter=self.mixtures.interpreter)

    def _projects(self, names: set[str]) -> dict[str, str]:
        """Return where each package has its project today, or said it had when it was released."""
        told = dict(self.errands.run(sorted(names - {PROGRAM}), self._project))
        return {name: repo for name, repo in told.items() if repo}

    def _project(self, package: str) -> str:
        for source in self.house.sources.values():
            if isinstance(source, Registry):
                try:
                    repo = source.about(package).project
                except SourceError:
                    continue
                if repo:
                    return repo
        known = self.declared.get(package)
        return known.project if known else ""


def _is_note(path: str) -> bool:
    return path.endswith((*_TEXTS[2:], "METADATA")) or "." not in path.rpartition("/")[2]


def _found(pages: Pages, name: str) -> str:
    for path in sorted(pages.files):
        if path.endswith(_TEXTS):
            text = pages.text(path)
            told = announced(name, text) if name in text else ""
            if told:
                return told
    return ""


def _content(pages: Pages) -> dict[str, str]:
    """The files that make a package do something, by digest: not what describes it."""
    return {path: told for path, told in pages.files.items() if ".dist-info/" not in path}


def _same(path: str, old: Pages, new: Pages) -> bool:
    """Whether a file that differs holds the same code, or none."""
    if path.endswith(_BINARY):
        return False
    return not path.endswith(_PYTHON) or same_code(old.text(path), new.text(path))


def _data(paths: Sequence[str], old: Pages, new: Pages) -> bool:
    """Whether data differs among files that hold the same code."""
    return any(
        not path.endswith(_PYTHON) or other_tables(old.text(path), new.text(path)) for path in paths
    )
