"""The host half of transformers: what it needs, and what it puts into a proof."""

from __future__ import annotations

import pytest

from bot.app import SUITE
from bot.core.model import Json, Link, Look, Probe
from bot.drivers.suite import families
from bot.drivers.transformers import TRANSFORMERS
from bot.drivers.transformers_torch import TRANSFORMERS_TORCH
from bot.drivers.vllm_cpu import VLLM_CPU


def probe(ask: str, request: Json) -> Probe:
    return Probe(
        name="x/y", ask=ask, request=request, looks=(Look(link=Link.TEXT, compare="text"),)
    )


def test_jinja_comes_along_and_torch_only_where_it_is_asked_for() -> None:
    assert TRANSFORMERS.requirements("transformers", "5.0.0") == ("transformers==5.0.0", "jinja2")
    assert not TRANSFORMERS.big
    assert "torch" in TRANSFORMERS_TORCH.requirements("transformers", "5.0.0")
    assert TRANSFORMERS_TORCH.big
    assert VLLM_CPU.big


@pytest.mark.parametrize("driver", [TRANSFORMERS, TRANSFORMERS_TORCH, VLLM_CPU])
def test_the_families_it_is_asked_are_there(driver: object) -> None:
    assert set(getattr(driver, "suite", ())) <= set(families((SUITE,)))


@pytest.mark.parametrize(
    ("ask", "request_", "link", "part"),
    [
        ("chat", {"messages": []}, Link.PROMPT, "apply_chat_template"),
        ("chat", {"messages": []}, Link.PROMPT_IDS, "tokenizer.encode(prompt"),
        ("render", {"source": "", "context": {}}, Link.PROMPT, 'chat_template=REQUEST["source"]'),
        ("encode", {"text": "a"}, Link.PROMPT_IDS, 'tokenizer.encode(REQUEST["text"]'),
        ("encode", {"text": {"base64": "YQ=="}}, Link.TEXT, "base64.b64decode"),
    ],
)
def test_a_proof_compiles_and_says_what_it_does(
    ask: str, request_: Json, link: Link, part: str
) -> None:
    text = TRANSFORMERS.show(probe(ask, request_), link)
    assert "seen" in compile(text, "proof", "exec").co_names
    assert part in text


def test_a_proof_of_calls_would_need_files_that_are_not_there() -> None:
    assert TRANSFORMERS.show(probe("call", {"text": []}), Link.TEXT) == ""
    assert TRANSFORMERS.show(probe("chat", {"messages": []}), Link.TEXT) == ""
