"""Suite folders: what is read from them, and how each mistake is told with file, line and cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.app import SUITE
from bot.core.model import Json
from bot.drivers.suite import families, read_suite
from bot.errors import SuiteError

GREET = """\
family: greet
ask: script
cases:
  - id: hi
    source: hi.py
  - id: bye
    source: bye.py
links:
  text:
    compare: text
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite folder with one right family of two programs."""
    (tmp_path / "probes").mkdir()
    (tmp_path / "goldens").mkdir()
    for name in ("hi", "bye"):
        (tmp_path / "probes" / f"{name}.py").write_text(f"print('\"{name}\"')\n")
    put(tmp_path, GREET)
    return tmp_path


def put(suite: Path, text: str, name: str = "greet.yaml") -> Path:
    file = suite / "probes" / name
    file.write_text(text)
    return file


def golden(suite: Path, value: Json, name: str = "greet") -> None:
    (suite / "goldens" / f"{name}.json").write_text(json.dumps(value))


def names(suite: Path, *chosen: str) -> list[str]:
    return [probe.name for probe in read_suite((suite,), chosen or ("greet",))]


def mistake(suite: Path, *chosen: str) -> SuiteError:
    with pytest.raises(SuiteError) as caught:
        read_suite((suite,), chosen or ("greet",))
    assert caught.value.cure
    assert caught.value.exit_code == 7
    return caught.value


def test_programs_are_read_from_beside_the_probe_file(suite: Path) -> None:
    first, _ = read_suite((suite,), ("greet",))
    assert first.request == {"source": "print('\"hi\"')\n"}


def test_names_choose_families_and_cases_each_once_in_that_order(suite: Path) -> None:
    assert names(suite) == ["greet/hi", "greet/bye"]
    assert names(suite, "greet/bye", "greet") == ["greet/bye", "greet/hi"]


def test_a_folder_without_probes_holds_the_files_itself(suite: Path) -> None:
    assert names(suite / "probes") == names(suite)
    (suite / "goldens" / "empty").mkdir()
    assert families((suite / "goldens",)) == ()


def test_cases_and_what_they_point_to_may_lie_in_files(suite: Path) -> None:
    (suite / "cases.json").write_text('[{"id": "one", "template": "one.jinja", "x": 1}]')
    (suite / "texts").mkdir()
    (suite / "texts" / "one.jinja").write_text("{{ x }}")
    text = GREET.split("cases:", maxsplit=1)[0] + "cases: cases.json\nfiles: {template: texts}\n"
    put(suite, text + "links: {text: {compare: text, absolute: true}}\n")
    golden(suite, {"greet/one": {"text": "1"}})
    (probe,) = read_suite((suite,), ("greet",))
    assert probe.request == {"source": "{{ x }}", "x": 1}
    assert probe.looks[0].golden == "1"


def test_our_own_suite_is_right() -> None:
    known = families((SUITE,))
    assert {"chat", "encode", "render", "stream", "untrained"} < set(known)
    probes = read_suite((SUITE,), known)
    assert {probe.name.split("/")[0] for probe in probes} == set(known)
    assert len({probe.digest for probe in probes}) == len(probes)


WRONG: list[tuple[str, str, int, str, str]] = [
    ("text:\n", "mood:\n", 9, "there is no link `mood`", "request, prompt"),
    ("ask: script", "asks: script", 2, "`asks` is not a key", "use one of"),
    ("    compare: text", "    compare: smell", 10, "there is no comparator `smell`", "ids"),
    ("    compare: text", "    compares: text", 10, "`compares` is not a key", "compare"),
    ("    compare: text", "    compare: text\n    absolute: true", 9, "no golden", "drop"),
    ("source: bye.py", "source: gone.py", 7, "No such file", "mend the name"),
    ("id: bye", "ID: bye", 6, "`id` is missing", "add `id: ...`"),
    ("id: bye", "id: hi", 6, "`greet/hi` is there twice", "rename one"),
    ("ask: script", "ask: script\nseconds: soon", 3, "`seconds` is no time", "seconds: 30"),
    ("ask: script", "ask: script: x", 2, "is no YAML", "quote"),
    ("  - id: bye", " - id: bye", 6, "is no YAML", "indentation"),
    ("ask: script", "ask: 2026-99-99", 1, "is no YAML: month", "quote"),
    ("ask: script", "ask: [script", 3, "is no YAML", "quote"),
]


@pytest.mark.parametrize(("right", "wrong", "line", "what", "cure"), WRONG)
def test_a_mistake_is_told_with_file_line_and_cure(
    suite: Path, right: str, wrong: str, line: int, what: str, cure: str
) -> None:
    assert GREET.count(right) >= 1
    file = put(suite, GREET.replace(right, wrong, 1))
    error = mistake(suite)
    assert error.message.startswith(f"{file}:{line}: ")
    assert what in error.message
    assert cure in error.cure


def test_two_files_with_one_family_are_told(suite: Path) -> None:
    other = put(suite, GREET, "other.yaml")
    assert mistake(suite).message == f"{other}:4: `greet/hi` is there twice"


def test_an_unknown_name_is_told_with_those_that_are_known(suite: Path) -> None:
    for name in ("gret", "greet/hello", ""):
        error = mistake(suite, name)
        assert error.message == f"there is no probe or family `{name}`"
        assert "greet" in error.cure


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text\n"])
def test_a_file_that_is_no_family_is_told(suite: Path, text: str) -> None:
    file = put(suite, text)
    error = mistake(suite)
    assert error.message == f"{file}:1: is no probe family"
    assert error.cure == "begin with `family: NAME`"


def test_a_file_that_is_no_text_is_told(suite: Path) -> None:
    file = suite / "probes" / "greet.yaml"
    file.write_bytes(b"family: \xff\xfe\n")
    assert mistake(suite).message.startswith(f"{file}:1: is no YAML")


def test_a_file_that_cannot_be_read_is_told(suite: Path) -> None:
    file = suite / "probes" / "gone.yaml"
    file.symlink_to(suite / "nowhere")
    assert mistake(suite).message == f"{file}:1: No such file or directory"


def test_a_program_that_is_no_text_is_told(suite: Path) -> None:
    (suite / "probes" / "bye.py").write_bytes(b"\xff")
    error = mistake(suite)
    assert error.message.startswith(f"{suite / 'probes' / 'greet.yaml'}:7: ")
    assert error.cure == "write it as UTF-8"


@pytest.mark.parametrize(
    ("content", "what"), [("{", "is no JSON"), ("[]", "is no table"), (None, "no golden")]
)
def test_goldens_that_are_wrong_are_told(suite: Path, content: str | None, what: str) -> None:
    file = put(suite, GREET + "    absolute: true\n")
    if content is not None:
        (suite / "goldens" / "greet.json").write_text(content)
    error = mistake(suite)
    assert error.message.startswith(f"{file}:")
    assert what in error.message


@pytest.mark.parametrize(("content", "what"), [(None, "No such file"), ("[1,", "is no JSON")])
def test_a_case_file_that_is_wrong_is_told(suite: Path, content: str | None, what: str) -> None:
    if content is not None:
        (suite / "cases.json").write_text(content)
    text = (
        GREET.split("cases:", maxsplit=1)[0] + "cases: cases.json\nlinks: {text: {compare: text}}\n"
    )
    file = put(suite, text)
    error = mistake(suite)
    assert error.message.startswith(f"{file}:3: {suite / 'cases.json'}")
    assert what in error.message


def test_families_are_read_while_configuring_and_never_trace_back(suite: Path) -> None:
    assert families((suite,)) == ("greet",)
    put(suite, "family: [", "broken.yaml")
    with pytest.raises(SuiteError, match=r"broken\.yaml:1: is no YAML"):
        families((suite,))
    with pytest.raises(SuiteError, match="is no folder") as caught:
        families((suite / "nowhere",))
    assert caught.value.cure == "mend `suite` in matrix.yaml"
