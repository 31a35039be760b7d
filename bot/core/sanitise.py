r"""Text from a cell is a stranger's: it may want to ring bells, ping people or leave its quotes.

Every log, diff and message passes through here before a person, a terminal or a tracker sees it.

>>> plain("\x1b[31mred\x1b[0m \u202eevil")
'red \\u202eevil'
>>> inline("thanks @octocat, fixes #12 <b>") == "thanks @\u200boctocat, fixes #\u200b12 &lt;b&gt;"
True
>>> print(fenced("a\n```\nb", "text"))
````text
a
```
b
````
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.core.model import Json

WIDTH = 2000
GAP = "\u200b"  # a space of no width: a reader sees `@name`, a tracker sees no mention

_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # control sequences: colours, cursor moves
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # strings: titles, links
    r"|\x1b[@-_]?"
)
_UNUSUAL = re.compile(r"[^\n\t -~]")
_INVISIBLE = frozenset("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0")
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|hf_|npm_|xox[abeoprs]-)[A-Za-z0-9_-]{8,}"
    r"|\bpypi-[A-Za-z0-9_-]{20,}"
    r"|\bsk-[A-Za-z0-9_-]{8,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    re.DOTALL,
)
_BEARER = re.compile(r"(?i)\b(authorization\s*[:=]\s*)(?:bearer |basic |token )?[^\s'\"]{8,}")
_LOGIN = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^\s/:@]{1,200}:[^\s/@]{1,200}@")
_MENTION = re.compile(r"@(?=[\w-])")
_REFERENCE = re.compile(r"#(?=\d)|\b(?:GH|gh|Gh|gH)-(?=\d)")
_TRACKER = re.compile(r"(?i)(https?://)(?:www\.)?github\.com/")
_MARKUP = re.compile(r"([\\`*_{}\[\]()|~!])")
_LINK = re.compile(r"(?i)(:(?=//)|\bwww(?=\.))")
_LEADING = re.compile(r"^(\d*)([#+=:.)-])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def redact(text: str) -> str:
    """Blank what looks like a credential; better a hole in a log than a key in an issue."""
    text = _SECRETS.sub("[redacted]", text)
    text = _BEARER.sub(r"\1[redacted]", text)
    return _LOGIN.sub(r"\1[redacted]@", text)


def plain(text: str, *, width: int = WIDTH) -> str:
    """Return `text` with nothing in it that acts: only visible characters, newlines and tabs.

    Escape sequences go; other controls, bidirectional overrides and invisible characters are
    spelled out as escapes; credentials are blanked; lines longer than `width` are cut, saying so.
    """
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = redact(_UNUSUAL.sub(lambda match: _visible(match[0]), text))
    return "\n".join(_cut(line, width) for line in text.split("\n"))


def colourless(value: Json) -> Json:
    """Return JSON whose texts have no escape sequences: spelled out, they would hide a key."""
    match value:
        case str():
            return _ANSI.sub("", value)
        case list():
            return [colourless(one) for one in value]
        case dict():
            return {_ANSI.sub("", name): colourless(one) for name, one in value.items()}
        case _:
            return value


def excerpt(text: str, *, lines: int = 40, width: int = 400) -> str:
    """Return the start and the end of `text`, made plain: `lines` at most, and what is left out."""
    every = plain(text, width=width).strip("\n").split("\n")
    if len(every) <= lines:
        return "\n".join(every)
    head = lines // 3
    tail = lines - head
    left_out = f"[... {len(every) - lines} lines left out ...]"
    return "\n".join((*every[:head], left_out, *every[-tail:]))


def defang(text: str) -> str:
    """Stop `text` from mentioning people, referring to issues or closing them.

    Links to a tracker go through its redirect, so that quoting an issue does not mark it.
    """
    text = _MENTION.sub(f"@{GAP}", text)
    text = _REFERENCE.sub(lambda match: f"{match[0]}{GAP}", text)
    return _TRACKER.sub(r"\1redirect.github.com/", text)


def inline(text: str, *, width: int = 300) -> str:
    """Return `text` as one line of markdown that says only what it says: no markup, HTML, links."""
    line = _cut(" ".join(plain(text, width=width * 4).split()), width)
    line = _MARKUP.sub(r"\\\1", line)
    line = _LEADING.sub(r"\1\\\2", line)
    return _LINK.sub(rf"\1{GAP}", defang(line.translate(_HTML)))


def code(text: str, *, width: int = 300) -> str:
    """Return `text` as a code span, whatever backticks are in it; also safe in a table."""
    line = defang(_cut(" ".join(plain(text, width=width * 4).split()), width)).replace(
        "|", "\u2502"
    )
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fenced(text: str, info: str = "") -> str:
    """Return `text` as a code block that nothing in it can close. `text` itself is unchanged."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"


def quoted(text: str, info: str = "", *, lines: int = 60) -> str:
    """Return an excerpt of a stranger's `text` as a code block that acts on nobody."""
    return fenced(defang(excerpt(text, lines=lines)), info)


@lru_cache(maxsize=4096)
def _visible(char: str) -> str:
    if char in _INVISIBLE or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return char.encode("unicode_escape").decode("ascii").replace("\\x", "\\u00")
    return char


def _cut(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    return f"{line[:width]} [... {len(line) - width} characters left out]"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
