"""What git may see, and what nobody may read in what it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.effects.git import Git, address, environment, redacted, settings_of, told
from bot.errors import BranchError, MissingToolError

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def test_git_asks_nobody_and_is_pointed_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_TRACE", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    monkeypatch.setenv("GIT_SSL_CAINFO", "bundle.pem")
    seen = environment()
    assert (seen["GIT_TERMINAL_PROMPT"], seen["GCM_INTERACTIVE"]) == ("0", "never")
    assert seen["GIT_SSL_CAINFO"] == "bundle.pem"
    assert "BatchMode" in seen["GIT_SSH_COMMAND"]
    assert not {"GIT_DIR", "GIT_TRACE_CURL"} & {*seen}
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    assert environment()["GIT_SSH_COMMAND"] == "ssh -i key"
    assert "GIT_SSH_COMMAND" in environment()
    monkeypatch.delenv("GIT_SSH_COMMAND")
    assert "GIT_SSH_COMMAND" not in environment([("core.sshcommand", "ssh -i other")])


def test_settings_come_behind_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "there")
    seen = environment([("http.x.extraheader", "AUTHORIZATION: basic c2VjcmV0")])
    assert seen["GIT_CONFIG_COUNT"] == "2"
    assert seen["GIT_CONFIG_KEY_1"] == "http.x.extraheader"
    assert seen["GIT_CONFIG_VALUE_0"] == "there"


def test_no_message_has_a_secret() -> None:
    said = "fatal: https://me:hunter2@example.org/r.git sent AUTHORIZATION: basic c2VjcmV0"
    clean = redacted(said, ["AUTHORIZATION: basic c2VjcmV0"])
    assert clean == "fatal: https://example.org/r.git sent ***"


def test_what_git_said_is_one_line() -> None:
    assert told("a\n\nb\nhint: c\nd\ne\n") == "b; d; e"


@needs_git
def test_a_checkout_says_where_it_is_and_how_it_signs_in(tmp_path: Path) -> None:
    git = Git(place=tmp_path / "r" / ".git", cwd=tmp_path)
    git.must("init", "--quiet", str(tmp_path / "r"))
    git.must("remote", "add", "origin", "https://example.org/r.git")
    git.must("config", "http.https://example.org/.extraheader", "AUTHORIZATION: basic c2VjcmV0")
    git.must("config", "user.name", "me")
    assert address(tmp_path / "r", "origin", push=True) == "https://example.org/r.git"
    assert address(tmp_path / "r", "none", push=False) == ""
    assert settings_of(tmp_path / "r") == (
        ("http.https://example.org/.extraheader", "AUTHORIZATION: basic c2VjcmV0"),
    )
    assert settings_of(tmp_path) == ()
    signed = Git(place=git.place, cwd=tmp_path, settings=settings_of(tmp_path / "r"))
    assert "c2VjcmV0" not in signed.run("config", "--list").output


@needs_git
def test_a_copy_that_fails_is_told_with_its_cure(tmp_path: Path) -> None:
    git = Git(place=tmp_path / "copy.git", cwd=tmp_path)
    with pytest.raises(BranchError, match="git rev-parse failed") as caught:
        git.must("rev-parse", "HEAD")
    assert "only a copy" in caught.value.cure


def test_a_machine_without_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="git is not installed"):
        Git(place=tmp_path, cwd=tmp_path).run("status")
