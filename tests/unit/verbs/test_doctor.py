"""The doctor looks, changes nothing, and for what is not good says how to mend it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import docker
import pytest
from docker.errors import DockerException

from bot.core.backends import BACKENDS
from bot.errors import MissingToolError
from bot.verbs import doctor as verb
from bot.verbs.doctor import Finding, doctor


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
    def silent(**_: object) -> None:
        raise DockerException

    monkeypatch.setattr(docker, "from_env", silent)
    return {each.name: each for each in doctor(tmp_path / "state")}


def test_it_looks_at_everything(found: dict[str, Finding], tmp_path: Path) -> None:
    looked = {name for name in found if ": " not in name}
    wanted = {"interpreter", "uv", "docker", "disk", "certificates", "hub"}
    assert looked == wanted | {f"backend {name}" for name in BACKENDS}
    assert {"uv: network", "uv: token", "uv: memory"} <= set(found)  # what is promised
    assert found["interpreter"].state == "good"
    assert found["docker"].state == "poor"
    assert found["uv"].says.startswith("uv ")
    assert all(each.cure for each in found.values() if each.state != "good")
    assert not (tmp_path / "state").exists()


def test_certificates_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    finding = verb._certificates()
    assert finding.state == "bad"
    assert "SSL_CERT_FILE" in finding.says
    assert "unset" in finding.cure


def test_no_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise MissingToolError("uv is not installed.", cure="pip install uv")

    monkeypatch.setattr(verb, "binary", none)
    finding = verb._uv(tmp_path)
    assert (finding.state, finding.cure) == ("bad", "pip install uv")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 99, 1))
    finding = verb._disk(tmp_path)
    assert finding.state == "poor"
    assert "--state" in finding.cure
