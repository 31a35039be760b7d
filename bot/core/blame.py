r"""Whose it is to act: rules over the evidence, tried in order, each with its reason.

Who changed is not always who must act. A rule says what it saw and how sure that makes it; where
no rule holds, nobody is named. No rule knows a package by name.

>>> case = Case(kind="divergence", culprit=Change(package="greet", before="1.0", after="1.1"),
...     projects={"greet": "https://github.com/x/greet"})
>>> responsible(case).repo
'https://github.com/x/greet'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.core.gone import Gone
from bot.core.model import Json
from bot.core.outcome import ABSENT
from bot.core.promise import Promise, promised

PROGRAM: Final = ""  # in `frames`: the program that a person asked with
EMPTY: Final[tuple[Json, ...]] = (None, 0, False, "", [], {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One upgrade of the guilty set; `yanked` where its first bad release was withdrawn.

    `still` is the version of the bad end, which shows it as well, `fixed_in` a later one that does
    not show it any more.
    """

    package: str
    before: str
    after: str
    yanked: bool = False
    still: str = ""
    fixed_in: str = ""

    @property
    def promise(self) -> Promise:
        """What the step promised."""
        return promised(self.before, self.after)

    def __str__(self) -> str:
        """Say it in three words."""
        return f"{self.package} {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of one explained change.

    `frames` are the packages in the traceback, outermost first, the program itself as "";
    `admits` says of who requires whom whether the first bad release is in the declared range;
    `gone` is the name that the exception misses, `holder` the package that had it, where known;
    `announced` are words of the last good release that tell of its end, `noted` words of the
    first bad one; `answerer` is the package that gave the printed value, `strangers` whether it
    and the culprit require each other in no way; `feeds` says which package the program lets
    write for which other; `only_data` that no code of the culprit differs
    where it was asked; `lost` is a file that the exception names and the culprit left out.
    """

    kind: str
    culprit: Change
    partners: tuple[Change, ...] = ()
    message: str = ""
    frames: tuple[str, ...] = ()
    admits: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    gone: Gone | None = None
    holder: str = ""
    announced: str = ""
    noted: str = ""
    answerer: str = ""
    strangers: bool = False
    feeds: frozenset[tuple[str, str]] = frozenset()
    good: Json = None
    bad: Json = None
    only_data: bool = False
    lost: str = ""
    machine: bool = False  # whether the failure is of a kind that the machine can cause

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every upgrade of the guilty set."""
        return (self.culprit, *self.partners)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """The project that must act (empty: undetermined), why, and how sure (0..1)."""

    repo: str
    reason: str
    confidence: float
    package: str = ""


def subject(case: Case) -> Change:
    """Return the upgrade of the guilty set that the rules look at.

    Of several: the one that requires another of them, for it knew of it; else the only one that
    broke a promise; else the one that writes what another refuses; else the one whose code was
    running last; else the first.
    """
    first, *others = case.changes
    if not others:
        return first
    names = {each.package for each in case.changes}
    knew = [c for c in case.changes if any((c.package, n) in case.admits for n in names)]
    broke = [each for each in case.changes if each.promise is Promise.KEEPS]
    wrote = [c for c in case.changes if any((c.package, name) in case.feeds for name in names)]
    inner = [c for name in reversed(case.frames) for c in case.changes if c.package == name]
    for few in (knew, broke, wrote):
        if len(few) == 1:
            return few[0]
    return inner[0] if inner else first


def caller(case: Case) -> str | None:
    """Return whose code met the change: a package, "" for the program, None where no one knows.

    That is who stands above the culprit's own frames. Where it has none it is who stumbles over
    a name that is gone, else the innermost one that requires the culprit, else the innermost one.
    """
    if not case.frames:
        return None
    name = case.culprit.package
    inner = case.frames[-1]
    if inner != name and (inner, name) in case.admits:
        return inner
    if name not in case.frames:
        users = [each for each in reversed(case.frames) if (each, name) in case.admits]
        return inner if case.gone or not users else users[0]
    above = case.frames[: len(case.frames) - 1 - case.frames[::-1].index(name)]
    return next((each for each in reversed(above) if each != name), PROGRAM)


def dependent(case: Case) -> str:
    """Return the package, other than the program and the culprit, that met the change."""
    met = caller(case)
    return met if met and met != case.culprit.package else ""


def misses_its_own(case: Case) -> bool:
    """Whether the culprit fails to find what it brings or requires itself."""
    if case.lost:
        return True
    lacks = "No module named" in case.message or "FileNotFoundError" in case.message
    lacks = lacks or "is not installed" in case.message
    inside = bool(case.frames) and case.frames[-1] == case.culprit.package
    return lacks and inside and case.holder != case.culprit.package


def its_name_is_gone(case: Case) -> bool:
    """Whether what is missing was the culprit's, as far as one can tell."""
    return case.gone is not None and case.holder in ("", case.culprit.package)


