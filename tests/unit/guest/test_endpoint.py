"""Which server it is, and what is asked of it, told from its answers alone."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from tests.unit.guest.conftest import Guest


class Answers:
    """A server that is a table of paths; every other path is none of its own."""

    def __init__(self, written: ModuleType, **bodies: object) -> None:
        self._written, self._bodies = written, bodies

    def __call__(self, _base: str, path: str, *_: object) -> object:
        body = self._bodies.get(path.strip("/").replace("/", "_").replace("-", "_"))
        told = self._written.Told(404 if body is None else 200, "application/json", b"{}")
        told.body = body or {}
        return told


@pytest.fixture
def endpoint(guest: Guest) -> ModuleType:
    return guest("endpoint")


@pytest.mark.parametrize(
    ("bodies", "told"),
    [
        ({"props": {"default_generation_settings": {}, "build_info": "b1"}}, ("llama.cpp", "b1")),
        ({"api_version": {"version": "0.9"}}, ("Ollama", "0.9")),
        ({"version": {"version": "0.30"}}, ("vLLM", "0.30")),
        ({"get_server_info": {"version": "0.5"}, "version": {"version": "1"}}, ("SGLang", "0.5")),
        ({"api_v0_models": {"data": []}}, ("LM Studio", "")),
        ({"info": {"model_id": "x", "version": "3"}}, ("Text Generation Inference", "3")),
        ({"props": {"error": "unexpected"}, "info": {}}, ("", "")),
    ],
)
def test_a_server_is_known_by_what_only_it_answers(
    endpoint: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    bodies: dict[str, object],
    told: tuple[str, str],
) -> None:
    monkeypatch.setattr(endpoint.written, "get", Answers(endpoint.written, **bodies))
    assert endpoint._recognised("http://server") == told


def test_what_a_server_offers_beyond_a_chat_is_asked_of_it(
    endpoint: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        endpoint.written, "post", Answers(endpoint.written, apply_template={"a": 1})
    )
    endpoint.RUNNING["offers"] = endpoint._offers("http://server", "")
    assert {"prompt", "prompt_ids", "output_ids", "text"} < endpoint.answers("chat")
    monkeypatch.setattr(endpoint.written, "post", Answers(endpoint.written))
    endpoint.RUNNING["offers"] = endpoint._offers("http://server", "vLLM")
    assert endpoint.answers("chat") == {"request", "logprobs", "prompt_ids"}
    endpoint.RUNNING["offers"] = endpoint._offers("http://server", "Ollama")
    assert endpoint.answers("chat") == {"request", "logprobs"}
    assert endpoint.answers("render") == frozenset()
    endpoint.stop()


@pytest.mark.parametrize(
    ("url", "base", "needed"),
    [
        ("http://host:1", "http://host:1", False),
        ("http://host:1/v1/", "http://host:1", False),
        ("http://host/openai/v1", "http://host/openai", True),
        ("https://host", "https://host", True),
    ],
)
def test_paths_that_clients_like_are_left_out_and_the_rest_needs_a_relay(
    endpoint: ModuleType, url: str, base: str, needed: bool
) -> None:
    assert endpoint._base(url) == base
    assert endpoint.relay.needed(base, "") is needed
    assert endpoint.relay.needed(base, "key")


def test_what_one_kind_of_server_is_told_beside_is_no_part_of_the_request(
    endpoint: ModuleType, guest: Guest
) -> None:
    chat = guest("chat")
    beside = endpoint.BESIDE["llama.cpp"]
    chain = SimpleNamespace(model="tiny", beside=beside, client=chat.body)
    asked = {"messages": [], "model": "m"}
    assert chat.body({"request": asked}, chain) == {**asked, "cache_prompt": False}
    assert chat.body({"request": asked}, chain, alone=False) == asked
    assert endpoint._request({"request": asked}, chain) == asked
    told = {**asked, "cache_prompt": True}
    assert chat.body({"request": told}, chain) == told
    assert endpoint._request({"request": told}, chain) == told


def test_a_token_is_named_by_its_bytes_where_they_are_told(endpoint: ModuleType) -> None:
    assert endpoint._name({"token": "\ufffd", "bytes": [0xE9]}) == "\\xe9"
    assert endpoint._name({"token": "é", "bytes": [0xC3, 0xA9]}) == "é"
    assert endpoint._name({"token": "x", "bytes": None}) == "x"
    told = {"top_logprobs": [{"token": "a", "logprob": -1.0}, {"token": "b"}]}
    assert endpoint._top(told) == [["a", -1.0], ["b", None]]
