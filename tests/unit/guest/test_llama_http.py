"""The links of llama.cpp's server: which server is asked what, and what stays unasked."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Guest = Callable[[str], ModuleType]
Fields = dict[str, Any]


class Opened:
    """Counts the servers that are started and let go."""

    def __init__(self) -> None:
        self.words: list[Fields] = []
        self.gone: list[str] = []

    def __call__(self, **words: object) -> tuple[str, Callable[[], None]]:
        self.words.append(words)
        name = f"http://{len(self.words)}"
        return name, lambda: self.gone.append(name)


def test_a_server_of_several_slots_is_started_once_and_let_go(guest: Guest) -> None:
    opened = Opened()
    servers = guest("llama_http").Servers(opened)
    assert servers.several() == servers.several() == "http://1"
    assert opened.words == [{"parallel": 4, "context": 4096}]
    servers.stop()
    servers.stop()
    assert opened.gone == ["http://1"]


def test_the_last_template_stays_and_another_takes_its_place(guest: Guest) -> None:
    opened = Opened()
    servers = guest("llama_http").Servers(opened)
    assert [servers.templated(source) for source in "aab"] == ["http://1", "http://1", "http://2"]
    assert opened.gone == ["http://1"]


def test_where_several_templates_may_stay_the_one_asked_longest_ago_goes(guest: Guest) -> None:
    opened = Opened()
    servers = guest("llama_http").Servers(opened, 2)
    asked = [servers.templated(source) for source in "abaca"]
    assert asked == ["http://1", "http://2", "http://1", "http://3", "http://1"]
    assert opened.gone == ["http://2"]
    servers.stop()
    assert sorted(opened.gone) == ["http://1", "http://2", "http://3"]


def rendering(context: Fields, **options: bool) -> Fields:
    request = {"source": "s", "context": context, "options": options}
    return {"ask": "render", "request": request, "seconds": 2}


@pytest.mark.parametrize(
    ("context", "options"),
    [
        ({"messages": []}, {}),
        ({"tools": []}, {}),
        ({"messages": [1], "colour": "red"}, {}),
        ({"messages": [1]}, {"trim_blocks": False}),
        ({"messages": [1]}, {"lstrip_blocks": False}),
    ],
)
def test_what_the_endpoint_cannot_be_told_is_not_asked(
    guest: Guest, context: Fields, options: dict[str, bool]
) -> None:
    opened = Opened()
    module = guest("llama_http")
    show = module.show("prompt", rendering(context, **options), None, module.Servers(opened))
    assert show == {"$": "not exposed"}
    assert opened.words == []


def test_a_template_is_rendered_by_a_server_of_its_own(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, Fields]] = []

    def post(base: str, path: str, body: Fields, _seconds: float) -> Fields:
        asked.append((base, path, body))
        return {"prompt": "rendered"}

    monkeypatch.setattr(guest("http_client"), "post", post)
    module, context = guest("llama_http"), {"messages": [1], "add_generation_prompt": True}
    servers = module.Servers(Opened())
    assert module.show("prompt", rendering(context), None, servers) == "rendered"
    assert asked == [("http://1", "/apply-template", context)]


def test_ids_are_decoded_as_they_are_given_and_a_text_by_its_own(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Fields]] = []

    def post(_base: str, path: str, body: Fields, _seconds: float) -> Fields:
        asked.append((path, body))
        return {"tokens": [5, 6]} if path == "/tokenize" else {"content": "back"}

    monkeypatch.setattr(guest("http_client"), "post", post)
    module, chain = guest("llama_http"), SimpleNamespace(base_url="http://x")
    given = {"ask": "encode", "request": {"text": "t", "ids": [9]}, "seconds": 2}
    plain = {"ask": "encode", "request": {"text": "t"}, "seconds": 2}
    assert module.show("prompt_ids", given, chain, None) == [5, 6]
    assert module.show("text", given, chain, None) == "back"
    assert module.show("text", plain, chain, None) == "back"
    assert [path for path, _ in asked] == ["/tokenize", "/detokenize", "/tokenize", "/detokenize"]
    assert [body["tokens"] for path, body in asked if path == "/detokenize"] == [[9], [5, 6]]


def test_a_wheel_names_the_build_in_it_where_that_can_be_read(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", ModuleType("xllamacpp"))
    build = guest("llama_cpp")._build
    assert build("0.2.10", {"build_number": 7827, "commit": "16639ba21"}) == "b7827 16639ba21"
    assert build("2026.10.11549", {"build_number": 0}) == "b11549 (by the wheel's version)"
    assert build("0.2.10", {}) == ""


@pytest.mark.parametrize(
    ("fields", "without", "shown"),
    [
        ({"grammar": "odd"}, True, "rendered"),
        ({"grammar": "odd"}, False, "all of it"),
        ({}, True, "all of it"),
    ],
)
def test_a_prompt_is_told_where_only_the_grammar_is_refused(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, fields: Fields, without: bool, shown: str
) -> None:  # fmt: skip
    http = guest("http_client")

    def post(_base: str, _path: str, body: Fields, _seconds: float) -> Fields:
        if without and body == {"messages": []} and fields:
            return {"prompt": "rendered"}
        raise http.Refused("all of it" if body != {"messages": []} or not fields else "the rest")

    monkeypatch.setattr(http, "post", post)
    wire = {"messages": [], **fields}
    chain = SimpleNamespace(base_url="http://x", given={}, client=lambda _probe, _chain: wire)
    probe = {"ask": "chat", "seconds": 2}
    try:
        told = guest("llama_http").show("prompt", probe, chain, None)
    except http.Refused as refusal:
        told = str(refusal)
    assert told == shown


GIVEN: Fields = {
    "request": {"messages": [], "max_tokens": 7},
    "prompt": "p",
    "prompt_ids": [1, 2],
    "output_ids": [3, 9],
}


@pytest.mark.parametrize(
    ("link", "last", "path", "taken"),
    [
        ("prompt", "request", "/apply-template", {"messages": [], "max_tokens": 7}),
        ("prompt_ids", "prompt", "/tokenize", {"content": "p"}),
        ("output_ids", "prompt", "/completion", {"prompt": "p", "n_predict": 7}),
        ("output_ids", "prompt_ids", "/completion", {"prompt": [1, 2], "n_predict": 7}),
        ("logprobs", "prompt_ids", "/completion", {"prompt": [1, 2]}),
        ("text", "output_ids", "/detokenize", {"tokens": [3, 9]}),
    ],
)
def test_each_stage_is_asked_about_the_last_value_that_it_is_given(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, link: str, last: str, path: str, taken: Fields
) -> None:
    asked: list[tuple[str, Fields]] = []

    def post(_base: str, path: str, body: Fields, _seconds: float) -> Fields:
        asked.append((path, body))
        return {
            "prompt": "", "tokens": [], "content": "Hi.</s>", "completion_probabilities": [],
        }  # fmt: skip

    monkeypatch.setattr(guest("http_client"), "post", post)
    props = (200, "application/json", b'{"eos_token": "</s>"}')
    monkeypatch.setattr(guest("http_client"), "exchange", lambda *_: props)
    order = list(GIVEN)
    given = {name: GIVEN[name] for name in order[: order.index(last) + 1]}
    probe = {"ask": "chat", "seconds": 2, "request": {}, "given": given}
    chain = guest("session").Chain()
    chain.begin(probe)
    shown = guest("llama_http").show(link, probe, chain, None)
    ((where, body),) = asked
    assert (where, {name: body[name] for name in taken}) == (path, taken)
    assert chain.fed
    assert shown == {"prompt": "", "text": "Hi."}.get(link, [])
