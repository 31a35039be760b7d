"""Which container engine answers, where it is looked for, and what Podman means otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.effects.engines import DOCKER, PODMAN, Nature, as_ours, guarded, nature, no_gpu, sockets
from bot.errors import MissingToolError

OURS = Nature(kind=DOCKER, version="20.10.24", groups="1")
THEIRS = Nature(kind=PODMAN, version="4.3.1", groups="2")
ROOTLESS = Nature(kind=PODMAN, version="4.3.1", groups="2", rootless=True)


def test_an_engine_is_known_by_its_own_words() -> None:
    podman = {"Version": "4.3.1", "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
    docker = {"Version": "20.10.24", "Components": [{"Name": "Engine", "Version": "20.10.24"}]}
    plain = {"NCPU": 2, "SecurityOptions": ["name=seccomp,profile=default"], "CgroupVersion": "1"}
    rootless = {**plain, "SecurityOptions": ["name=rootless"]}
    assert str(nature(podman, plain)) == "Podman 4.3.1"
    assert str(nature(docker, plain)) == "Docker Engine 20.10.24"
    assert str(nature(podman, rootless)) == "Podman 4.3.1, without root"
    assert nature({"Version": "1"}, {"NCPU": 8}).cores == 8  # who says no more is Docker
    assert [nature(podman, told).weighs for told in (plain, rootless)] == [True, False]
    assert nature(podman, {**rootless, "CgroupVersion": "2"}).weighs


def test_sockets_are_dockers_then_the_users_then_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    user, root = Path("/run/user/7/podman/podman.sock"), Path("/run/podman/podman.sock")
    assert sockets() == (Path("/var/run/docker.sock"), user, root)
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert sockets() == (Path("/var/run/docker.sock"), root)
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine:2375")
    assert sockets() == ()


def test_what_podman_leaves_open_below_a_read_only_root_is_closed() -> None:
    guards = {"read_only": True, "tmpfs": {"/tmp": "rw"}}
    assert guarded(guards, OURS) == guards
    closed = guarded(guards, THEIRS)["tmpfs"]
    assert closed.pop("/tmp") == "rw"
    assert {place: words[:3] for place, words in closed.items()} == {
        "/run": "ro,",
        "/var/tmp": "ro,",
    }
    assert guarded({"read_only": False}, THEIRS) == {"read_only": False}


def test_a_gpu_that_podman_would_not_give_is_refused() -> None:
    no_gpu(OURS)
    with pytest.raises(MissingToolError, match=r"no GPU from Podman 4\.3\.1") as raised:
        no_gpu(THEIRS)
    assert "DOCKER_HOST" in raised.value.cure


def test_without_root_a_user_keeps_its_number_in_podman() -> None:
    assert as_ours({"a": 1}, ROOTLESS) == {"a": 1, "UsernsMode": "keep-id"}
    assert as_ours({"a": 1}, THEIRS) == as_ours({"a": 1}, OURS) == {"a": 1}
