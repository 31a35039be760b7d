"""Sources inside a distribution: only what is written down, wherever that is usual."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.core.inside import Declared, Part, between, commit_of, parts
from bot.core.outcome import Builds, Inside, Later

SHA = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"
HOME = "https://github.com/x/greet"
ENGINE = "https://github.com/x/engine"
CYCLONE = {
    "components": [
        {
            "name": "core",
            "version": "1.0",
            "purl": f"pkg:cargo/core@1?vcs_url=git%2B{ENGINE}%40{SHA}",
        },
        {
            "name": "outer",
            "version": "2.0",
            "externalReferences": [{"type": "vcs", "url": f"{HOME}.git"}],
            "components": [{"name": "inner", "version": "3.0"}],
        },
    ]
}
SPDX = {
    "packages": [
        {"name": "core", "versionInfo": "1", "downloadLocation": f"git+{ENGINE}@{SHA}"},
    ]
}
LOCK = f'[[package]]\nname = "core"\nversion = "1.0"\nsource = "git+{ENGINE}?rev=0a1#{SHA}"\n'
LOCK += '[[package]]\nname = "plain"\nversion = "1.0"\nsource = "registry+https://x"\n'
AT_ENGINE = Part(repo=ENGINE, commit=SHA, version="1.0")


def read(files: dict[str, str], version: str = "") -> dict[str, Part]:
    return parts("greet", Declared(project=HOME, version=version), files, files.__getitem__)


BILL = "g.dist-info/sboms/g.json"
OWN, BARE = Part(repo=HOME, commit=SHA), Part(commit=SHA)
SHORT = Part(repo=HOME, commit="0a1b2c3")
TAGGED = '{"tag": "b9093", "repo": "x/engine"}'
DIRECT = json.dumps({"url": f"{HOME}.git", "vcs_info": {"vcs": "git", "commit_id": SHA}})


@pytest.mark.parametrize(
    ("path", "text", "name", "part"),
    [
        (BILL, json.dumps(CYCLONE), "core", AT_ENGINE),
        (BILL, json.dumps(CYCLONE), "outer", Part(repo=HOME, version="2.0")),
        (BILL, json.dumps(CYCLONE), "inner", Part(version="3.0")),
        (BILL, json.dumps(SPDX), "core", replace(AT_ENGINE, version="1")),
        ("greet/Cargo.lock", LOCK, "core", AT_ENGINE),
        ("greet/version.py", f'git_revision: str = "{SHA}"\n', "greet", OWN),
        ("greet/__init__.py", f'__commit__ = "{SHA}"\n', "greet", OWN),
        ("greet/_version.py", "__commit_id__ = commit_id = 'g0a1b2c3'\n", "greet", SHORT),
        ("greet/_version.py", f'{{\n "full-revisionid": "{SHA}",\n}}\n', "greet", OWN),
        ("greet/_version.py", f"llama_cpp_commit = '{SHA}'\n", "llama-cpp", BARE),
        ("greet/_vendor/quack/__init__.py", f'__upstream_sha__ = "{SHA}"\n', "quack", BARE),
        ("greet/third_party/quack/COMMIT", f"{SHA}\n", "quack", BARE),
        ("greet/engine.commit", SHA, "engine", BARE),
        ("llama/llama.cpp.info.json", TAGGED, "llama.cpp", Part(repo=ENGINE, commit="b9093")),
        ("g.dist-info/direct_url.json", DIRECT, "greet", OWN),
    ],
)
def test_a_source_is_read_where_it_is_written(path: str, text: str, name: str, part: Part) -> None:
    assert read({path: text})[name] == part


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("greet/version.py", 'git_date = "20261123"\n'),
        ("greet/version.py", 'commit = "0000000"\n'),
        ("greet/version.py", 'tag = "abcdef1"\n'),
        ("greet/deep/er/version.py", f'commit = "{SHA}"\n'),
        ("greet/other.py", f'commit = "{SHA}"\n'),
        ("greet/COMMIT", "no commit at all"),
        ("g.dist-info/sboms/g.json", "no json"),
        ("g.dist-info/sboms/g.json", "[]"),
        ("g.dist-info/direct_url.json", '{"url": "https://x", "archive_info": {}}'),
        ("greet/x.info.json", "[]"),
    ],
)
def test_what_tells_no_commit_is_no_source(path: str, text: str) -> None:
    assert read({path: text}) == {}


def test_version_and_addresses_tell_as_well() -> None:
    assert read({}, version="1.4.dev1+g0a1b2c3")["greet"].commit == "0a1b2c3"
    declared = Declared(project=HOME, urls=(f"{HOME}/tree/{SHA}", f"{ENGINE}/tree/{SHA}"))
    told = parts("greet", declared, (), str)
    assert told == {
        "greet": Part(repo=HOME, commit=SHA),
        "engine": Part(repo=ENGINE, commit=SHA),
    }
    versions = ("1+cpu", "1", "2.0+1234567", "1+abcdef1", "1+g0a1b2c3.d20261123")
    assert [commit_of(each) for each in versions] == ["", "", "", "abcdef1", "0a1b2c3"]


def test_what_tells_a_commit_is_kept_before_what_tells_a_version() -> None:
    plain = json.dumps({"components": [{"name": "core", "version": "1.0"}]})
    files = {BILL: plain}
    assert read({**files, "greet/Cargo.lock": LOCK})["core"] == AT_ENGINE


def test_commits_come_first_and_what_is_the_same_is_left_out() -> None:
    old = {"a": Part(version="1"), "b": Part(commit="x1"), "c": Part(version="1"), "d": Part()}
    new = {"a": Part(version="2"), "b": Part(commit="x2"), "c": Part(version="1"), "e": Part()}
    assert [(each.name, each.commits) for each in between(old, new)] == [("b", True), ("a", False)]


def test_two_commits_have_a_page() -> None:
    one = Inside(name="e", repo=ENGINE, last_good="a1", first_bad="b2", commits=True)
    assert one.compare == f"{ENGINE}/compare/a1...b2"
    assert one.back.compare == f"{ENGINE}/compare/b2...a1"
    assert Inside(name="e", repo=ENGINE, last_good="1", first_bad="2").compare == ""
    lab = Builds(last_good="1", first_bad="2", repo="https://gitlab.com/x/e", commits=("a", "b"))
    assert lab.compare == "https://gitlab.com/x/e/-/compare/a...b"
    assert replace(lab, repo="https://bitbucket.org/x/e").compare == ""
    assert Builds(last_good="1", first_bad="2", repo=ENGINE).compare == ""


def test_the_newest_release_is_told_in_a_line() -> None:
    assert "gone in e 3" in str(Later(package="e", newest="3", fixed=True))
    assert "still there" in str(Later(package="e", newest="3", still=True))
    assert "another thing" in str(Later(package="e", newest="3"))
