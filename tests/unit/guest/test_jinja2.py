"""The guest that renders by Jinja: what it sets up, how it tells what stopped."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.unit.guest.conftest import Guest


@pytest.fixture
def jinja(guest: Guest) -> ModuleType:
    return guest("jinja2")


def render(jinja: ModuleType, source: str, **request: Any) -> object:  # noqa: ANN401  any JSON
    probe = {"ask": "render", "request": {"source": source, **request}}
    return jinja.show("prompt", probe, None)


def test_it_shows_the_prompt_of_a_rendering_alone(jinja: ModuleType) -> None:
    assert jinja.answers("render") == {"prompt"}
    assert jinja.answers("chat") == frozenset()
    assert jinja.start({}, None)["jinja2"].split(".")[0].isdigit()


def test_json_is_for_a_model_and_not_for_a_page(jinja: ModuleType) -> None:
    source = "{{ {'b': '<é>', 'a': 1} | tojson }}"
    assert render(jinja, source) == '{"b": "<é>", "a": 1}'
    plain = render(jinja, source, options={"plain": True})
    assert plain == '{"a": 1, "b": "\\u003c\\u00e9\\u003e"}'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("sort_keys=true", '{"a": [1], "b": "é"}'),
        ("ensure_ascii=true", '{"b": "\\u00e9", "a": [1]}'),
        ("separators=(',', ':')", '{"b":"é","a":[1]}'),
        ("indent=1", '{\n "b": "é",\n "a": [\n  1\n ]\n}'),
    ],
)
def test_json_takes_what_templates_pass_to_it(jinja: ModuleType, arguments: str, told: str) -> None:
    source = "{{ {'b': 'é', 'a': [1]} | tojson(" + arguments + ") }}"
    assert render(jinja, source) == told


def test_what_the_model_wrote_is_marked_and_renders_as_it_stands(jinja: ModuleType) -> None:
    source = "a{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}[{{ x }}]"
    assert render(jinja, source) == "a1[]"


def test_the_clock_stands_still(jinja: ModuleType) -> None:
    source = "{{ strftime_now('%Y-%m-%d %H:%M:%S') }}"
    assert render(jinja, source) == render(jinja, source) == "2024-07-26 09:05:03"


def test_a_template_that_stops_itself_has_answered(jinja: ModuleType) -> None:
    assert render(jinja, "a{{ raise_exception('no') }}") == {"error": "no"}
    assert render(jinja, "{{ raise_exception(5) }}") == {"error": "5"}
    assert render(jinja, "{% if %}") == {
        "error": "Expected an expression, got 'end of statement block'"
    }


def test_what_python_raises_is_not_made_an_answer(jinja: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError):
        render(jinja, "{{ 1 / 0 }}")


def test_what_is_undefined_may_be_strict_or_chainable(jinja: ModuleType) -> None:
    assert render(jinja, "[{{ m }}]", options={"undefined": "chainable"}) == "[]"
    assert render(jinja, "[{{ m.a.b }}]", options={"undefined": "chainable"}) == "[]"
    told = render(jinja, "[{{ m }}]", options={"undefined": "strict"})
    assert told == {"error": "'m' is undefined"}


def test_more_extensions_stand_beside_the_usual_ones(jinja: ModuleType) -> None:
    source = "{% do [] %}{% for x in [1, 2] %}{{ x }}{% break %}{% endfor %}"
    assert render(jinja, source, options={"extensions": ["jinja2.ext.do"]}) == "1"
    assert render(jinja, source) == {"error": "Encountered unknown tag 'do'."}


def test_nothing_stays_from_one_rendering_to_the_next(jinja: ModuleType) -> None:
    options: dict[str, object] = {"undefined": "strict", "plain": True, "trim_blocks": True}
    render(jinja, "x", options=options)
    assert options == {"undefined": "strict", "plain": True, "trim_blocks": True}
    assert render(jinja, "[{{ m }}]") == "[]"
    refused = render(jinja, "{% set l = [] %}{{ l.append(1) }}")
    assert refused == {"error": "access to attribute 'append' of 'list' object is unsafe."}
