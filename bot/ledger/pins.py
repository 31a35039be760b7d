"""Closures in a fold: most of a ledger is hashes of packages, and the same ones again and again.

A closure is told in each plan that has it, and one release changes one pin of many. So a fold says
each pin once; a body has their numbers between two marks, which no line of ours can have in it.

>>> numbers = Numbers()
>>> pin = '{"name":"a","version":"1","hashes":["sha256:0"]}'
>>> packed = pack('{"closure":{"pins":[' + pin + ']}}', numbers)
>>> packed.split(MARK)
['{"closure":{"pins":[', '0', ']}}']
>>> unpack(packed, [*numbers.known])
'{"closure":{"pins":[{"name":"a","version":"1","hashes":["sha256:0"]}]}}'
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.core.facts import Body, Closed, Planned
from bot.core.model import Closure, Pin
from bot.ledger.codec import CONVERTER

MARK: Final = "\x01"
_PIN = r'\{"name":"[^"\\]*","version":"[^"\\]*","hashes":\[[^\]\\]*\]\}'
_ONE: Final = re.compile(_PIN, re.ASCII)
_PINS: Final = re.compile(rf'"pins":\[({_PIN}(?:,{_PIN})*)\]', re.ASCII)


@dataclass(slots=True)
class Numbers:
    """Texts by the order in which they came first."""

    known: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        """Return the number of a text, a new one where it is new."""
        return self.known.setdefault(text, len(self.known))


def pack(body: str, pins: Numbers) -> str:
    """Return a body with numbers for the pins of its closure; another one as it is."""
    found = _PINS.search(body)
    if found is None:
        return body
    numbers = ",".join(str(pins.of(pin)) for pin in _ONE.findall(found[1]))
    return f"{body[: found.start(1)]}{MARK}{numbers}{MARK}{body[found.end(1) :]}"


def unpack(packed: str, pins: Sequence[str]) -> str:
    """Return a body as it was."""
    if MARK not in packed:
        return packed
    before, numbers, after = packed.split(MARK)
    return before + ",".join(pins[int(number)] for number in numbers.split(",")) + after


def sound(packed: str, pins: Sequence[str]) -> bool:
    """Whether a body can be unpacked."""
    if MARK not in packed:
        return True
    parts = packed.split(MARK)
    numbers = parts[1].split(",")
    whole = len(parts) == 3 and all(each.isdecimal() for each in numbers)  # noqa: PLR2004
    return whole and all(int(each) < len(pins) for each in numbers)


@dataclass(slots=True)
class Closures:
    """Closures by their pins; each pin, and each closure, is made once."""

    _pins: dict[str, Pin] = field(default_factory=dict)
    _closures: dict[tuple[int, ...], Closure] = field(default_factory=dict)

    def of(self, texts: Sequence[str]) -> Closure:
        """Return the closure of pins that are told so. Raises `ValueError` for what is no pin."""
        pins = tuple(self._pin(text) for text in texts)
        key = tuple(map(id, pins))
        if key not in self._closures:
            self._closures[key] = Closure(pins=pins)
        return self._closures[key]

    def _pin(self, text: str) -> Pin:
        if text not in self._pins:
            self._pins[text] = CONVERTER.structure(json.loads(text), Pin)
        return self._pins[text]


def closed(body: Body, closure: Closure) -> Body:
    """Return a body that was read without its pins, with the closure that has them."""
    match body:
        case Planned(cell=cell) if cell is not None:
            return replace(body, cell=replace(cell, closure=closure))
        case Closed(answer=Closure()):
            return replace(body, answer=closure)
        case _:
            return body
