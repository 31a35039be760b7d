"""The file that proves a finding: small, plain Python, and right about what it compares."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import shlex
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.model import Json, Link, Look, Probe
from bot.core.proof import (
    AT_MOST,
    NAME,
    PINS,
    Proof,
    commands,
    curl,
    expecting,
    failed,
    lines,
    parts,
    python,
    short,
    write,
)

PROOF = Proof(
    title="greets in the wrong language",
    shared=("httpx==0.28.1", "idna==3.10"),
    wrong=("greet==2", "words==5"),
    right=("greet==1",),
    interpreter="3.11",
    request={"name": "Ada"},
    expected="hello Ada",
    body="seen = f\"hello {REQUEST['name']}\"",
)


def end(proof: Proof, file: Path) -> int:
    """Run the written file in this process; the exit code it would end with."""
    text = write(proof) + "\nraise SystemExit(0)\n"
    with pytest.raises(SystemExit) as ended:
        exec(compile(text, str(file), "exec"), {"__file__": str(file)})  # noqa: S102
    if isinstance(ended.value.code, int):
        return ended.value.code
    sys.stdout.write(f"{ended.value.code}\n")  # as the interpreter does, which then ends with 1
    return 1


def test_the_two_commands_differ_in_their_pins_alone() -> None:
    assert commands(PROOF) == (
        f"uv run --python 3.11 --with greet==2 --with words==5 {NAME}",
        f"uv run --python 3.11 --with greet==1 {NAME}",
    )


def test_the_docstring_states_both_commands() -> None:
    doc = ast.get_docstring(ast.parse(write(PROOF)))
    assert doc is not None
    assert doc.startswith(PROOF.title)
    assert all(command in doc for command in commands(PROOF))


def test_where_packages_come_from_stands_on_both_lines() -> None:
    given = commands(replace(PROOF, index=("--find-links", "a b", "--no-index")))
    start = "uv run --python 3.11 --find-links 'a b' --no-index --with greet=="
    assert all(each.startswith(start) for each in given)


MANY = tuple(f"package-{at}==1.{at}" for at in range(40))


@pytest.mark.parametrize("shared", [(), PROOF.shared, MANY])
def test_what_both_sides_share_is_pinned_inside(shared: tuple[str, ...]) -> None:
    lines = write(replace(PROOF, shared=shared)).splitlines()
    assert lines[0] == "# /// script"
    close = lines.index("# ///")
    inside = tomllib.loads("\n".join(line[2:] for line in lines[1:close]))
    assert inside == {"requires-python": "==3.11.*", "dependencies": list(shared)}


def test_it_is_short() -> None:
    assert len(write(PROOF).splitlines()) <= 18
    full = replace(PROOF, memory_bytes=1, seconds=1, tolerant=True, files=(("m.gguf", "0"),))
    assert len(write(full).splitlines()) <= 40
    assert max(map(len, write(replace(PROOF, shared=MANY)).splitlines())) <= 100


def test_it_says_what_it_saw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert end(PROOF, tmp_path / NAME) == 0
    assert capsys.readouterr().out == "as expected\n"
    assert end(replace(PROOF, body="seen = 'hallo'"), tmp_path / NAME) == 1
    assert capsys.readouterr().out == "seen:     'hallo'\nexpected: 'hello Ada'\n"


VALUES: list[Json] = [
    None,
    True,
    1.5,
    "",
    "'''",
    'a "quoted" \\ backslash\n',
    "ends with a quote'",
    "\ud800",
    "🏳️‍🌈 Ελληνικά",
    ["x" * 200, {"deep": [None, False, {"$": "not exposed"}]}],
    {"text": "y" * 200 + "'''" + '"""'},
    {"raw": "\\n\\u0041" + "z" * 200},
    "w" * 200 + "'",
    {"last": "w" * 200 + "\\"},
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("tolerant", [False, True])
def test_any_value_survives_the_way_into_the_file(
    tmp_path: Path,
    value: Json,
    tolerant: bool,
) -> None:
    proof = replace(PROOF, request=value, expected=value, body="seen = REQUEST", tolerant=tolerant)
    assert end(proof, tmp_path / NAME) == 0
    other = replace(proof, expected=["not that"])
    assert end(other, tmp_path / NAME) == 1


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ([-0.5, {"p": [1.0]}], 0),
        ([-0.505, {"p": [0.995]}], 0),
        ([-0.6, {"p": [1.0]}], 1),
        ([-0.5, {"p": [1.0, 1.0]}], 1),
        ([-0.5, {"q": [1.0]}], 1),
        ([-0.5, {"p": ["1.0"]}], 1),
        ([-0.5], 1),
        ("other", 1),
        ([math.nan, {"p": [1.0]}], 1),
    ],
)
def test_noise_is_tolerated_where_it_is_asked_for(tmp_path: Path, seen: Json, code: int) -> None:
    expected: Json = [-0.5, {"p": [1.0]}]
    body = f"nan = float('nan')\nseen = {python(seen)}"
    proof = replace(PROOF, expected=expected, body=body, tolerant=True)
    assert end(proof, tmp_path / NAME) == code
    exact = replace(proof, tolerant=False)
    assert end(exact, tmp_path / NAME) == (0 if seen == expected else 1)


