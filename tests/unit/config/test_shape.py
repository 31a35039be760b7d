"""The shape of matrix.yaml, as a schema that editors understand."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.config.shape import keys_at, mistakes, schema
from bot.core.model import Json

OWN = Path(__file__).parents[3] / "matrix.yaml"


def test_the_schema_is_one_and_accepts_our_own_matrix() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(yaml.safe_load(OWN.read_text(encoding="utf-8")), schema())


def test_the_schema_refuses_a_misspelt_key() -> None:
    read = yaml.safe_load(OWN.read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**read, "compnents": {}}, schema())


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ((), "components"),
        (("components", "x"), "upstream"),
        (("stacks", "x"), "baseline"),
        (("exclude", "x"), "unless"),
        (("limits",), "memory_mb"),
        (("policy",), "targets"),
        (("index",), "components"),
    ],
)
def test_keys_that_may_stand_somewhere(path: tuple[str, ...], known: str) -> None:
    assert known in keys_at(path)


@pytest.mark.parametrize("word", ["soon", "0d", "30", 30, "d"])
def test_a_freshness_that_is_no_number_of_days(word: Json) -> None:
    found = mistakes({"version": 1, "components": {}, "stacks": {}, "limits": {"fresh": word}})
    assert ("limits", "fresh") in [path for path, *_ in found]


@pytest.mark.parametrize("word", ["last-0", "==", "latest", "== 1"])
def test_a_follow_word_that_means_nothing(word: str) -> None:
    component: Json = {"role": "engine", "upstream": "u", "follow": [word]}
    found = mistakes({"version": 1, "components": {"x": component}, "stacks": {}})
    assert ("components", "x", "follow", 0) in [path for path, *_ in found]
