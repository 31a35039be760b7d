r"""Private things in recorded traffic, each replaced by a stand-in of its kind, always the same.

A stand-in keeps the look of what it stands for, so that a recorded question asks much the same:
an e-mail address becomes another one, a home folder another's. What is not of a known kind is
not found: whoever shares a recording reads it first.

>>> redactor = Redactor()
>>> redactor.text("mail ann@firm.org or bob@firm.org, not ann@firm.org")
'mail person1@example.com or person2@example.com, not person1@example.com'
>>> redactor.text("/home/ann/notes.txt"), dict(redactor.counts)
('/home/user1/notes.txt', {'e-mail address': 3, 'home folder': 1})
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.core.model import Json

_NAMED = (  # kind, what it looks like (group `it`, where given, is what goes), its stand-in
    (
        "private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        "redacted-private-key{}",
    ),
    ("picture", r"data:image/[a-z+.-]{2,20};base64,(?P<it>[A-Za-z0-9+/=]{100,})", "{picture}"),
    (
        "key",
        (
            r"\b(?:(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|xox[abeoprs]-|gsk_|r8_|nvapi-)"
            r"[A-Za-z0-9_-]{8,}|pypi-[A-Za-z0-9_-]{20,}|sk-(?!redacted)[A-Za-z0-9_-]{8,}"
            r"|(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[A-Za-z0-9_-]{30,})"
        ),
        "sk-redacted{}",
    ),
    ("key", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "redacted-jwt{}"),
    (
        "key",
        (
            r"(?i:\b(?:authorization|x-api-key|api[_-]?key|password|passwd|secret)\b[\"']?\s*[:=]\s*"
            r"[\"']?(?:bearer |basic |token )?)(?P<it>(?!redacted)[^\s'\"\\,;]{8,})"
        ),
        "redacted-word{}",
    ),
    ("key", r"(?i:\bbearer )(?P<it>(?!redacted)[A-Za-z0-9._~+/=-]{16,})", "redacted-token{}"),
    (
        "login",
        r"\b[a-z][a-z0-9+.-]{1,20}://(?P<it>(?!user\d)[^\s/:@]{1,200}:[^\s/@]{1,200})@",
        "user{}:redacted",
    ),
    (
        "e-mail address",
        (
            r"[A-Za-z0-9._%+-]{1,64}@(?!example\.com\b)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*"
            r"\.[A-Za-z]{2,24}\b"
        ),
        "person{}@example.com",
    ),
    ("home folder", r"/(?:home|Users)/(?P<it>(?!user\d+\b)[^/\s\"'\\:]{1,64})", "user{}"),
    ("home folder", r"\b[A-Za-z]:\\+Users\\+(?P<it>(?!user\d+\b)[^\\\s\"'/:]{1,64})", "user{}"),
    (
        "long secret",
        r"(?<![0-9A-Za-z])(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{32,}(?![0-9A-Za-z])",
        "redacted-hex{}",
    ),
    (
        "long secret",
        (
            r"(?<![A-Za-z0-9+/_-])(?=[A-Za-z+/_-]*[0-9])(?=[0-9A-Z+/_-]*[a-z])(?=[0-9a-z+/_-]*[A-Z])"
            r"[A-Za-z0-9_-]{12,}[A-Za-z0-9+/_-]{20,}={0,2}"
        ),
        "redacted-base64-{}",
    ),
)
_PICTURE = (  # one transparent point, as a PNG
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PATTERNS = tuple((kind, re.compile(what, re.DOTALL), made) for kind, what, made in _NAMED)
NUMBERED = frozenset({"id", "object", "model", "system_fingerprint", "tool_call_id", "created"})
OF_A_PERSON = frozenset({"user", "safety_identifier", "prompt_cache_key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a text, from `start` up to `end`, and what stands there instead."""

    start: int
    end: int
    instead: str


@dataclass(slots=True)
class Redactor:
    """Finds private things; remembers each, so that the same one has the same stand-in.

    `counts` says how many places of each kind were replaced, for a person to read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    _known: dict[str, str] = field(default_factory=dict)
    _made: Counter[str] = field(default_factory=Counter)

    def text(self, text: str) -> str:
        """Return `text` with stand-ins."""
        return self.applied(text, self.spans(text))

    def label(self, text: str) -> str:
        """Return a name or an id, which is long by nature, with stand-ins for anything else."""
        return self.applied(text, self.spans(text, without="long secret"))

    def spans(self, text: str, without: str = "") -> tuple[Span, ...]:
        """Return the places to replace, in order and apart from one another; count them."""
        found: list[Span] = []
        for kind, pattern, made in PATTERNS:
            if kind == without:
                continue
            for match in pattern.finditer(text):
                start, end = match.span("it" if "it" in pattern.groupindex else 0)
                ours = kind == "long secret" and text[start:end] in _PICTURE
                if ours or any(start < one.end and one.start < end for one in found):
                    continue
                self.counts[kind] += 1
                found.append(
                    Span(start=start, end=end, instead=self._stand_in(made, text[start:end]))
                )
        return tuple(sorted(found, key=lambda span: span.start))

    @staticmethod
    def applied(text: str, spans: Sequence[Span]) -> str:
        """Return `text` with `spans` replaced."""
        parts, at = [], 0
        for span in spans:
            parts += [text[at : span.start], span.instead]
            at = span.end
        return "".join([*parts, text[at:]])

    def _stand_in(self, made: str, secret: str) -> str:
        if made == "{picture}":
            return _PICTURE
        if secret not in self._known:
            self._made[made] += 1
            self._known[secret] = made.format(self._made[made])
        return self._known[secret]

    def value(self, value: Json) -> Json:
        """Return JSON with stand-ins in every text and every key; ids of answers stay."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(each) for each in value]
            case dict():
                return {self.text(name): self._field(name, each) for name, each in value.items()}
            case _:
                return value

    def _field(self, name: str, value: Json) -> Json:
        if name in NUMBERED and isinstance(value, str):
            return self.label(value)
        if name in OF_A_PERSON and isinstance(value, str) and value:
            self.counts["name of a person"] += 1
            return self._stand_in("redacted-user{}", value)
        if name == "metadata" and isinstance(value, dict):
            self.counts["metadata"] += len(value)
            return {}
        return self.value(value)


def pieces(texts: Sequence[str], spans: Sequence[Span]) -> Iterator[str]:
    """Yield `texts`, the pieces of one text, with `spans` of the whole replaced.

    A stand-in goes where its secret begins; what other pieces hold of the secret is left out.
    """
    offset = 0
    for text in texts:
        end = offset + len(text)
        yield Redactor.applied(text, tuple(_within(spans, offset, end)))
        offset = end


def _within(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    for span in spans:
        if span.start < end and start < span.end:
            begins = start <= span.start
            yield Span(
                start=max(span.start, start) - start,
                end=min(span.end, end) - start,
                instead=span.instead if begins else "",
            )
