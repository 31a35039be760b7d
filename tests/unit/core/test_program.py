"""A program as the body of a proof: inline where it can be, else whole; raising or not."""

from __future__ import annotations

import pytest

from bot.core.program import body

PLAIN = "import json\nvalue = {1: (2, 3)}\nprint(json.dumps(value))\n"
TEXT = 'import json\ntext = """a\n  b"""\nprint(json.dumps(text))\n'
LOOSE = "import json\nfor at in range(2):\n    print(json.dumps(at))\n"
FUTURE = "from __future__ import annotations\nimport json\nprint(json.dumps(1))\n"
RAISING = "import json\nraise KeyError('x')\nprint(json.dumps(1))\n"


def seen(told: str) -> object:
    found: dict[str, object] = {}
    exec(compile(f"import json\n{told}\n", "repro.py", "exec"), found)  # noqa: S102 - the test
    return found["seen"]


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize(
    ("source", "value"), [(PLAIN, {"1": [2, 3]}), (TEXT, "a\n  b"), (LOOSE, 1), (FUTURE, 1)]
)
def test_what_is_printed_last_is_what_is_seen(source: str, value: object, *, raises: bool) -> None:
    assert seen(body(source, raises=raises)) == value


def test_a_plain_program_stands_there_as_it_is() -> None:
    assert body(PLAIN, raises=False).splitlines()[:2] == PLAIN.splitlines()[:2]
    assert "exec" in body(LOOSE, raises=False)


def test_an_exception_is_seen_where_it_is_what_the_good_side_does() -> None:
    assert seen(body(RAISING, raises=True)) == "raised KeyError"
    with pytest.raises(KeyError):
        seen(body(RAISING, raises=False))