def test_another_file_beside_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"weights")
    right = hashlib.sha256(b"weights").hexdigest()
    body = 'seen = (HERE / "tiny.gguf").read_text()'
    proof = replace(PROOF, files=(("tiny.gguf", right),), body=body, expected="weights")
    assert end(proof, tmp_path / NAME) == 0
    two = (("tiny.gguf", right), ("other.json", "0" * 64))
    (tmp_path / "other.json").write_bytes(b"{}")
    for files, wrong in (((("tiny.gguf", "0" * 64),), "tiny.gguf"), (two, "other.json")):
        other = write(replace(proof, files=files))
        with pytest.raises((SystemExit, AssertionError), match=f"another {wrong}"):
            exec(compile(other, NAME, "exec"), {"__file__": str(tmp_path / NAME)})  # noqa: S102


def test_nothing_is_imported_that_is_not_used_and_nothing_twice() -> None:
    assert "import" not in write(PROOF)
    told = write(
        replace(
            PROOF,
            body="import json, io\nfrom __future__ import annotations\nseen = json.loads('1')",
        )
    )
    assert told.count("import json") == 1
    assert told.index("__future__") < told.index("import json")
    assert ast.get_docstring(ast.parse(told))
    asks = replace(PROOF, body="import json\nseen = json.dumps(REQUEST)", request="x" * 200)
    assert write(asks).index("import json") < write(asks).index("REQUEST = json")


@pytest.mark.parametrize(
    ("code", "output", "does"),
    [
        (0, "as expected", False),
        (None, "", False),
        (1, "No solution found when resolving", False),
        (2, "error: unexpected argument", False),
        (1, "seen:     1\nexpected: 2", True),
        (1, "Traceback (most recent call last):\nKeyError", True),
        (1, "Timeout (0:00:02)!\nThread 0x", True),
        (-11, "", True),
        (139, "", True),
    ],
)
def test_what_uv_cannot_install_is_no_failure_of_the_file(
    code: int | None, output: str, *, does: bool
) -> None:
    assert failed(code, output) is does


def test_what_eats_memory_or_never_answers_is_guarded() -> None:
    guarded = write(replace(PROOF, memory_bytes=2**30, seconds=2.5))
    assert "resource.setrlimit(resource.RLIMIT_DATA, (1073741824, 1073741824))" in guarded
    assert "faulthandler.dump_traceback_later(2.5, exit=True)" in guarded
    assert "resource" not in write(PROOF)
    assert "faulthandler" not in write(PROOF)


def test_a_probe_can_be_told_what_to_expect() -> None:
    looks = (Look(link=Link.TEXT, compare="text"), Look(link=Link.USAGE, compare="json"))
    probe = Probe(name="a/b", ask="chat", request={}, looks=looks)
    told = expecting(probe, Link.TEXT, "hello")
    assert [(each.link, each.compare, each.golden) for each in told.looks] == [
        (Link.USAGE, "json", None),
        (Link.TEXT, "text", "hello"),
    ]
    assert expecting(probe, Link.MESSAGE, 1).look(Link.MESSAGE) is not None


