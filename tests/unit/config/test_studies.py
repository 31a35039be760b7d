"""The studies that come along: whole, named as their files, and told by their hash."""

from __future__ import annotations

import hashlib

import pytest

from bot.app import DRIVERS
from bot.config.studies import STUDIES, names, registered
from bot.errors import UsageError


@pytest.mark.parametrize("name", names())
def test_a_study_is_told_by_the_hash_of_its_file(name: str) -> None:
    study = registered(name)
    content = (STUDIES / f"{name}.yaml").read_bytes()
    assert study.study == name
    assert study.digest == hashlib.sha256(content).hexdigest()
    assert study.question.endswith("?")
    assert len({arm.name for arm in study.arms}) == len(study.arms)
    assert all({*arm.drivers} <= DRIVERS.keys() for arm in study.arms)
    assert study.arm(study.arms[0].name) == study.arms[0]


def test_a_study_that_there_is_not_is_told() -> None:
    with pytest.raises(UsageError, match="no study `odd`") as told:
        registered("odd")
    assert "reproducibility" in told.value.cure
    with pytest.raises(UsageError) as told:
        registered("reproducability")
    assert told.value.cure == "did you mean `reproducibility`?"
