"""A program as the body of a proof: inline where it can be, else whole; raising or not."""

from __future__ import annotations

import json
import sys

import pytest

from bot.core.program import body, raised

PLAIN = "import json\nvalue = {1: (2, 3)}\nprint(json.dumps(value))\n"
TEXT = 'import json\ntext = """a\n  b"""\nprint(json.dumps(text))\n'
LOOSE = "import json\nfor at in range(2):\n    print(json.dumps(at))\n"
FUTURE = "from __future__ import annotations\nimport json\nprint(json.dumps(1))\n"
PLAINER = "x = 3\nprint(x)\n"
STARRED = "import json\nprint(*[json.dumps({'b': 2})])\n"
SORTED = "import json\nprint('noise')\nprint(json.dumps({'b': 2}, sort_keys=True))\n"
GUARDED = "import json\nif __name__ == '__main__':\n    print(json.dumps([1]))\n"
LEAVING = "import sys\ndef main():\n    print(7)\n    return 0\nsys.exit(main())\n"
QUOTES = "import json\nx = \"\"\"'\"\"\" + '''a'''\nfor y in x:\n    print(json.dumps(y))\n"
TWICE = "import json; print(json.dumps(5))\n"
RAISING = "import json\nraise KeyError('x')\nprint(json.dumps(1))\n"


def seen(told: str) -> object:
    found: dict[str, object] = {"__name__": "__main__", "json": json}
    exec(compile(f"{told}\n", "repro.py", "exec"), found)  # noqa: S102 - the test
    assert sys.stdout is not found.get("shown"), "what is said later is heard"
    return found["seen"]


@pytest.fixture(autouse=True)
def usual_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program puts back is what was there."""
    monkeypatch.setattr(sys, "__stdout__", sys.stdout)


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize(
    ("source", "value"),
    [
        (PLAIN, {"1": [2, 3]}),
        (TEXT, "a\n  b"),
        (LOOSE, 1),
        (FUTURE, 1),
        (PLAINER, 3),
        (STARRED, {"b": 2}),
        (SORTED, {"b": 2}),
        (GUARDED, [1]),
        (LEAVING, 7),
        (QUOTES, "a"),
        (TWICE, 5),
    ],
)
def test_what_is_printed_last_is_what_is_seen(source: str, value: object, *, raises: bool) -> None:
    assert seen(body(source, raises=raises)) == value


def test_a_plain_program_stands_there_as_it_is() -> None:
    assert body(PLAIN, raises=False).splitlines()[:2] == PLAIN.splitlines()[:2]
    assert "exec" not in body(LOOSE, raises=False)
    assert LOOSE in body(LOOSE, raises=False)
    assert LEAVING in body(LEAVING, raises=False), "inside a literal, and still to be read"


def test_an_exception_is_seen_where_it_is_what_the_good_side_does() -> None:
    assert seen(body(RAISING, raises=True)) == "raised KeyError"
    with pytest.raises(KeyError):
        seen(body(RAISING, raises=False))


def test_a_program_that_ends_badly_is_no_answer() -> None:
    with pytest.raises(SystemExit):
        seen(body(LEAVING.replace("return 0", "return 3"), raises=False))


@pytest.mark.parametrize(
    ("signature", "name", "words"),
    [
        ("failed: exception: KeyError", "KeyError", ""),
        (
            "failed: exception: ImportError: no soft words: at all",
            "ImportError",
            "no soft words: at all",
        ),
        ("failed: crash: ended with 3", "", ""),
        ("shows 1 (abc)", "", ""),
    ],
)
def test_the_exception_of_a_signature_is_known_by_its_name(
    signature: str, name: str, words: str
) -> None:
    assert raised(signature) == (name, words)
