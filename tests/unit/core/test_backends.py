"""Backends are rows of data, each whole."""

from __future__ import annotations

import pytest

from bot.core.backends import BACKENDS, CPU, Backend, elsewhere, said_of


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
def test_a_row_says_what_it_is_how_it_is_found_and_who_runs_it(backend: Backend) -> None:
    assert backend.about
    assert backend.signs
    assert backend.runs_on
    assert backend.tolerance
    assert all(sign.what or sign.kind == "always" for sign in backend.signs)
    assert all(sign.cure for sign in backend.signs if sign.kind != "always")
    assert all(device.startswith("/dev/") for device in backend.devices)
    assert bool(backend.indexes) == bool(backend.local)
    assert not {name for name, _ in backend.variables} & set(backend.passes)


def test_each_but_the_processor_is_a_resource_of_its_own() -> None:
    named = [backend.resource for backend in BACKENDS.values() if backend.name != CPU]
    assert named == [name for name in BACKENDS if name != CPU]
    assert not BACKENDS[CPU].resource


@pytest.mark.parametrize(
    ("backend", "device", "good"),
    [
        ("cpu", "", True),
        ("cpu", "cpu", True),
        ("cpu", "CPU: EPYC", True),
        ("cpu", "DeviceType.CPU", True),
        ("cpu", "vulkan: llvmpipe", False),
        ("vulkan", "vulkan: llvmpipe", True),
        ("vulkan", "", False),
        ("vulkan", "cpu", False),
        ("cuda", "rocm: a card", False),
    ],
)
def test_what_an_engine_says_is_held_against_what_was_asked(
    backend: str, device: str, good: bool
) -> None:
    assert (elsewhere(backend, device) == "") is good


def test_the_first_module_that_says_a_device_is_believed() -> None:
    said = said_of({"client": {}, "engine": {"device": "cuda: x", "threads": 2}, "odd": None})
    assert said == (("device", "cuda: x"), ("threads", "2"))
    assert said_of({"engine": {"device": 3}}) == ()
