"""What the environment says opens what, and nothing else does."""

from __future__ import annotations

import base64
import json

import pytest

from bot.core.credentials import Credential, bare, chosen, known

SECRET = "cAnArY-" + "s3cr3t"
MINE = f"https://me:{SECRET}@h.test"
AUTH = base64.b64encode(f"me:{SECRET}".encode()).decode()


def docker(host: str) -> str:
    return json.dumps({"auths": {host: {"auth": AUTH}}})


@pytest.mark.parametrize(
    ("environ", "url", "user"),
    [
        ({"PIP_INDEX_URL": f"{MINE}/simple"}, "https://h.test/simple/x/", "me"),
        ({"PIP_INDEX_URL": f"{MINE}/simple"}, "https://h.test/pypi/x/json", "me"),
        ({"UV_EXTRA_INDEX_URL": f"https://a.test {MINE}/a"}, "https://h.test/a/x", "me"),
        ({"UV_INDEX": f"own={MINE}/a"}, "https://h.test/a/x", "me"),
        (
            {"UV_INDEX": "my-own=https://h.test/a", "UV_INDEX_MY_OWN_USERNAME": "me",
             "UV_INDEX_MY_OWN_PASSWORD": SECRET},
            "https://h.test:443/a/x", "me",
        ),
        ({"STACKMATRIX_INDEX_PASSWORD": SECRET}, "https://index.test/x", ""),
        (
            {"STACKMATRIX_INDEX_USERNAME": "me", "STACKMATRIX_INDEX_PASSWORD": SECRET},
            "https://index.test/simple/x", "me",
        ),
        ({"npm_config_//h.test/npm/:_authToken": SECRET}, "https://h.test/npm/x", ""),
        ({"NPM_TOKEN": SECRET}, "https://npm.test/x", ""),
        ({"NODE_AUTH_TOKEN": SECRET, "NPM_TOKEN": "no"}, "https://npm.test/x", ""),
        ({"GITHUB_TOKEN": SECRET}, "https://api.github.test/repos/x", ""),
        ({"HF_TOKEN": SECRET}, "https://hub.test/api/models/x", ""),
        ({"DOCKER_AUTH_CONFIG": docker("h.test")}, "https://h.test/v2/x/tags/list", "me"),
        ({"DOCKER_AUTH_CONFIG": docker("https://index.docker.io/v1/")},
         "https://registry-1.docker.io/v2/", "me"),
        ({"DOCKER_AUTH_CONFIG": docker("127.0.0.1:5000")}, "http://127.0.0.1:5000/v2/", "me"),
    ],
)  # fmt: skip
def test_what_the_environment_says(environ: dict[str, str], url: str, user: str) -> None:
    found = chosen(
        url,
        known(
            environ,
            index="https://index.test/simple",
            registry="https://npm.test/",
            github="https://api.github.test",
            hub="https://hub.test",
        ),
    )
    assert found is not None
    assert (found.user, found.secret) == (user, SECRET)
    assert SECRET not in repr(found) + str(found)


@pytest.mark.parametrize(
    "url",
    [
        "http://h.test/a/x",
        "https://h.test:444/a/x",
        "https://other.test/a/x",
        "https://h.test/ab",
        "https://h.test/",
        "https://h.test.evil.test/a/x",
    ],
)
def test_nobody_else_is_told(url: str) -> None:
    assert chosen(url, known({"UV_INDEX_URL": f"https://me:{SECRET}@h.test/a"})) is None


def test_the_nearest_place_wins() -> None:
    wide = Credential(place="https://h.test", user="wide", secret=SECRET)
    near = Credential(place="https://h.test/a", user="near", secret=SECRET)
    assert chosen("https://h.test/a/b", (wide, near)) == near
    assert chosen("https://h.test/b", (near, wide)) == wide


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"PIP_INDEX_URL": "https://h.test/simple", "UV_INDEX": "a=https://h.test/b"},
        {"DOCKER_AUTH_CONFIG": "{"},
        {"DOCKER_AUTH_CONFIG": "[]"},
        {"DOCKER_AUTH_CONFIG": '{"auths": {"h.test": 3, "i.test": {"auth": "?"}}}'},
        {"NPM_TOKEN": "x", "GITHUB_TOKEN": "x", "HF_TOKEN": "x"},
        {"STACKMATRIX_INDEX_PASSWORD": "x"},
    ],
)
def test_what_says_nothing_opens_nothing(environ: dict[str, str]) -> None:
    assert known(environ) == ()


def test_an_address_can_be_told_without_who_asks() -> None:
    assert bare(f"https://me:{SECRET}@h.test:8/a?b") == "https://h.test:8/a?b"
    assert bare("https://h.test/a@b") == "https://h.test/a@b"
