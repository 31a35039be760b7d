"""matrix.yaml: everything wrong with it at once, each with its line, its column and its cure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path

import pytest

from bot.app import DRIVERS, SUITE
from bot.config.read import Known, read_matrix
from bot.core.matrix import Matrix
from bot.core.model import Role
from bot.drivers.suite import families
from bot.errors import ConfigError, Problem

KNOWN = Known(
    drivers=frozenset({"openai", "script", "endpoint", "xllamacpp", "js"}),
    suites=frozenset({"chat"}),
    sources={"js": "npm", "endpoint": ""},
    backends={"xllamacpp": frozenset({"cpu", "vulkan"})},
)
GOOD = """\
version: 1
components:
  engine: {role: engine, upstream: https://x.test/engine, driver: xllamacpp}
  client: {role: client, upstream: https://x.test/client, follow: [newest, ==1.0]}
stacks:
  chat:
    components: [engine, client]
    suite: [chat]
"""


def read(folder: Path, text: str, *, cutoff: date | None = None) -> Matrix:
    file = folder / "matrix.yaml"
    file.write_text(text, encoding="utf-8")
    return read_matrix(file, KNOWN, cutoff=cutoff)


def problems(folder: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return caught.value.problems


def only(folder: Path, text: str) -> tuple[int, int, str, str]:
    (found,) = problems(folder, text)
    assert found.file == str(folder / "matrix.yaml")
    return found.line, found.column, found.what, found.cure


def test_a_good_file_becomes_core_types(tmp_path: Path) -> None:
    matrix = read(tmp_path, GOOD)
    assert matrix.components["engine"].role is Role.ENGINE
    assert matrix.components["engine"].package == "engine"
    assert matrix.components["engine"].follow == ("newest", "previous")
    assert matrix.components["client"].follow == ("newest", "==1.0")
    assert matrix.components["client"].driver == "script"
    assert matrix.rows[0].components == ("engine", "client")
    assert matrix.rows[0].backends == ("cpu",)
    assert matrix.cutoff is None
    assert matrix.policy.default.way == "draft"
    assert matrix.place("components", "client", "role") == (4, 12)
    assert matrix.place("components", "client", "nothing", "here") == (4, 3)


JAVASCRIPT = GOOD.replace("xllamacpp", "js").replace("[engine, client]", "[engine]")


@pytest.mark.parametrize("said", ["", "source: npm, ", "source: npm, scheme: semver, "])
def test_a_driver_of_npm_brings_its_source_its_order_and_no_python(
    tmp_path: Path, said: str
) -> None:
    matrix = read(tmp_path, JAVASCRIPT.replace("driver: js", f"{said}driver: js"))
    engine, client = matrix.components["engine"], matrix.components["client"]
    assert (engine.source, engine.scheme) == ("npm", "semver")
    assert (client.source, client.scheme) == ("pypi", "pep440")
    assert matrix.rows[0].interpreter == "none"


def test_exclusions_know_whose_versions_are_of_semver(tmp_path: Path) -> None:
    rule = 'exclude: {old: {cells: {engine: "<2"}, reason: too old, owner: "@me"}}\n'
    (found,) = read(tmp_path, JAVASCRIPT + rule).exclusions
    assert found.schemes == (("engine", "semver"),)


def test_a_stack_holds_packages_of_one_source(tmp_path: Path) -> None:
    line, column, what, cure = only(tmp_path, GOOD.replace("xllamacpp", "js"))
    assert (line, column) == (7, 5)
    assert what == (
        "stack `chat` mixes packages of several sources: `engine` of npm, `client` of pypi"
    )
    assert "a stack for each source" in cure


@pytest.mark.parametrize(
    ("driver", "source", "wanted"), [("js", "pypi", "npm"), ("xllamacpp", "npm", "pypi")]
)
def test_a_driver_asks_packages_of_its_own_source(
    tmp_path: Path, driver: str, source: str, wanted: str
) -> None:
    text = GOOD.replace("driver: xllamacpp", f"source: {source}, driver: {driver}")
    (told,) = [one for one in problems(tmp_path, text) if "its driver" in one.what]
    assert (told.line, told.column) == (3, 59)
    assert told.cure.startswith(f"write `source: {wanted}`")


def test_what_is_never_released_is_no_component(tmp_path: Path) -> None:
    line, _, what, cure = only(tmp_path, GOOD.replace("xllamacpp", "endpoint"))
    assert (line, "a program that is here already" in what) == (3, True)
    assert "stackmatrix diff endpoint ONE OTHER" in cure


def test_equal_meaning_has_an_equal_digest(tmp_path: Path) -> None:
    noted = GOOD.replace("suite: [chat]", "suite: [chat]   # all of it")
    moved = GOOD.replace("[chat]", '["chat"]')
    assert read(tmp_path, noted).digest == read(tmp_path, moved).digest
    assert read(tmp_path, GOOD).digest != read(tmp_path, GOOD + "cutoff: 2026-01-02\n").digest


def test_the_cutoff_is_the_end_of_its_day_and_a_flag_wins(tmp_path: Path) -> None:
    text = GOOD + "cutoff: 2026-01-02\n"
    assert read(tmp_path, text).cutoff == datetime.combine(date(2026, 1, 2), time.max, tzinfo=UTC)
    flagged = read(tmp_path, text, cutoff=date(2025, 5, 5)).cutoff
    assert flagged is not None
    assert flagged.date() == date(2025, 5, 5)


def test_folders_are_beside_the_file(tmp_path: Path) -> None:
    matrix = read(tmp_path, GOOD + "suite: [mine]\nmodel: weights\n")
    assert matrix.suite == (str(tmp_path / "mine"),)
    assert matrix.model.path == str(tmp_path / "weights")


@pytest.mark.parametrize(
    ("old", "new", "place", "what", "cure"),
    [
        (
            "upstream: https://x.test/engine, driver",
            "upstream: u, drivr",
            (3, 39),
            "components.engine.drivr",
            "did you mean `driver`?",
        ),
        (
            "stacks:",
            "stakcs: {}\nstacks:",
            (5, 1),
            "`stakcs` is not a key",
            "did you mean `stacks`?",
        ),
        (
            "    suite: [chat]",
            "    suite: [chat]\n    qqq: 1",
            (9, 5),
            "stacks.chat.qqq",
            "use one of: ",
        ),
        (
            "role: engine",
            "role: motor",
            (3, 12),
            "`components.engine.role` is 'motor'",
            "of that kind",
        ),
        ("role: engine, ", "", (3, 3), "`components.engine.role` is missing", "add `role:`"),
        ("==1.0", "sometimes", (4, 76), "is 'sometimes'", "of that kind"),
        (
            "driver: xllamacpp",
            "driver: xllamacp",
            (3, 59),
            "there is no driver `xllamacp`",
            "did you mean `xllamacpp`?",
        ),
        (
            "[engine, client]",
            "[engine, clinet]",
            (7, 26),
            "uses `clinet`",
            "did you mean `client`?",
        ),
        (
            "suite: [chat]",
            "suite: [chat, stories]",
            (8, 19),
            "no probe family `stories`",
            "use one of",
        ),
        ("version: 1", "version: one", (1, 1), "`version` is 'one'", "of that kind"),
        (
            "    suite: [chat]",
            "    suite: [chat]\n    baseline: {engin: '1'}",
            (9, 16),
            "uses `engin`",
            "did you mean `engine`?",
        ),
        (
            "stacks:",
            "limits: {workers: 0}\nstacks:",
            (5, 10),
            "`limits.workers` is 0",
            "of that kind",
        ),
        ("version: 1", "version: 1\nversion: 1", (2, 1), "`version` stands twice", "remove one"),
    ],
)
def test_one_mistake(
    tmp_path: Path, old: str, new: str, place: tuple[int, int], what: str, cure: str
) -> None:
    assert old in GOOD
    line, column, said, mend = only(tmp_path, GOOD.replace(old, new, 1))
    assert (line, column) == place
    assert what in said
    assert cure in mend


def test_everything_wrong_is_told_at_once_in_file_order(tmp_path: Path) -> None:
    text = """\
version: 1
titel: oops
components:
  engine: {role: engine, upstream: u, driver: lama}
  client: {role: clent, upstream: u}
  client: {role: client, upstream: u}
stacks:
  chat:
    components: [engine, nobody]
    suite: [poems]
exclude:
  one: {cells: {engine: "<2"}, reason: old, owner: me, unless: [two]}
  two: {cells: {enigne: "<2"}, reason: old, owner: me, unless: [one, three]}
"""
    found = problems(tmp_path, text)
    assert [(one.line, one.column) for one in found] == [
        (2, 1),
        (4, 39),
        (6, 3),
        (9, 26),
        (10, 13),
        (12, 56),
        (13, 17),
        (13, 70),
    ]
    assert all(one.what and one.cure for one in found)
    message = str(ConfigError(found))
    assert f"{tmp_path / 'matrix.yaml'}:2:1: `titel` is not a key" in message
    assert "mend: did you mean `title`?" in message


def test_a_circle_of_exclusions_is_told_once_and_in_full(tmp_path: Path) -> None:
    rule = 'cells: {engine: "<2"}, reason: old, owner: me'
    text = GOOD + "exclude:\n" + "".join(
        f"  {name}: {{{rule}, unless: [{leans}]}}\n"
        for name, leans in (("a", "b"), ("b", "c"), ("c", "a"), ("alone", "alone"), ("fine", "a"))
    )  # fmt: skip
    found = problems(tmp_path, text)
    circles = [one.what for one in found]
    assert len(circles) == 2
    assert all("in a circle" in what for what in circles)
    assert "alone -> alone" in circles[1]
    links = {tuple(step) for step in _steps(circles[0])}
    assert links == {("a", "b"), ("b", "c"), ("c", "a")}


def _steps(told: str) -> list[tuple[str, str]]:
    names = told.split(": ")[1].split(" -> ")
    return list(pairwise(names))


def test_an_exclusion_of_no_version_at_all_is_a_mistake(tmp_path: Path) -> None:
    rule = "exclude:\n  x: {cells: {engine: newest}, reason: old, owner: me}\n"
    line, column, what, cure = only(tmp_path, GOOD + rule)
    assert (line, column) == (10, 15)
    assert "`newest`" in what
    assert "<2" in cure


def test_own_probe_folders_may_define_any_family(tmp_path: Path) -> None:
    text = GOOD.replace("suite: [chat]", "suite: [mine/hello]") + "suite: [probes]\n"
    assert read(tmp_path, text).rows[0].suite == ("mine/hello",)


def test_exclusions_become_core_types(tmp_path: Path) -> None:
    text = GOOD + (
        "exclude:\n"
        "  old: {cells: {engine: '<2'}, reason: too old, owner: '@me', expires: 2027-01-31}\n"
    )
    (rule,) = read(tmp_path, text).exclusions
    assert rule.cells == (("engine", "<2"),)
    assert rule.expires == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("version: 1\n\tcomponents: {}\n", (2, 1)),
        ("version: [1\nstacks: }\n", (2, 7)),
        ("title: a: b\n", (1, 9)),
        ("title: !unheard of\n", (1, 8)),
        ("title: \x07\n", (1, 8)),
        ("cutoff: 2026-13-45\n", (1, 9)),
    ],
    ids=["tab", "bracket", "colon", "tag", "control character", "no such day"],
)
def test_what_is_not_yaml_is_told_with_its_place(
    tmp_path: Path, text: str, place: tuple[int, int]
) -> None:
    first = problems(tmp_path, text)[0] if text.startswith("version") else _at(tmp_path, text)
    assert (first.line, first.column) == place
    assert first.cure


def _at(folder: Path, text: str) -> Problem:
    """The problem in the first line: what is missing elsewhere stands at (1, 1)."""
    found = [one for one in problems(folder, text) if one.column > 1]
    return found[0]


@pytest.mark.parametrize("text", ["", "just words\n", "- a\n- b\n", "null\n"])
def test_a_file_that_is_no_table_is_a_mistake(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


def test_an_alias_that_holds_itself_is_a_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD + "suite: &again [*again]\n")


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_matrix(tmp_path / "nowhere.yaml", KNOWN)
    assert "--config" in caught.value.problems[0].cure
    assert caught.value.exit_code == 3


def test_a_file_in_another_encoding_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "matrix.yaml").write_bytes("title: caf\xe9\n".encode("latin-1"))
    with pytest.raises(ConfigError):
        read_matrix(tmp_path / "matrix.yaml", KNOWN)


def test_the_repository_s_own_matrix_has_no_mistakes() -> None:
    known = Known(
        drivers=frozenset(DRIVERS),
        suites=frozenset(families((SUITE,))),
        sources={name: driver.source for name, driver in DRIVERS.items()},
    )
    matrix = read_matrix(Path(__file__).parents[3] / "matrix.yaml", known)
    assert {row.name for row in matrix.rows} >= {"chat", "tokens"}
