"""What is missing, and what was said of it before."""

from __future__ import annotations

import pytest

from bot.core.gone import Gone, announced, missing, speaks


@pytest.mark.parametrize(
    ("message", "name", "holder"),
    [
        ("ImportError: cannot import name 'hi' from 'greet.say' (/x)", "hi", "greet.say"),
        ("ModuleNotFoundError: No module named 'greet'", "", "greet"),
        ("ModuleNotFoundError: No module named 'greet.say.loud'", "loud", "greet.say"),
        ("AttributeError: module 'greet' has no attribute 'hi'. Did you", "hi", "greet"),
        ("AttributeError: 'Greeter' object has no attribute 'hi'", "hi", "Greeter"),
        ("AttributeError: Greeter has no attribute hi. Did you mean: 'ho'?", "hi", "Greeter"),
        ("TypeError: Greeter.hi() got an unexpected keyword argument 'l'", "l", "Greeter.hi"),
        ("TypeError: hi() missing 1 required positional argument: 'who'", "who", "hi"),
        ("TypeError: hi() takes 1 positional argument but 2 were given", "", "hi"),
    ],
)
def test_an_exception_says_what_is_missing(message: str, name: str, holder: str) -> None:
    module = "odule" in message or "import" in message
    assert missing(message) == Gone(name=name, holder=holder, module=module)


def test_other_exceptions_miss_nothing() -> None:
    assert missing("ValueError: no") is None


def test_a_definition_tells_of_its_end_in_its_body() -> None:
    text = "def hi(a):\n    '''Say hi.\n\n\n\n\n    This is deprecated: say hello.\n    '''\n"
    assert announced("hi", text) == "This is deprecated: say hello."
    other = "def hi(a):\n    pass\n\n\n\n\n\ndef bye():\n    'deprecated'\n"
    assert announced("hi", other) == ""
    assert announced("hi", "@deprecated('soon')\ndef hi(a):\n    pass\n") == "@deprecated('soon"
    assert announced("hi", "class hi:\n    x = 1") == ""


def test_a_name_elsewhere_is_told_of_next_to_it() -> None:
    text = "if hi is not None:\n    warn(\n        'it is deprecated',\n    )\n"
    assert announced("hi", text) == "it is deprecated"
    assert announced("hi", "hi\n\n\n\n\n\ndeprecated\n") == ""
    assert announced("hi", "this\nwhich\n") == ""


def test_some_words_announce_an_end() -> None:
    assert speaks("it will be removed in 2.0")
    assert not speaks("it is there")
