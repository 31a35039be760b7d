"""Words that name nothing: told with what was meant, before they become a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.versions import SEMVER
from bot.errors import UsageError
from bot.verbs.misspelt import check_released, check_words, unknown_component
from tests.unit.steps.fakes import DAY, component, house

FOO = component("foo")


@pytest.mark.parametrize("version", ["3.0.00x", "", "latest", "3.0.*", ">=1"])
def test_what_is_no_version_is_told_without_asking_a_solver(version: str) -> None:
    with pytest.raises(UsageError, match="is no version of `foo`"):
        check_words(FOO, ("1.0", version), ())


def test_a_version_of_npm_has_three_numbers() -> None:
    bar = replace(FOO, scheme=SEMVER)
    check_words(bar, ("7.57.0", "4.0.0-next.3"), ("left-pad",))
    with pytest.raises(UsageError, match=r"`7\.57` is no version"):
        check_words(bar, ("7.57",), ())


def test_what_is_no_requirement_is_told_without_a_file_of_ours() -> None:
    check_words(FOO, ("1.0", "v2.0rc1"), ("torch<2.10", "x[y]==1; python_version>'3'"))
    with pytest.raises(UsageError, match="`--with foo==/x` is no requirement") as told:
        check_words(FOO, ("1.0",), ("foo==/x",))
    assert "in.txt" not in told.value.message


@pytest.mark.parametrize(
    ("version", "cure"),
    [
        ("1.4", "did you mean 1.2.0 or 2.0? The newest is 3.0"),
        ("9.9.9", "did you mean 3.0? The newest is 3.0"),
        ("0.1", "did you mean 1.2.0? The newest is 3.0"),
    ],
)
def test_a_release_that_never_was_is_told_with_its_neighbours(version: str, cure: str) -> None:
    where = house({"foo": ["1.2.0", "2.0", "3.0", "4.0rc1"]})
    with pytest.raises(UsageError, match=f"`foo` has no release {version}$") as told:
        check_released(where, FOO, version)
    assert told.value.cure == cure


def test_a_release_that_was_is_let_through_in_any_spelling() -> None:
    where = house({"foo": ["1.2.0"]})
    for version in ("1.2.0", "1.2", "v1.2"):
        check_released(where, FOO, version)


def test_a_release_is_unknown_before_its_day() -> None:
    where = house({"foo": ["1.2.0"]})
    early = replace(where.matrix, cutoff=DAY.replace(year=DAY.year - 1))
    with pytest.raises(UsageError, match=r"no release 1\.2\.0 by 2025-01-01") as told:
        check_released(replace(where, matrix=early), FOO, "1.2.0")
    assert told.value.cure == "it has none at all"


def test_a_component_that_nobody_knows() -> None:
    assert unknown_component("xlamacpp", {"xllamacpp"}).cure == "did you mean `xllamacpp`?"
    assert unknown_component("frob", {"b", "a"}).cure.startswith("use one of a, b, or name it")
