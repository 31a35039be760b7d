"""What a mistyped word was meant to be: said the same way by whoever reads words of a person.

>>> meant("xlamacpp", ["jinja2", "xllamacpp"], otherwise="use one of: jinja2, xllamacpp")
'did you mean `xllamacpp`?'
>>> meant("7", ["1.0", "2.0"], otherwise="the newest is 2.0")
'the newest is 2.0'
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """Return the question for the known word that `word` comes close to, else `otherwise`."""
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else otherwise
