r"""What may be no matter for the public: rules over what a finding shows, and a person's word.

The rules are rows of data (`suite/security.json`), and err on the side of silence: a person who
knows better says so. A rule looks at signatures, differences and messages, line by line.

>>> rule = Danger(name="memory", words="double free", why="memory was corrupted")
>>> danger((rule,), signature="failed:probe:crash:double free or corruption", shown="")
'memory was corrupted'
>>> danger((rule,), signature="diverged:text:value", shown="+ free of charge")
''
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.core.aliases import aliases
from bot.core.facts import Drafted, Fact, Marked

LEAK = "words of one session were heard in another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """One rule: a regular expression, where it is looked for, and what it says of a finding."""

    name: str
    words: str
    why: str
    where: Literal["", "signature", "diff"] = ""


def danger(rules: Iterable[Danger], *, signature: str, shown: str) -> str:
    """Return why a finding may be no matter for the public; empty where no rule says so.

    `shown` is all that it quotes: its difference, and the ends of the logs beside it.
    """
    texts = {"": f"{signature}\n{shown}", "signature": signature, "diff": shown}
    found = (rule.why for rule in rules if re.search(rule.words, texts[rule.where], re.MULTILINE))
    return next(found, "")


def private(facts: Iterable[Fact]) -> dict[str, str]:
    """Return the findings that nobody outside may read of, each with the reason.

    A person's last word counts, whatever the rules say of its draft.
    """
    every = tuple(facts)
    called = aliases(every)
    ruled: dict[str, str] = {}
    said: dict[str, str] = {}
    for fact in every:
        match fact.body:
            case Drafted(finding=name, traits=traits):
                ruled[called.of(name)] = traits.danger or (LEAK if traits.private else "")
            case Marked(finding=name, private=yes, who=who, why=why):
                said[called.of(name)] = f"{who} said so: {why}" if yes else ""
            case _:
                pass
    return {name: why for name, why in {**ruled, **said}.items() if why}


def cleared(facts: Iterable[Fact]) -> frozenset[str]:
    """Return the findings of which a person said, last, that they are fit for all to read."""
    every = tuple(facts)
    called = aliases(every)
    said = {
        called.of(each.body.finding): each.body.private
        for each in every
        if isinstance(each.body, Marked)
    }
    return frozenset(name for name, yes in said.items() if not yes)