def _admitted(case: Case) -> bool | None:
    return case.admits.get((dependent(case), case.culprit.package))


def _was_forbidden(case: Case) -> bool:
    """Whether somebody installed what the one that fails had excluded."""
    meant = its_name_is_gone(case) or bool(case.announced)
    return _admitted(case) is False and (meant or case.culprit.promise is not Promise.KEEPS)


def _itself(case: Case) -> str:
    return case.culprit.package if misses_its_own(case) else ""


def _took_it_back(case: Case) -> str:
    """Who mended it since, with nothing else moved; a warning that stood there is no slip."""
    return case.culprit.package if case.culprit.fixed_in and not case.announced else ""


def _uses_what_is_gone(case: Case) -> str:
    return dependent(case) if its_name_is_gone(case) and _admitted(case) else ""


def _uses_undeclared(case: Case) -> str:
    gone = its_name_is_gone(case) and _admitted(case) is None
    return dependent(case) if gone else ""


def _leans(case: Case) -> str:
    """Who imports what came along with another package only."""
    elsewhere = case.holder not in ("", case.culprit.package)
    absent = case.gone is not None and case.gone.module and "No module named" in case.message
    return dependent(case) if elsewhere and absent else ""


def _was_told(case: Case) -> str:
    told = case.announced or (case.noted and case.kind == "crash")
    return dependent(case) if told and _admitted(case) is not False else ""


def _was_to_expect_it(case: Case) -> str:
    """Who fails on a step that may break, and does not only refuse what it is handed."""
    free = case.culprit.promise is not Promise.KEEPS and _admitted(case) is not False
    handed = (case.culprit.package, dependent(case)) in case.feeds
    return dependent(case) if free and not handed and case.kind == "crash" else ""


def _read_nothing(case: Case) -> str:
    """Who answers nothing, without a word, where it answered before."""
    empty = case.bad in EMPTY and case.good not in EMPTY and case.kind != "crash"
    admits = case.admits.get((case.answerer, case.culprit.package))
    expected = admits and case.culprit.promise is not Promise.KEEPS
    return case.answerer if empty and (case.strangers or expected) else ""


def _culprit(case: Case) -> str:
    return case.culprit.package


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: whom it finds (or nobody), in which words, how sure it is."""

    finds: Callable[[Case], str]
    because: str
    sure: float


RULES: Final = (
    Rule(_itself, "{culprit} {after} does not find what it needs itself", 0.9),
    Rule(
        _took_it_back, "{culprit} {after} did not do what {before} did, and {fixed} does again", 0.8
    ),
    Rule(
        _uses_what_is_gone,
        "{who} declares a range that admits {culprit} {after}, and uses what is gone from it",
        0.85,
    ),
    Rule(_was_told, "{culprit} had announced it, and {who} still relies on it", 0.75),
    Rule(
        _uses_undeclared,
        "{who} uses what is gone from {culprit}, and does not declare which versions it can use",
        0.7,
    ),
    Rule(_leans, "{who} imports {holder}, which came with {culprit} only", 0.7),
    Rule(
        _was_to_expect_it,
        "{culprit} {before} to {after} is a step that may break, {who} does not exclude it, and"
        " fails on it",
        0.65,
    ),
    Rule(
        _read_nothing,
        "{who} finds nothing, without a word, in what {culprit} {after} writes otherwise",
        0.5,
    ),
    Rule(_culprit, "{culprit} {after} does not do what {before} did", 0.7),
)


def responsible(case: Case) -> Responsible:
    """Name the project that must act; nobody where the machine or the installer may be at fault."""
    if case.machine:
        why = "what failed is the machine or the network, which no project answers for"
        return Responsible(repo="", reason=why, confidence=0.0)
    if _was_forbidden(case):
        why = f"{dependent(case)} forbids {case.culprit.package} {case.culprit.after}"
        told = f"{why}, and it was installed all the same: nobody but who did so"
        return Responsible(repo="", reason=told, confidence=0.0)
    who, rule = next((who, rule) for rule in RULES if (who := rule.finds(case)))
    it = case.culprit
    why = rule.because.format(
        who=who,
        culprit=it.package,
        before=it.before or ABSENT,
        after=it.after or ABSENT,
        holder=case.holder,
        fixed=it.fixed_in,
    )
    repo = case.projects.get(who, "")
    sure = rule.sure * (0.8 if case.partners else 1.0)
    told = why + _together(case) + ("" if repo else f"; {who} does not say where its project is")
    confidence = round(sure, 2) if repo else 0.0
    return Responsible(repo=repo, reason=told, confidence=confidence, package=who)


def _together(case: Case) -> str:
    """Link every side of an interaction: it is one thread for all of them."""
    if not case.partners:
        return ""
    sides = (f"{c} ({case.projects.get(c.package) or 'no known project'})" for c in case.changes)
    return f"; only together: {' and '.join(sides)}"
