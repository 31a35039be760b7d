"""Clients before recorded answers, for real: what is right, and changes of theirs that are known.

No engine runs here. Each known change is one pair of releases and the link where it must show.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import COMPARATORS
from bot.core.model import NOT_EXPOSED, Link
from tests.real.stacks import first_unlike, observe, probes, strays, told

pytestmark = [pytest.mark.real, pytest.mark.network]

# a byte order mark hides the first event, which has the role
KNOWN: Mapping[str, str] = {"byte-order-mark": "message: message: role assistant became null"}


def test_proper_streams_are_the_same_message_wherever_they_are_cut(rooms: Path) -> None:
    asked = probes("replay")
    seen = observe(rooms, "openai", "openai", asked)
    assert strays(asked, seen) == {f"replay/{name}": how for name, how in KNOWN.items()}


def test_the_same_release_says_the_same_again(rooms: Path) -> None:
    asked = probes("replay-odd", "replay-errors")
    one, other = (observe(rooms, "openai", "openai", asked) for _ in range(2))
    for probe in asked:
        assert one[probe.name].content == other[probe.name].content, probe.name


CHANGES = [
    # U+2028 inside a string was taken for the end of a line
    ("openai", "openai==1.13.4 httpx==0.23.3", "openai==1.13.4 httpx==0.27.2",
     "replay/line-separators", Link.STREAM),
    # a parameter that the transport had dropped
    ("openai", "openai==1.54.0 httpx==0.27.2", "openai==1.54.0 httpx==0.28.0",
     "replay/capital-france", Link.REQUEST),
    # vectors are asked for in another form
    ("openai", "openai==1.61.1", "openai==1.62.0", "replay-openai/embeddings", Link.REQUEST),
    ("httpx", "httpx==0.23.3", "httpx==0.24.1", "replay/line-separators", Link.STREAM),
    ("httpx", "httpx==0.27.2", "httpx==0.28.0", "replay-requests/nan", Link.REQUEST),
    ("httpx", "httpx==0.27.2", "httpx==0.28.0", "replay-requests/query", Link.REQUEST),
    # parts of a tool's schema, fields of the history, a role, a method: dropped or refused
    ("ollama", "ollama==0.3.3", "ollama==0.4.1", "replay-ollama/asks-tools-nested", Link.REQUEST),
    ("ollama", "ollama==0.3.3", "ollama==0.4.1", "replay-ollama/asks-history", Link.REQUEST),
    ("ollama", "ollama==0.3.3", "ollama==0.4.1", "replay-ollama/asks-developer", Link.REQUEST),
    ("ollama", "ollama==0.4.5", "ollama==0.4.6", "replay-ollama/create-modelfile", Link.REQUEST),
    ("anthropic", "anthropic==0.39.0 httpx==0.27.2", "anthropic==0.39.0 httpx==0.28.0",
     "replay-anthropic/text", Link.REQUEST),
    # schemas: a reference, a single value, a pattern
    ("pydantic", "pydantic==2.8.2", "pydantic==2.9.0", "replay-schema/tool-Nested", Link.REQUEST),
    ("pydantic", "pydantic==2.9.2", "pydantic==2.10.0", "replay-schema/tool-Literals",
     Link.REQUEST),
    ("pydantic", "pydantic==2.11.10", "pydantic==2.12.0", "replay-schema/tool-Money",
     Link.REQUEST),
]  # fmt: skip


@pytest.mark.parametrize(("driver", "old", "new", "name", "link"), CHANGES)
def test_a_known_change_shows_at_its_link_and_not_before(
    driver: str, old: str, new: str, name: str, link: Link, rooms: Path
) -> None:
    asked = probes(name)
    one, other = (observe(rooms, driver, pins, asked)[name] for pins in (old, new))
    assert first_unlike(one, other) is link
    assert told(one, link) != NOT_EXPOSED
    assert COMPARATORS["json"](told(one, link), told(other, link), ()) is not None


@pytest.mark.parametrize(
    ("driver", "old", "new", "names"),
    [
        ("httpx", "httpx==0.27.0", "httpx==0.27.2", ("replay/line-separators", "replay/ends-cr")),
        ("openai", "openai==1.55.3 httpx==0.27.2", "openai==1.55.3 httpx==0.28.0",
         ("replay/line-separators", "replay/two-calls")),
    ],
)  # fmt: skip
def test_what_did_not_change_does_not_show(
    driver: str, old: str, new: str, names: tuple[str, ...], rooms: Path
) -> None:
    asked = probes(*names)
    one, other = (observe(rooms, driver, pins, asked) for pins in (old, new))
    for name in names:
        for link in (Link.STREAM, Link.MESSAGE, Link.USAGE):
            assert told(one[name], link) == told(other[name], link), (name, link)


@pytest.mark.parametrize(
    ("driver", "pins", "name"),
    [
        ("langchain-openai", "langchain-openai", "replay/two-calls"),
        ("instructor", "instructor", "replay-schema/tool-wrong"),
        ("pydantic-ai", "pydantic-ai-slim openai", "replay-schema/function-every_type"),
        ("litellm", "litellm", "replay-ollama/calls"),
        ("litellm", "litellm", "replay-anthropic/call"),
    ],
)
def test_a_harness_shows_its_request_and_its_message(
    driver: str, pins: str, name: str, rooms: Path
) -> None:
    seen = observe(rooms, driver, pins, probes(name))[name]
    assert seen.failure is None, seen.failure
    assert NOT_EXPOSED not in (seen.at(Link.REQUEST), seen.at(Link.MESSAGE))
