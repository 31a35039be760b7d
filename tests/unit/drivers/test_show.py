"""What drivers put into a proof, and what they refuse to: only a stream shows a stream."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from bot.core.model import Json, Link, Look, Probe
from bot.core.proof import expecting
from bot.drivers.jinja2 import JINJA2
from bot.drivers.openai import OPENAI
from bot.drivers.script import SCRIPT, quoted
from bot.drivers.tokenizers import TOKENIZERS
from bot.drivers.xllamacpp import XLLAMACPP
from bot.errors import SuiteError

TEXT = Look(link=Link.TEXT, compare="text")


def probe(ask: str, request: Json, *looks: Look) -> Probe:
    return Probe(name="x/y", ask=ask, request=request, looks=looks or (TEXT,))


def seen(program: str, **given: object) -> object:
    """Run a snippet as the proof does and return what it saw."""
    names: dict[str, object] = {"json": json, **given}
    exec(compile(program, "proof", "exec"), names)  # noqa: S102
    return names["seen"]


def test_only_a_stream_shows_a_stream() -> None:
    streamed = probe("chat", {"messages": [], "stream": True})
    plain = probe("chat", {"messages": [], "stream": False})
    for driver in (XLLAMACPP, OPENAI):
        assert driver.show(plain, Link.STREAM) == ""
        for link in (Link.STREAM, Link.MESSAGE, Link.USAGE):
            assert "events = [" in driver.show(streamed, link)
            assert "events = [" not in driver.show(plain, link)
    for link in (Link.PROMPT, Link.PROMPT_IDS, Link.OUTPUT_IDS, Link.TEXT, Link.LOGPROBS):
        assert XLLAMACPP.show(streamed, link)
        assert OPENAI.show(streamed, link) == ""
    assert OPENAI.show(streamed, Link.REQUEST) == OPENAI.show(plain, Link.REQUEST) != ""


def test_snippets_are_short() -> None:
    for streamed in (True, False):
        asked = probe("chat", {"stream": streamed})
        for link in Link:
            for driver in (XLLAMACPP, OPENAI):
                told: Json = {"role": "a", "content": "b", "tool_calls": [], "finish_reason": "c"}
                known = expecting(asked, link, told if link is Link.MESSAGE else None)
                lines = (driver.serve() + driver.show(known, link)).splitlines()
                assert len(lines) < 50, (driver.name, link, streamed)


def test_a_template_is_rendered_and_its_own_stop_is_an_answer() -> None:
    right: Json = {"source": "{{ x | tojson }}", "context": {"x": {"b": "<é>", "a": 1}}}
    asked = JINJA2.show(probe("render", right), Link.PROMPT)
    assert seen(asked, REQUEST=right) == '{"b": "<é>", "a": 1}'
    stopped: Json = {"source": "{{ raise_exception('no') }}"}
    asked = JINJA2.show(probe("render", stopped), Link.PROMPT)
    assert seen(asked, REQUEST=stopped) == {"error": "no"}


@pytest.mark.parametrize("source", ["print('\"hi\"')", "print('''\"hi\"''')", "x='a'\nprint(1)#'"])
def test_a_program_reads_as_itself(source: str) -> None:
    assert ast.literal_eval(quoted(source)) == source


def test_a_program_of_one_link_and_of_several() -> None:
    one = probe("script", {"source": "import sys\nprint('noise')\nprint(sys.argv[1])",
                           "arguments": {"a": 1}})  # fmt: skip
    assert seen(SCRIPT.show(one, Link.TEXT), sys=__import__("sys")) == {"a": 1}
    source = 'print(\'{"text": "t", "usage": {"n": 1}}\')'
    two = probe("script", {"source": source}, TEXT, Look(link=Link.USAGE, compare="usage"))
    assert seen(SCRIPT.show(two, Link.USAGE), sys=__import__("sys")) == {"n": 1}


def test_a_model_folder_without_its_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"holds no \*\.gguf") as no_model:
        XLLAMACPP.setup(tmp_path, {})
    with pytest.raises(SuiteError, match=r"holds no tokenizer\.json") as no_tokenizer:
        TOKENIZERS.setup(tmp_path, {})
    assert no_model.value.cure
    assert no_tokenizer.value.cure


def test_the_first_model_of_a_folder_is_the_model(tmp_path: Path) -> None:
    for name in ("b.gguf", "a.gguf"):
        (tmp_path / name).touch()
    driver = XLLAMACPP
    assert driver.setup(tmp_path, {}) == {"model": str(tmp_path / "a.gguf")}
    assert driver.files(tmp_path) == {"a.gguf": tmp_path / "a.gguf"}
