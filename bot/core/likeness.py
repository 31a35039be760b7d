"""Whether somebody told of it before: what to search for, and which answer is likely the same.

A search answers too much. An issue counts as the same where it quotes the message of the failure;
where there is none, where it complains of what differs, in the package (of a template, that is its
name) and the release that brought it.

>>> traits = Traits(package="jinja2", first_bad="3.2.0", link="prompt",
...     signature="failed:start:exception:ImportError: cannot import name Markup")
>>> queries(traits)
('"ImportError: cannot import name Markup"', '"jinja2" "3.2.0"')
>>> likely("Broken since jinja2 3.2.0", "ImportError:  cannot import name 'Markup'", traits)
True
>>> likely("How do I use jinja2 3.2.0?", "I love templates", traits)
False
"""

from __future__ import annotations

import re
from typing import Final

from bot.core.traits import Traits

SHORTEST: Final = 12  # characters of a message that is worth searching for
LONGEST: Final = 120  # of which a search takes no more

_HOLES = re.compile(r"<(?:n|hex|path|host)>")
_PLAIN = re.compile(r"[^\w.:+-]+")
_WORDS: Final = {  # of a link, as people call what differs there
    "request": ("request", "payload", "body"),
    "prompt": ("prompt", "template", "render"),
    "prompt_ids": ("token", "tokeniz", "encod"),
    "logprobs": ("logprob", "probabilities", "probability", "logit"),
    "output_ids": ("token", "generation", "output"),
    "text": ("text", "output", "generation", "decod", "garbage"),
    "stream": ("stream", "chunk", "sse"),
    "message": ("message", "tool call", "tool_call", "parse", "reasoning"),
    "usage": ("usage", "token count", "counted"),
}
_TROUBLE = re.compile(r"(?i)\b(regress|broke|break|fail|error|crash|wrong|differ|chang|bug|since)")


def message(signature: str) -> str:
    """Return the text of the exception that a signature holds; empty where it holds none."""
    kind, _, rest = signature.partition(":")
    told = rest.split(":", 2)
    found = told[2].strip() if kind == "failed" and len(told) == 3 else ""  # noqa: PLR2004
    return found if len(found) >= SHORTEST else ""


def queries(traits: Traits) -> tuple[str, ...]:
    """Return what to search for, the most telling first: each is asked on its own."""
    said = _quoted(max(_pieces(message(traits.signature)), key=len, default=""))
    release = " ".join(_quoted(each) for each in (traits.package, traits.first_bad) if each)
    return tuple(dict.fromkeys(each for each in (said, release) if each))


def likely(title: str, body: str, traits: Traits) -> bool:
    """Whether an issue likely tells of the same."""
    text = _plain(f"{title} {body}")
    pieces = [_plain(piece) for piece in _pieces(message(traits.signature))]
    if pieces:
        return re.search(".{0,200}?".join(map(re.escape, pieces)), text) is not None
    version = re.escape(_plain(traits.first_bad))
    named = bool(version) and re.search(rf"(?<![\w.]){version}(?![\w.]*\d)", text) is not None
    about = any(word in text for word in _WORDS.get(traits.link, ()))
    package = _plain(traits.package.rpartition("/")[2]) in text
    return named and about and package and _TROUBLE.search(f"{title} {body}") is not None


def _pieces(said: str) -> list[str]:
    """Return what a message always says: the text between what differs from one to the next."""
    return [piece.strip() for piece in _HOLES.split(said) if len(piece.strip()) > 1]


def _quoted(text: str) -> str:
    told = " ".join(text.replace('"', " ").split())[:LONGEST]
    return f'"{told}"' if told else ""


def _plain(text: str) -> str:
    return _PLAIN.sub(" ", text).strip().lower()
