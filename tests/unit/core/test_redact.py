"""Private things go, the same one always by the same stand-in; everything else stays."""

from __future__ import annotations

import pytest

from bot.core.model import Json
from bot.core.redact import Redactor, pieces

HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BASE64 = "dGhpcyBpcyBhIHNlY3JldCBrZXkgb2YgYSBzZXJ2ZXIu1xQ"
PICTURE = "iVBORw0KGgo" + "AbC1" * 40
SECRETS = {
    "ann.lee+x@mail.firm.co.uk": "e-mail address",
    "sk-proj-abcdEFGH12345678": "key",
    "hf_abcdefghijklmnop": "key",
    "ghp_0123456789abcdefABCD": "key",
    "github_pat_11ABCDEFG_abcdefgh": "key",
    "AKIAIOSFODNN7EXAMPLE": "key",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl": "key",
    HEX: "long secret",
    BASE64: "long secret",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----": "private key",
}
INSIDE = {
    "Authorization: Bearer abcdefgh1234": ("abcdefgh1234", "key"),
    'api_key="correct-horse-battery"': ("correct-horse-battery", "key"),
    "postgres://bob:hunter22@db/x": ("bob:hunter22", "login"),
    "see /home/bob/notes.txt": ("bob", "home folder"),
    "see /Users/bob": ("bob", "home folder"),
    r"see C:\Users\bob\x": ("bob", "home folder"),
    r'{"path": "C:\\Users\\bob"}': ("bob", "home folder"),
    f"data:image/png;base64,{PICTURE}": (PICTURE, "picture"),
}
ORDINARY = (
    "The capital of France is Paris. Meet at 10:30 @ the office; see #12.",
    "/usr/lib/python3.11/site-packages/x.py and https://example.org/a/path?q=1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "123456789012345678901234567890",
    "internationalization_of_very_long_identifiers_in_python_code",
    "password: yes",
    "person1@example.com",
)


@pytest.mark.parametrize(("secret", "kind"), SECRETS.items())
def test_a_secret_goes_and_is_counted(secret: str, kind: str) -> None:
    redactor = Redactor()
    told = redactor.text(f"before {secret} after {secret}.")
    assert secret not in told
    assert told.startswith("before ")
    assert told.endswith(".")
    assert redactor.counts == {kind: 2}


@pytest.mark.parametrize(("text", "hidden"), INSIDE.items())
def test_only_the_private_part_of_a_place_goes(text: str, hidden: tuple[str, str]) -> None:
    secret, kind = hidden
    redactor = Redactor()
    told = redactor.text(text)
    before, _, after = text.partition(secret)
    assert secret not in told
    assert told.startswith(before)
    assert told.endswith(after)
    assert redactor.counts == {kind: 1}


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_not_private_stays(text: str) -> None:
    redactor = Redactor()
    assert redactor.text(text) == text
    assert not redactor.counts


@pytest.mark.parametrize("text", [*SECRETS, *INSIDE])
def test_what_was_redacted_is_not_redacted_again(text: str) -> None:
    once = Redactor().text(text)
    assert Redactor().text(once) == once


def test_different_secrets_have_different_stand_ins_and_equal_ones_the_same() -> None:
    redactor = Redactor()
    told = redactor.text("a@b.org c@d.org a@b.org")
    assert told == "person1@example.com person2@example.com person1@example.com"
    assert redactor.text("c@d.org") == "person2@example.com"


def test_json_is_redacted_in_depth_and_ids_stay() -> None:
    value: Json = {
        "id": f"chatcmpl-{HEX}",
        "user": "ann",
        "metadata": {"team": "x"},
        "a@b.org": [1, None, True, "c@d.org"],
        "safety_identifier": "",
    }
    redactor = Redactor()
    assert redactor.value(value) == {
        "id": f"chatcmpl-{HEX}",
        "user": "redacted-user1",
        "metadata": {},
        "person1@example.com": [1, None, True, "person2@example.com"],
        "safety_identifier": "",
    }
    assert redactor.counts == {"name of a person": 1, "metadata": 1, "e-mail address": 2}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_a_secret_in_pieces_goes_as_a_whole(size: int) -> None:
    whole = "write to ann@firm.org, or to bob@firm.org"
    texts = [whole[at : at + size] for at in range(0, len(whole), size)]
    redactor = Redactor()
    told = list(pieces(texts, redactor.spans(whole)))
    assert len(told) == len(texts)
    assert "".join(told) == "write to person1@example.com, or to person2@example.com"
