"""Where a component is announced and how its versions are read: what may be said, and what not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.config.read import Known, read_matrix
from bot.core.blocks import Block
from bot.core.lookout import Lookout
from bot.core.matrix import Matrix
from bot.errors import ConfigError

KNOWN = Known(drivers=frozenset({"script", "openai"}), suites=frozenset({"chat"}))
STACK = "stacks: {s: {components: [tea], suite: [chat]}}\n"
TEA = "  tea: {role: client, upstream: u, driver: openai}\n"


def read(folder: Path, watched: str, before: str = "", stack: str = STACK) -> Matrix:
    file = folder / "matrix.yaml"
    file.write_text(f"version: 1\n{before}components:\n{TEA}  {watched}\n{stack}")
    return read_matrix(file, KNOWN)


@pytest.mark.parametrize(
    ("said", "scheme", "look"),
    [
        (
            "source: github, package: ggml-org/llama.cpp, versions: build then semver",
            "build then semver",
            Lookout(),
        ),
        (
            "source: github, package: a/b, kind: assets, match: 'x-(.*)', moving: [nightly]",
            "pep440",
            Lookout(kind="assets", match="x-(.*)", moving=("nightly",)),
        ),
        (
            "source: oci, package: ghcr.io/a/b, moving: [latest], match: 'v(.*)', versions: semver",
            "semver",
            Lookout(match="v(.*)", moving=("latest",)),
        ),
        ("source: hub, package: a/b@dev, files: ['*.json']", "pep440", Lookout(files=("*.json",))),
        ("source: url, package: 'https://a.test/x', match: 'x'", "pep440", Lookout(match="x")),
        ("versions: '/r(\\d+)/ then calendar'", "/r(\\d+)/ then calendar", Lookout()),
    ],
)
def test_what_may_be_said(tmp_path: Path, said: str, scheme: str, look: Lookout) -> None:
    matrix = read(tmp_path, f"other: {{role: engine, upstream: u, {said}}}")
    other = matrix.components["other"]
    assert (other.scheme, other.lookout) == (scheme, look)
    assert other.driver == ("" if "source" in said else "script")


@pytest.mark.parametrize(
    ("said", "what", "cure"),
    [
        ("versions: semvre", "`semvre` is none", "build then semver"),
        ("versions: '/(/'", "no regular expression", "build then semver"),
        ("versions: build, scheme: semver", "both `versions` and `scheme`", "keep `versions`"),
        ("source: github, package: tea", "no place of the source github", "OWNER/NAME"),
        ("source: oci, package: 'a/b:latest'", "no place of the source oci", "without a tag"),
        ("source: hub, package: tea", "no place of the source hub", "OWNER/NAME"),
        ("source: url, package: tea, match: x", "no place of the source url", "an address"),
        ("source: url, package: 'https://me:pw@a.test/', match: x", "no place", "password"),
        ("source: url, package: 'https://a.test/'", "what a version looks like", "`match:`"),
        ("source: github, package: a/b, kind: assets", "what a version looks like", "`match:`"),
        ("source: github, package: a/b, match: '('", "no regular expression", "first group"),
        ("source: github, package: a/b, driver: openai", "only watched", "take `driver` out"),
        ("source: oci, package: a/b, files: [x]", "means nothing to the source oci", "hub"),
        ("match: x", "means nothing to the source pypi", "github"),
        ("source: hub, package: a/b, kind: tags", "means nothing to the source hub", "github"),
    ],
)
def test_what_not(tmp_path: Path, said: str, what: str, cure: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"other: {{role: engine, upstream: u, {said}}}")
    (found,) = caught.value.problems
    assert what in found.what
    assert cure in found.cure
    assert found.line == 4


def test_policies(tmp_path: Path) -> None:
    said = (
        "other: {role: engine, upstream: u, lanes: {rc: test, nightly: tell}, min_age_days: 3, "
        "follow: [newest-per-minor-3, since-2026-01-31], skip: {'1.0': it fails, "
        "'>=1.4,<1.5': {reason: it forgets, owner: '@me', expires: 2027-01-01}}}"
    )
    other = read(tmp_path, said).components["other"]
    assert other.lookout.lanes == (("rc", "test"), ("nightly", "tell"))
    assert other.lookout.min_age_days == 3
    assert other.follow == ("newest-per-minor-3", "since-2026-01-31")
    assert other.skip == (
        Block(span="1.0", reason="it fails"),
        Block(span=">=1.4,<1.5", reason="it forgets", owner="@me", expires=date(2027, 1, 1)),
    )


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("skip: {'>what': it fails}", "which is no version specifier"),
        ("skip: {'<b5': it fails}, versions: semver", "which is no version specifier"),
        ("follow: [since-2026-02-31]", "which is no day"),
        ("follow: [newest-per-minor-0]", "cannot be"),
        ("lanes: {beta: test}", "cannot be"),
        ("min_age_days: -1", "cannot be"),
    ],
)
def test_what_no_policy_can_be(tmp_path: Path, said: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"other: {{role: engine, upstream: u, {said}}}")
    assert what in caught.value.problems[0].what


def test_what_is_only_watched_is_in_no_stack(tmp_path: Path) -> None:
    stack = STACK.replace("[tea]", "[tea, other]")
    said = "other: {role: runtime, upstream: u, source: oci, package: a/b}"
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, said, stack=stack)
    (found,) = caught.value.problems
    assert "which nothing here installs" in found.what
    assert (found.line, "`stackmatrix watch`" in found.cure) == (5, True)


def test_an_index_holds_no_password(tmp_path: Path) -> None:
    before = "index: https://me:cAnArY@host.test/simple\n"
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "other: {role: engine, upstream: u}", before)
    (found,) = caught.value.problems
    assert "STACKMATRIX_INDEX_PASSWORD" in found.cure
    assert "cAnArY" not in str(caught.value)


def test_exclusions_speak_in_the_order_of_the_component(tmp_path: Path) -> None:
    rule = 'exclude: {old: {cells: {other: "%s"}, reason: too old, owner: "@me"}}\n'
    said = "other: {role: engine, upstream: u, versions: build then semver}"
    (found,) = read(tmp_path, said, stack=STACK + rule % "<b6000").exclusions
    assert found.schemes == (("other", "build then semver"),)
    with pytest.raises(ConfigError, match="`what` is no version of the scheme build then semver"):
        read(tmp_path, said, stack=STACK + rule % "<what")
