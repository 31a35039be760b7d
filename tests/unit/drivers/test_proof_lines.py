"""Proofs are read by strangers: none is longer than 60 lines, whatever is asked of whom."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from bot.app import DRIVERS, SUITE
from bot.core.model import Json, Link, Probe
from bot.core.proof import Proof, expecting, write
from bot.drivers.suite import families, read_suite

AT_MOST = 60
SAMPLED = 12  # probes of a family, beside those with the longest requests
LONGEST = 3
HARD = {"replay-odd/no-index", "replay-odd/two-choices"}  # whose messages take most to read
TOO_LONG: frozenset[tuple[str, str, Link]] = frozenset()  # driver, family, link: there is none
ANSWERS: dict[Link, list[Json]] = {  # of an exchange, whose goldens are those of its baseline
    Link.MESSAGE: [
        {"status": 400, "type": "application/json", "error": {"type": "a", "code": 1}},
        {
            "status": 200,
            "type": "application/json",
            "answer": {"id": "some id 1", "output": [{"id": "some output[].id 1"}]},
        },
    ],
    Link.TEXT: ["words", ["choices", "choices[].index"]],
    Link.STREAM: [[{"id": "some id 1", "created": "some number"}, "[DONE]"]],
}


@cache
def probes() -> dict[str, list[Probe]]:
    found: dict[str, list[Probe]] = defaultdict(list)
    for probe in read_suite((SUITE,), families((SUITE,))):
        found[probe.name.split("/")[0]].append(probe)
    return found


def sampled(family: str) -> list[Probe]:
    every = probes()[family]
    longest = sorted(every, key=lambda probe: len(repr(probe.request)))[-LONGEST:]
    step = -(-len(every) // SAMPLED)
    hard = [probe for probe in every if probe.name in HARD]
    named = {probe.name: probe for probe in (*every[::step], *longest, *hard)}
    return list(named.values())


def lines(driver: str, probe: Probe, link: Link, expected: Json) -> int:
    chosen = DRIVERS[driver]
    shown = chosen.show(expecting(probe, link, expected), link)
    proof = Proof(
        title="a proof",
        shared=(),
        wrong=("package==1",),
        right=("package==2",),
        interpreter="3.11",
        request=probe.request,
        expected=expected,
        body=f"{chosen.serve()}\n\n{shown}" if "base_url" in shown else shown,
        tolerant=link is Link.LOGPROBS,
    )
    return len(write(proof).splitlines()) if shown else 0


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_proof_is_no_longer_than_60_lines(driver: str) -> None:
    for family in DRIVERS[driver].suite:
        for probe in sampled(family):
            for look in probe.looks:
                exchanged = ANSWERS.get(look.link, []) if probe.ask == "wire" else []
                for expected in (look.golden, *exchanged):
                    if (driver, family, look.link) not in TOO_LONG:
                        counted = lines(driver, probe, look.link, expected)
                        assert counted <= AT_MOST, (probe.name, look.link, expected)
