r"""Whose it is to act, and of which kind the change is: rules over evidence, each with its reason.

Who changed is not always who must act. A rule says what it saw and how sure that makes it; where
no rule holds, nobody is named. No rule knows a package by name.

>>> case = Case(kind="divergence", culprit="greet", before="1.0", after="1.1",
...     projects={"greet": "https://github.com/x/greet"})
>>> responsible(case).repo, nature(case).word
('https://github.com/x/greet', 'regression')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.metadata import Metadata
from bot.core.versions import jump

MAJOR = 3
_MISSING = re.compile(
    r"ImportError|ModuleNotFoundError|has no attribute|unexpected keyword argument"
    r"|takes \d+ positional|No module named|cannot import name|missing \d+ required|removed"
)
_REPOSITORY = re.compile(r"https?://(?:www\.)?(?:github|gitlab|codeberg)\.\w+/[^/\s]+/[^/\s#?]+")
_LABELS = ("source", "repository", "code", "github", "homepage", "home", "issues", "tracker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of one explained change.

    `frames` are the packages in the traceback, outermost first; `admits` are packages in it that
    declare a range for the culprit, and whether it admits the first bad release; `warned` is a
    deprecation warning that the good end raised out of the culprit.
    """

    kind: str
    culprit: str
    before: str
    after: str
    message: str = ""
    frames: tuple[str, ...] = ()
    admits: Mapping[str, bool] = field(default_factory=dict)
    projects: Mapping[str, str] = field(default_factory=dict)
    warned: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """The project that must act (empty: undetermined), why, and how sure (0..1)."""

    repo: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """Of which kind a change is, by what evidence, and how sure (0..1)."""

    word: str  # regression, dependent not adapted, intended change, undetermined
    evidence: tuple[str, ...]
    confidence: float


def dependent(case: Case) -> str:
    """Return the package that used what the culprit took away, though its range admits it."""
    users = [name for name in case.frames if name != case.culprit and case.admits.get(name)]
    return users[-1] if users and _MISSING.search(case.message) else ""


def responsible(case: Case) -> Responsible:
    """Name the project that must act, or nobody."""
    user = dependent(case)
    if user:
        why = f"{user} declares a range that admits {case.culprit} {case.after}, and cannot use it"
        return _of(case, user, why, 0.8)
    if case.warned:
        why = f"{case.culprit} had announced it: {case.warned}"
        callers = [name for name in case.frames if name != case.culprit]
        return _of(case, callers[-1] if callers else case.culprit, why, 0.6)
    why = f"{case.culprit} {case.after} does not do what {case.before} did"
    return _of(case, case.culprit, why, 0.7)


def _of(case: Case, package: str, reason: str, confidence: float) -> Responsible:
    repo = case.projects.get(package, "")
    return Responsible(repo=repo, reason=reason, confidence=confidence if repo else 0.0)


def nature(case: Case) -> Nature:
    """Say of which kind the change is."""
    evidence = []
    if case.warned:
        evidence.append(f"the good side warned: {case.warned}")
    major = jump(case.before, case.after) == MAJOR
    if major:
        evidence.append(f"{case.before} to {case.after} is a major step")
    gone = bool(_MISSING.search(case.message))
    if gone:
        evidence.append(f"something is gone: {case.message[:120]}")
    user = dependent(case)
    if user:
        told = f"{user} admits {case.after} and calls what is gone"
        return Nature(word="dependent not adapted", evidence=(*evidence, told), confidence=0.8)
    if case.warned or (major and (gone or case.kind == "crash")):
        sure = 0.8 if case.warned else 0.6
        return Nature(word="intended change", evidence=tuple(evidence), confidence=sure)
    if major:
        return Nature(word="undetermined", evidence=tuple(evidence), confidence=0.5)
    evidence.append("no major step, no warning, and the behaviour differs")
    return Nature(word="regression", evidence=tuple(evidence), confidence=0.5)


def project(metadata: Metadata) -> str:
    """Return where a package says that its source is, as OWNER/NAME's address, or nothing."""
    found: dict[int, str] = {}
    for label, url in metadata.urls:
        match = _REPOSITORY.match(url)
        if match:
            address = match[0].removesuffix(".git").rstrip("/")
            found.setdefault(_rank(label), address)
    return found[min(found)] if found else ""


def _rank(label: str) -> int:
    told = label.lower()
    return next((at for at, word in enumerate(_LABELS) if word in told), len(_LABELS))
