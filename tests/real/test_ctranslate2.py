"""CTranslate2 in real rooms: every answer is right in its oldest and newest release that is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.model import NOT_EXPOSED, Json, Link, Observation, Probe
from bot.suite.recipe.bpe import ByteLevelBPE
from tests.real.stacks import observe, probes, strays

FAMILIES = ("chat", "stream", "untrained", "engine-batch", "engine-state", "engine-tokens")


@pytest.mark.real
@pytest.mark.network
@pytest.mark.parametrize("pin", ["ctranslate2==4.0.0", "ctranslate2"])
def test_nothing_strays_from_its_golden(rooms: Path, pin: str) -> None:
    seen = observe(rooms, "ctranslate2", pin, probes(*FAMILIES))
    assert strays(probes(*FAMILIES), seen) == {}
    for probe in probes("chat"):
        assert seen[probe.name].at(Link.OUTPUT_IDS) != NOT_EXPOSED, probe.name
    for probe in probes("untrained"):
        assert seen[probe.name].at(Link.LOGPROBS) != NOT_EXPOSED, probe.name
    for name in ("short-and-long", "long-and-short", "five", "five-sorted", "five-by-tokens"):
        assert ended(seen[f"engine-batch/{name}"]) == alone(name)


def ended(observation: Observation) -> Json:
    return observation.at(Link.OUTPUT_IDS)


def alone(name: str) -> list[Json]:
    """The ids of each prompt of a batch, as the goldens tell them one by one."""
    (probe,) = probes(f"engine-batch/{name}")
    by_prompt = {
        known: look.golden
        for each in probes("chat")
        if (known := str(dict(each.known).get(Link.PROMPT)))
        and (look := each.look(Link.OUTPUT_IDS)) is not None
    }
    return [by_prompt[str(text)] for text in asked(probe, "texts")]


def asked(probe: Probe, key: str) -> list[Json]:
    assert isinstance(probe.request, dict)
    told = probe.request.get(key, [])
    assert isinstance(told, list)
    return told


@pytest.mark.real
@pytest.mark.network
def test_weights_can_be_let_go_since_a_release(rooms: Path) -> None:
    name = "engine-state/unloaded-and-loaded"
    old, new = (
        observe(rooms, "ctranslate2", f"ctranslate2=={version}", probes(name))[name]
        for version in ("4.1.0", "4.2.1")
    )
    assert old.at(Link.OUTPUT_IDS) == NOT_EXPOSED
    assert new.at(Link.OUTPUT_IDS) != NOT_EXPOSED


def test_prompts_as_ids_are_those_of_their_texts() -> None:
    encoder = ByteLevelBPE(SUITE / "model" / "tokenizer.json")
    families = ("engine-batch", "engine-search", "engine-state", "engine-tokens", "engine-limits")
    seen = [each for each in probes(*families) if asked(each, "texts")]
    assert len(seen) > 80
    for probe in seen:
        ids = [encoder.encode(str(text)) for text in asked(probe, "texts")]
        assert asked(probe, "prompts") == ids, probe.name