SAID: Json = {"content": "a", "finish_reason": "stop"}


def test_of_a_request_and_of_an_error_what_differs_comes_first_too() -> None:
    good: Json = {"path": "/", "arrived": 1, "headers": {"accept": "a", "authorization": "b"}}
    bad: Json = {"path": "/", "arrived": 3, "headers": {"accept": "c", "authorization": "b"}}
    assert parts(good, bad) == ({"arrived": 1, "headers": {"accept": "a"}}, good)
    refused: Json = {"error": {"type": "E", "message": "a"}}
    assert parts(refused, {"error": {"type": "F", "message": "a"}})[0] == {"error": {"type": "E"}}


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ({"content": "b", "finish_reason": "stop"}, ({"content": "a"}, SAID)),
        ({"content": "a", "finish_reason": "stop", "reasoning": "b"}, ({"reasoning": None}, SAID)),
        ({"content": "a", "finish_reason": "stop", "more": [SAID]}, (SAID,)),
        ({"error": {"type": "E"}}, (SAID,)),
        ({"$": "not exposed"}, (SAID,)),
        ("text", (SAID,)),
    ],
)
def test_the_fields_that_differ_come_first(bad: Json, expected: tuple[Json, ...]) -> None:
    assert parts(SAID, bad) == expected


def test_several_choices_and_other_values_are_expected_whole() -> None:
    many: Json = {"content": "a", "finish_reason": "stop", "more": []}
    assert parts(many, {"content": "b"}) == (many,)
    assert parts({"a": 1}, {"a": 2}) == ({"a": 1},)


ASKING = 'import urllib.request\n\nbase_url = "http://x"\n'
POSTS = f'{ASKING}answer = post("/v1/chat/completions", {{"model": "tiny", **REQUEST}})\nseen = 1\n'
COUNTED = '"stream_options": {"include_usage": True}'
STREAMS = f"""{ASKING}body = {{"model": "tiny", {COUNTED}, **REQUEST}}
headers = {{}}
path = base_url + "/v1/chat/completions"
seen = 1
"""


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (POSTS, {"model": "tiny"}),
        (STREAMS, {"model": "tiny", "stream_options": {"include_usage": True}}),
    ],
)
def test_what_asks_a_server_can_be_asked_by_hand(body: str, sent: dict[str, Json]) -> None:
    proof = replace(PROOF, body=body, request={"messages": [{"content": 'it\'s "ä"\n'}]})
    words = shlex.split(curl(proof))
    assert words[:3] == ["curl", "-s", "$BASE_URL/v1/chat/completions"]
    assert json.loads(words[-1]) == {**sent, "messages": [{"content": 'it\'s "ä"\n'}]}
    doc = ast.get_docstring(ast.parse(write(proof)))
    assert doc is not None
    assert f"a server alone: {curl(proof)}" in doc.splitlines()


def test_where_nothing_is_asked_by_http_or_no_room_is_left_there_is_no_such_line() -> None:
    assert curl(PROOF) == ""
    assert curl(replace(PROOF, body=POSTS, request=None)) == ""
    assert curl(replace(PROOF, body=POSTS, request={"messages": "long " * 500})) == ""
    room = AT_MOST - lines(replace(PROOF, body=POSTS))
    full = replace(PROOF, body=POSTS.replace("seen = 1\n", "seen = 1\n" * (room + 2)))
    assert "curl" not in write(full)
    assert lines(full) == AT_MOST


def test_pins_that_fill_a_proof_lie_beside_it() -> None:
    many = replace(PROOF, shared=tuple(f"package-{at}==1.{at}" for at in range(300)))
    assert lines(many) > AT_MOST
    less, files = short(many)
    assert lines(less) <= AT_MOST
    assert files[PINS].decode().splitlines() == list(many.shared)
    assert all(f"--with-requirements {PINS} " in line for line in commands(less))
    assert short(PROOF) == (PROOF, {})
