"""Hardware is found by its signs, and what lacks is said with its cure."""

from __future__ import annotations

import ctypes.util
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.backends import BACKENDS, Backend, Sign
from bot.effects.hardware import driver, instructions, lacking, machine, missing, passed

VULKAN = BACKENDS["vulkan"]


def of(*signs: Sign) -> Backend:
    return replace(VULKAN, signs=signs)


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"lib{name}.so.1")
    for name in VULKAN.passes:
        monkeypatch.delenv(name, raising=False)


def test_the_processor_is_always_here() -> None:
    assert missing(BACKENDS["cpu"]) == ""


@pytest.mark.usefixtures("loader")
def test_a_driver_is_looked_for_where_a_person_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VK_DRIVER_FILES", str(tmp_path / "*.json"))
    told = missing(VULKAN)
    assert told.startswith(f"no driver is installed: no {tmp_path}")
    assert "mesa-vulkan-drivers" in told
    (tmp_path / "soft_icd.json").write_text("{}")
    assert missing(VULKAN) == ""
    assert driver(VULKAN) == "soft_icd"
    monkeypatch.setenv("VK_DRIVER_FILES", str(tmp_path))
    assert missing(VULKAN) == ""
    assert passed(VULKAN) == {
        "GGML_VK_VISIBLE_DEVICES": "0", "VK_DRIVER_FILES": str(tmp_path)
    }  # fmt: skip


def test_without_the_library_there_is_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    assert missing(VULKAN).startswith("the library libvulkan is not installed; install")


def test_files_that_must_hold_something(tmp_path: Path) -> None:
    sign = Sign(kind="files", what=(f"{tmp_path}/*/vendor",), holds="0x8086", cure="buy one")
    assert missing(of(sign)) == f"there is no {tmp_path}/*/vendor; buy one"
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "vendor").write_text("0x1002\n")
    assert missing(of(sign)) == f"no {tmp_path}/*/vendor holds 0x8086; buy one"
    (tmp_path / "card" / "vendor").write_text("0x8086\n")
    assert missing(of(sign)) == ""


def test_a_command_that_must_say_something() -> None:
    sign = Sign(kind="command", what=("echo", "GPU 0"), holds="GPU")
    assert missing(of(sign)) == ""
    assert missing(of(replace(sign, holds="TPU"))) == "`echo GPU 0` says GPU 0"
    assert missing(of(replace(sign, what=("false",)))) == "`false` says nothing"
    gone = replace(sign, what=("no-such-command",))
    assert missing(of(gone)) == "`no-such-command` is not installed"


def test_any_sign_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    mac = BACKENDS["metal"].signs[0]
    assert missing(of(mac)) == "this is no Darwin; run it on a Mac"
    assert missing(of(mac, Sign(kind="always"))) == ""
    assert lacking(["cpu", "metal"]) == {"metal": "this is no Darwin; run it on a Mac"}


def test_instructions_are_those_that_change_numbers(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("model name: x\nflags\t\t: fpu avx2 fma bmi2 avx\nflags\t: later\n")
    assert instructions(told) == "avx avx2 fma"
    told.write_text("Features\t: fp asimd\n")
    assert instructions(told) == "asimd"
    assert instructions(tmp_path / "none") == ""
    assert dict(machine(["cpu"])["cpu"])["instructions"] == instructions()
