from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sanitise import code, defang, excerpt, fenced, inline, plain, quoted, redact
from tests.golden.sample import HOSTILE

CORPUS = (
    HOSTILE,
    "@octocat @octo/team mail me@example.org",
    "fixes #1, Closes octo/hello#2, resolved GH-3, close https://github.com/o/r/issues/4",
    "<script>x</script><!-- <details open> --><a href='javascript:1'>",
    "```\n~~~\n````\nout\n``````",
    "\x1b]8;;http://evil\x07click\x1b]8;;\x07 \x1b[2J\x1b[1;1H\x9b31m \x1bc \x08\x7f\x00\r over",
    "\u202e\u2066\u2069\u061c\u200f\u200b\u2060\ufeff\u00ad\u3164 a\u2028b\u2029c\ud800",
    "[x](http://evil) ![i](http://evil/p.png) www.evil.org http://evil.org |cell| **b** _i_ ~s~",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "=====",
    "    code",
)
SECRETS = (
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789_abcdef",
    "sk-proj-0123456789abcdef",
    "sk-ant-api03-abcdefgh",
    "hf_abcdefghijklmnop",
    "npm_abcdefghijklmnop",
    "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAw",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-1234567890-abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
)


def harmless(text: str) -> bool:
    """Nothing but visible characters, newlines, tabs and the gap that we put in ourselves."""
    kinds = {
        unicodedata.category(char) for char in text.replace("\u200b", "") if char not in "\n\t"
    }
    return not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize("text", CORPUS)
def test_plain_text_acts_on_no_terminal(text: str) -> None:
    assert harmless(plain(text))
    assert "\u200b" not in plain(text)
    assert "\x1b" not in plain(text)


@pytest.mark.parametrize("text", CORPUS)
@pytest.mark.parametrize("into", [inline, code, quoted])
def test_nobody_is_mentioned_and_nothing_is_closed(text: str, into: object) -> None:
    assert callable(into)
    told = into(text)
    assert harmless(told)
    assert not re.search(r"@\w", told)
    assert not re.search(r"#\d|(?i:gh)-\d", told)
    assert not re.search(r"//(www\.)?github\.com", told)


@pytest.mark.parametrize("text", CORPUS)
def test_a_line_stays_a_line_without_markup(text: str) -> None:
    told = inline(text)
    assert "\n" not in told
    assert "<" not in told
    assert "://" not in told
    assert "www." not in told
    assert not re.search(r"(?<!\\)[\[\]|*`~]", told)
    assert not re.match(r"\s*([#>+=-]|\d+[.)])", told)


@pytest.mark.parametrize("text", CORPUS)
def test_a_fence_is_closed_only_by_its_end(text: str) -> None:
    first, *inside, last = quoted(text).split("\n")
    assert set(first) == set(last) == {"`"}
    assert len(first) == len(last) >= 3
    assert not any(re.match(rf"\s*`{{{len(last)},}}", line) for line in inside)


@given(st.text(alphabet="`a |\n", max_size=60))
def test_backticks_never_close_early(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    assert first == last
    assert "\n".join(inside) == text
    assert first not in text
    span = code(text)
    ticks = re.match(r"`+", span)
    assert ticks
    assert not re.search(rf"(?<!`){ticks[0]}(?!`)", span[len(ticks[0]) : -len(ticks[0])])
    assert "|" not in span


@pytest.mark.parametrize("secret", SECRETS)
def test_credentials_are_blanked_everywhere(secret: str) -> None:
    text = f"before {secret} after"
    for told in (redact(text), plain(text), inline(text), code(text), quoted(text), excerpt(text)):
        assert secret not in told
        assert "redacted" in told
        assert "before" in told
        assert "after" in told


@pytest.mark.parametrize(
    "text", ["Authorization: Bearer abcdefghijkl", "https://user:pass-word@host/simple"]
)
def test_logins_are_blanked(text: str) -> None:
    told = redact(text)
    assert "[redacted]" in told
    assert "abcdefghijkl" not in told
    assert "pass-word" not in told


def test_a_secret_split_by_colours_is_still_found() -> None:
    assert "0123456789abcdef" not in plain("ghp_\x1b[1m0123456789abcdef\x1b[0m")


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Zürich 🦙 日本語\n\ttask-force risk-free disk-0 x = a[0] * 2"
    assert plain(text) == text
    assert defang(text) == text


def test_long_lines_and_long_texts_are_cut_and_say_so() -> None:
    assert plain("x" * 5000).endswith("[... 3000 characters left out]")
    lines = excerpt("\n".join(map(str, range(1000))), lines=30).split("\n")
    assert len(lines) == 31
    assert lines[0] == "0"
    assert lines[10] == "[... 970 lines left out ...]"
    assert lines[-1] == "999"


def test_huge_input_is_cheap() -> None:
    assert len(quoted("@a#1`<" * 200_000 + "\n" * 200_000)) < 20_000
