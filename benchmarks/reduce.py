"""Reduction of requests and programs against picire by line, with one oracle, in one run.

    python -m venv v && v/bin/pip install picire 'setuptools<80' jsonschema packaging
    PYTHONPATH=. v/bin/python -W ignore -m benchmarks.reduce [--seed 1] [requests] [programs]

picire (Hodován and Kiss) is the reference: `DD` with its defaults, its own cache, a line as the
unit of JSON of two spaces' indent, or of the program. A call is one question to the oracle; what
either has cached is none. Ours asks one candidate at a time. Bytes of requests are counted twice:
as picire leaves the text, and with both as compact JSON. That nothing more can go is checked
apart from the reducers: each list element, key, statement, argument and item is taken out alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import picire

from bot.core.lessen import Lessen
from bot.core.parted import least
from bot.core.reduce import Reduce, canonical
from tests.mini import needles, spread

HEAD = (
    "| item | lines | calls: ours | picire | ratio | bytes: ours | picire | ratio "
    "| 1-minimal | valid |\n|---|---|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item: the questions and the bytes of both, and whether ours is what it claims to be."""

    name: str
    lines: int
    calls: tuple[int, int]
    sizes: tuple[int, int]
    compact: int  # what picire left, as compact JSON
    least: bool
    valid: bool

    def told(self) -> str:
        """Return the row of the table."""
        calls, sizes = self.calls, self.sizes
        return (
            f"| {self.name} | {self.lines} | {calls[0]} | {calls[1]} | {calls[0] / calls[1]:.3f} "
            f"| {sizes[0]} | {sizes[1]} | {sizes[0] / sizes[1]:.3f} "
            f"| {'yes' if self.least else 'NO'} | {'yes' if self.valid else 'NO'} |"
        )


def ours(machine: Reduce | Lessen, shows: Callable) -> tuple[object, int]:
    """Drive one of our machines to its end."""
    while candidates := machine.propose():
        for one in candidates:
            machine.tell(one, shows(one))
    return machine.best, machine.calls


def theirs(text: str, shows: Callable[[str], bool]) -> tuple[str, int]:
    """Reduce `text` by line with picire; return what is left, and how often it asked."""
    lines, calls = text.splitlines(keepends=True), 0

    def test(config: list[int], _name: object) -> picire.Outcome:
        nonlocal calls
        calls += 1
        still = shows("".join(lines[at] for at in config))
        return picire.Outcome.FAIL if still else picire.Outcome.PASS

    kept = picire.DD(test)(list(range(len(lines))))
    return "".join(lines[at] for at in kept), calls


def request(kind: Callable[[Random], needles.Needled], seed: int) -> Row:
    """Reduce a request by both."""
    asked = kind(Random(seed))  # noqa: S311 - a corpus, no secret

    def shows(text: str) -> bool:
        try:
            return asked.shows(json.loads(text))
        except ValueError:
            return False

    best, calls = ours(Reduce(asked.request, width=1), asked.shows)
    text = needles.pretty(asked.request)
    left, their_calls = theirs(text, shows)
    return Row(
        name=asked.name,
        lines=len(text.splitlines()),
        calls=(calls, their_calls),
        sizes=(len(canonical(best).encode()), len(left.encode())),
        compact=len(canonical(json.loads(left)).encode()),
        least=not any(map(asked.shows, less_json(best))),
        valid=needles.is_valid(best) and asked.shows(best),
    )


def program(kind: Callable[[Random], spread.Spread], seed: int) -> Row:
    """Reduce a program by both."""
    asked = kind(Random(seed))  # noqa: S311 - a corpus, no secret
    shows = asked.fault()
    best, calls = ours(Lessen(asked.source, width=1, empty=least(asked.first)), shows)
    left, their_calls = theirs(asked.source, shows)
    return Row(
        name=asked.name,
        lines=len(asked.source.splitlines()),
        calls=(calls, their_calls),
        sizes=(len(str(best).encode()), len(left.encode())),
        compact=len(left.encode()),
        least=not any(map(shows, less_python(str(best)))),
        valid=compiles(str(best)) and shows(str(best)),
    )


def less_json(value: object) -> Iterator[object]:
    """Yield `value` less one list element or key, wherever it is."""
    if isinstance(value, list | dict):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            less = copy.copy(value)
            del less[key]
            yield less
            for inner in less_json(value[key]):
                changed = copy.copy(value)
                changed[key] = inner
                yield changed


def less_python(source: str) -> Iterator[str]:
    """Yield `source` less one member of one list of its syntax tree, where that compiles."""
    nodes = list(ast.walk(ast.parse(source)))
    for number, node in enumerate(nodes):
        for name, listed in ast.iter_fields(node):
            for at in range(len(listed)) if isinstance(listed, list) else ():
                tree = ast.parse(source)
                same = list(ast.walk(tree))[number]
                fields = ("keys", "values") if isinstance(same, ast.Dict) else (name,)
                for field in fields:
                    del getattr(same, field)[at]
                if name == "body" and not same.body and not isinstance(same, ast.Module):
                    same.body = [ast.Pass()]
                try:
                    less = ast.unparse(tree)
                except (IndexError, ValueError):
                    continue
                if len(less) < len(source) and compiles(less):
                    yield less


def compiles(source: str) -> bool:
    """Whether this is a program."""
    try:
        compile(source, "probe.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def summed(rows: list[Row]) -> str:
    """Return the sums of all, ours to picire's."""
    calls = [sum(row.calls[at] for row in rows) for at in (0, 1)]
    sizes = [sum(row.sizes[at] for row in rows) for at in (0, 1)]
    compact = sum(row.compact for row in rows)
    return (
        f"All {len(rows)}: calls {calls[0]} to {calls[1]}, {calls[0] / calls[1]:.3f}; bytes "
        f"{sizes[0]} to {sizes[1]}, {sizes[0] / sizes[1]:.3f} ({sizes[0] / compact:.3f} where "
        f"what picire leaves of a request is counted as compact JSON). 1-minimal "
        f"{sum(row.least for row in rows)}, valid {sum(row.valid for row in rows)}."
    )


def main() -> None:
    """Print a table, one item a line, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["requests", "programs"])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)  # picire tells its every step
    print(HEAD, flush=True)
    rows = []
    kinds = [(request, one) for one in needles.KINDS if "requests" in asked.parts]
    kinds += [(program, one) for one in spread.KINDS if "programs" in asked.parts]
    for reduce, kind in kinds:
        rows.append(reduce(kind, asked.seed))
        print(rows[-1].told(), flush=True)
    print(f"\n{summed(rows)}")


if __name__ == "__main__":
    main()
