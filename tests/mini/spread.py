"""Programs of sixty to two hundred lines, each with few statements that show what two stacks do.

Drawn by seed: most of a program is what people leave in probes (options, logs, classes, tables,
checks, dead functions). `lib` is the package that changed, a module made for each run.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any, Final

from bot.core.parted import End, Ends, holds, part
from bot.core.signature import normal
from tests.mini.leftovers import DEAD, HEAD, KEYWORD, POOLED, RENDERS, SCHEMA, SPECIAL, STREAM

CPU_SECONDS: Final = 0.3  # of one run
WORDS: Final = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haven",
    "islet",
    "jetty",
    "knoll",
    "larch",
]


def _too_long(*_: object) -> None:
    raise TimeoutError("a line less, and a loop may never end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A program, and the package that it asks, as it was and as it is."""

    name: str
    source: str
    package: Callable[[bool], dict[str, Any]]

    def run(self, source: str, *, bad: bool) -> End:
        """Run a program with one of the two packages."""
        module = ModuleType("lib")
        module.__dict__.update(self.package(bad))
        told: list[str] = []
        names = {"__name__": "__main__", "print": lambda *one: told.append(" ".join(map(str, one)))}
        before = sys.modules.get("lib")
        sys.modules["lib"] = module
        signal.signal(signal.SIGVTALRM, _too_long)
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS, CPU_SECONDS)
        try:
            exec(compile(source, "probe.py", "exec", dont_inherit=True), names)  # noqa: S102
            return End(value=json.loads(told[-1]))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what a program does is what is asked
            return End(failed=normal(f"{type(error).__name__}: {error}"))
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            sys.modules.pop("lib")
            if before is not None:
                sys.modules["lib"] = before

    @property
    def first(self) -> Ends:
        """What both sides do with the whole program."""
        return Ends(good=self.run(self.source, bad=False), bad=self.run(self.source, bad=True))

    def fault(self) -> Callable[[str], bool]:
        """Return whether a candidate parts the sides as the program does, bad asked first."""
        first = self.first

        def shows(candidate: str) -> bool:
            bad = self.run(candidate, bad=True)
            if not holds(first.bad, bad):
                return False
            return part(first, Ends(good=self.run(candidate, bad=False), bad=bad))

        return shows


def _dead(draw: Random, count: int) -> list[str]:
    """Return statements that nobody needs."""
    return [
        draw.choice(DEAD).format(
            a=f"{draw.choice(WORDS)}_{at}",
            b=f"{draw.choice(WORDS).title()}{at}",
            c=f"{draw.choice(WORDS).upper()}_{at}",
            n=draw.randint(10, 9999),
        )
        for at in range(count)
    ]


def _program(draw: Random, needles: str, count: int) -> str:
    """Return the head, and the needles in order with dead statements before them."""
    head = HEAD.format(a=draw.choice(WORDS), b=draw.choice(WORDS), c=draw.choice(WORDS))
    dead = _dead(draw, count)
    listed = needles.strip("\n").split("\n\n\n")
    places = sorted(draw.randrange(count + 1) for _ in listed[:-1])
    for place, needle in zip(reversed(places), reversed(listed[:-1]), strict=True):
        dead.insert(place, f"\n{needle}\n")
    return head + "".join(dead) + "\n" + listed[-1] + "\n"


def special(draw: Random) -> Spread:
    """A token that was added is looked for in a text: the newer one raises."""

    def package(bad: bool) -> dict[str, Any]:
        class Tokenizer:
            def __init__(self, vocab: dict[str, int] | None = None) -> None:
                self.vocab, self.added = dict(vocab or {}), set[str]()

            def add_special(self, name: str) -> None:
                self.added.add(name)

            def encode(self, text: str) -> list[int]:
                if bad and any(name in text for name in self.added):
                    raise KeyError("an added token inside a text")
                return [self.vocab.get(word, -1) for word in text.split()]

        return {"Tokenizer": Tokenizer}

    return Spread(name="special", source=_program(draw, SPECIAL, 9), package=package)


def renders(draw: Random) -> Spread:
    """A filter writes text in another way; the rest of what is shown is shared."""

    def package(bad: bool) -> dict[str, Any]:
        def tojson(value: object, indent: int | None = None) -> str:
            comma = "," if bad and indent is None else ", "
            return json.dumps(value, separators=(comma, ": "), indent=indent)

        def upper(value: str) -> str:
            return value.upper()

        return {"FILTERS": {"tojson": tojson, "upper": upper}, "version": lambda: "x"}

    return Spread(name="renders", source=_program(draw, RENDERS, 10), package=package)


def schema(draw: Random) -> Spread:
    """A class of fields loses a field's limit in the schema that is made of it."""

    def package(bad: bool) -> dict[str, Any]:
        def field(kind: str, **limits: object) -> dict[str, object]:
            return {"type": kind, **limits}

        class Model:
            @classmethod
            def schema(cls) -> dict[str, object]:
                rows = {k: v for k, v in vars(cls).items() if isinstance(v, dict)}
                if bad:
                    drop = {"pattern"}
                    rows = {
                        key: {k: v for k, v in row.items() if k not in drop}
                        for key, row in rows.items()
                    }
                return {"type": "object", "properties": rows}

        return {"Model": Model, "field": field}

    return Spread(name="schema", source=_program(draw, SCHEMA, 11), package=package)


def keyword(draw: Random) -> Spread:
    """A client takes an option no more that is handed through three functions."""

    def package(bad: bool) -> dict[str, Any]:
        class Client:
            def __init__(self, base: str = "", **options: object) -> None:
                if bad and "proxies" in options:
                    raise TypeError("Client() got an unexpected keyword argument 'proxies'")
                self.base = base

            def get(self, path: str, timeout: float = 1.0) -> dict[str, object]:
                return {"path": self.base + path, "timeout": timeout}

        return {"Client": Client}

    return Spread(name="keyword", source=_program(draw, KEYWORD, 10), package=package)


def stream(draw: Random) -> Spread:
    """Lines of a stream are cut at another character than before."""

    def package(bad: bool) -> dict[str, Any]:
        def lines(chunks: list[str]) -> list[str]:
            text = "".join(chunks)
            return text.splitlines() if bad else text.split("\n")

        return {"lines": lines}

    return Spread(name="stream", source=_program(draw, STREAM, 12), package=package)


def pooled(draw: Random) -> Spread:
    """An old name is gone that one of many checks reads."""

    def package(bad: bool) -> dict[str, Any]:
        found: dict[str, Any] = {f"check_{word}": len for word in WORDS}
        if bad:
            del found["check_grove"]
        return found

    return Spread(name="pooled", source=_program(draw, POOLED, 12), package=package)


KINDS: Final = (special, renders, schema, keyword, stream, pooled)
