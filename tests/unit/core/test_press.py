from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.press import LONGEST, Field, Form, address, sections

BODY = """\
## How to see it

```sh
## not a heading
run it
```

## What differs

`prompt` differs.

## Where it was measured

* platform: Linux

## How to answer

I am a bot.
"""
FORM = Form(
    file="bug.yml",
    title="[Bug]: ",
    fields=(
        Field(id="env", label="Your current environment", kind="textarea", required=True),
        Field(id="what", label="Describe the bug", kind="textarea", required=True),
        Field(id="repro", label="Steps to reproduce", kind="textarea"),
        Field(id="contact", label="Contact", kind="input", required=True),
        Field(id="nick", label="Nick", kind="input"),
        Field(id="sure", label="I searched", kind="checkboxes", required=True),
    ),
)


def asked(told: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(told).query).items()}


def test_parts_are_found_by_headings_outside_quotations() -> None:
    parts = sections(BODY)
    assert list(parts) == [
        "How to see it",
        "What differs",
        "Where it was measured",
        "How to answer",
    ]
    assert parts["How to see it"] == "```sh\n## not a heading\nrun it\n```"


def test_every_field_of_text_is_filled_from_facts_and_choices_are_left() -> None:
    told = asked(address("o/r", "it differs", BODY, FORM))
    assert told["template"] == "bug.yml"
    assert told["title"] == "[Bug]: it differs"
    assert told["env"] == "* platform: Linux"
    assert told["what"] == "`prompt` differs."
    assert told["repro"].startswith("```sh\n## not a heading")
    assert told["repro"].endswith("### How to answer\n\nI am a bot.")
    assert told["contact"] == "not measured."
    assert "nick" not in told
    assert "sure" not in told


def test_without_a_form_the_whole_draft_is_the_body() -> None:
    assert asked(address("o/r", "t", BODY, None)) == {"title": "t", "body": BODY.strip()}


@pytest.mark.parametrize("form", [FORM, None])
@pytest.mark.parametrize("char", ["a", "\U0001f999", "`", "\n"])
def test_an_address_is_never_too_long(form: Form | None, char: str) -> None:
    long = f"## How to see it\n\n```\n{char * 20_000}\n```\n\n## What differs\n\n{char * 20_000}\n"
    told = address("o/r", "t", long, form)
    assert len(told) <= LONGEST
    assert "left+out" in told or char == "\n"


def test_a_cut_quotation_is_closed() -> None:
    told = asked(address("o/r", "t", f"````sh\n{'x' * 9000}\n````\n", None))["body"]
    assert told.splitlines()[-2] == "````"
    assert "characters left out" in told
