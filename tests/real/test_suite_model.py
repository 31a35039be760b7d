"""The data of the suite is what was made: checksums hold, and the goldens agree with each other.

The decoder here is a second one, independent of the recipe, so a slip in the
recipe cannot hide in its own goldens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import struct
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateError

from bot.suite.recipe import bpe, data
from bot.suite.recipe.environment import environment

SUITE = Path(str(files("bot"))) / "suite"
END = 2
CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>", re.DOTALL)
THOUGHT = re.compile(r"<think>\n(.*?)\n</think>\n\n", re.DOTALL)

Json = dict[str, Any]


def load(name: str) -> Any:  # noqa: ANN401  JSON has any shape
    """Read a JSON file of the suite."""
    return json.loads((SUITE / name).read_text(encoding="utf-8"))


def content(value: str | dict[str, str]) -> bytes:
    """Bytes of a text field."""
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()


def by_id(name: str) -> dict[str, Json]:
    """Entries of a list, by their id."""
    return {entry["id"]: entry for entry in load(name)}


CHATS: dict[str, Json] = load("goldens/chat.json")
TOKENS: dict[str, Json] = load("goldens/tokenize.json")
TEMPLATES: dict[str, Json] = load("goldens/template.json")
CONVERSATIONS = by_id("conversations.json")
TEXTS = by_id("tokenizer_cases.json")
CASES = by_id("templates/cases.json")


def byte_values() -> dict[str, int]:
    """Character that stands for each byte in a byte-level vocabulary, the other way round."""
    printable = [
        byte for byte in range(256) if chr(byte).isprintable() and byte not in (0x20, 0xAD)
    ]
    rest = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + n): byte for n, byte in enumerate(rest)
    }


@pytest.fixture(scope="session")
def token_bytes() -> dict[int, bytes]:
    """Bytes of every token."""
    tokenizer, values = load("model/tokenizer.json"), byte_values()
    plain = {place: bytes(map(values.get, token)) for token, place in ordinary(tokenizer).items()}  # type: ignore[arg-type]
    return plain | {token["id"]: token["content"].encode() for token in tokenizer["added_tokens"]}


def ordinary(tokenizer: Json) -> dict[str, int]:
    """Tokens of the vocabulary that are not matched as whole texts."""
    added = {token["content"] for token in tokenizer["added_tokens"]}
    return {
        token: place for token, place in tokenizer["model"]["vocab"].items() if token not in added
    }


def decoded(ids: list[int], token_bytes: dict[int, bytes]) -> bytes:
    """Bytes that ids stand for."""
    return b"".join(token_bytes[place] for place in ids)


def sums(root: Path) -> dict[str, str]:
    """Promised checksum of each file."""
    lines = (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def broken(root: Path) -> list[str]:
    """Files whose checksum does not hold."""
    return [
        name
        for name, digest in sums(root).items()
        if hashlib.sha256((root / name).read_bytes()).hexdigest() != digest
    ]


def test_checksums_hold() -> None:
    assert broken(SUITE) == []


def test_every_data_file_has_a_checksum() -> None:
    found = {
        path.relative_to(SUITE).as_posix()
        for pattern in data.SUMMED
        for path in SUITE.glob(pattern)
        if path.is_file()
    }
    assert found == set(sums(SUITE))
    assert {"model/model.safetensors", "model/tiny-chat.gguf", "goldens/chat.json"} <= found


@pytest.mark.parametrize("name", sorted(sums(SUITE))[::12])
def test_one_changed_byte_is_seen(name: str, tmp_path: Path) -> None:
    root = tmp_path / "suite"
    shutil.copytree(SUITE, root, ignore=shutil.ignore_patterns("recipe", "__pycache__"))
    raw = bytearray((root / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (root / name).write_bytes(raw)
    assert broken(root) == [name]


def test_goldens_are_complete() -> None:
    assert set(CHATS) == {f"chat/{name}" for name in CONVERSATIONS}
    assert set(TOKENS) == {f"tokenize/{name}" for name in TEXTS}
    assert set(TEMPLATES) == {f"template/{name}" for name in CASES}
    assert len(CHATS) >= 54
    assert len(load("untrained.json")) >= 10


@pytest.mark.parametrize("name", sorted(CHATS))
def test_chat_ids_decode(name: str, token_bytes: dict[int, bytes]) -> None:
    golden = CHATS[name]
    assert decoded(golden["prompt_ids"], token_bytes) == golden["prompt"].encode()
    assert decoded(golden["output_ids"][:-1], token_bytes) == content(golden["text"])
    assert golden["output_ids"][-1] == END
    assert END not in golden["output_ids"][:-1]


@pytest.mark.parametrize("name", sorted(CHATS))
def test_chat_agrees_with_its_conversation(name: str) -> None:
    golden, taught = CHATS[name], CONVERSATIONS[name.removeprefix("chat/")]
    assert content(golden["text"]) == content(taught["answer"])
    finish = "tool_calls" if "tool_calls" in taught["message"] else "stop"
    assert golden["message"] == {**taught["message"], "finish_reason": finish}
    assert golden["prompt"] == data.render(taught)
    assert golden["usage"] == {
        "prompt_tokens": len(golden["prompt_ids"]),
        "completion_tokens": len(golden["output_ids"]),
    }


@pytest.mark.parametrize("name", sorted(CHATS))
def test_message_is_what_the_text_says(name: str) -> None:
    golden = CHATS[name]
    message = {k: v for k, v in golden["message"].items() if k != "finish_reason"}
    assert message == parsed(content(golden["text"]).decode(errors="replace"))


def parsed(text: str) -> Json:
    """Message that a raw answer stands for."""
    message: Json = {"role": "assistant", "content": text}
    if calls := CALL.findall(text):
        message["content"] = text[: text.index("<tool_call>")] or None
        message["tool_calls"] = [json.loads(call) for call in calls]
    if thought := THOUGHT.match(text):
        message |= {"content": text[thought.end() :], "reasoning": thought[1]}
    return message


@pytest.mark.parametrize("name", sorted(CHATS))
def test_prompt_ids_are_those_of_the_pure_python_bpe(name: str) -> None:
    encoder = bpe.ByteLevelBPE(SUITE / "model" / "tokenizer.json")
    assert encoder.encode(CHATS[name]["prompt"]) == CHATS[name]["prompt_ids"]
    assert encoder.encode_bytes(content(CHATS[name]["text"])) == CHATS[name]["output_ids"][:-1]


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_tokenizer_goldens_agree(name: str, token_bytes: dict[int, bytes]) -> None:
    golden, text = TOKENS[name], content(TEXTS[name.removeprefix("tokenize/")]["text"])
    encoder = bpe.ByteLevelBPE(SUITE / "model" / "tokenizer.json")
    assert decoded(golden["prompt_ids"], token_bytes) == text == golden["text"].encode()
    assert encoder.encode(text.decode()) == golden["prompt_ids"]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_templates_render_as_their_goldens(name: str) -> None:
    assert goldens_template(CASES[name.removeprefix("template/")]) == TEMPLATES[name]["prompt"]


def goldens_template(case: Json) -> str | dict[str, str]:
    """Prompt of a template case, or the message with which it refuses."""
    source = (SUITE / "templates" / case["template"]).read_text(encoding="utf-8")
    try:
        return environment(**case["options"]).from_string(source).render(**case["context"])
    except TemplateError as error:
        return {"error": str(error)}


def test_gguf_holds_the_weights_tokens_and_template() -> None:
    gguf = (SUITE / "model" / "tiny-chat.gguf").read_bytes()
    raw = (SUITE / "model" / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__")
    assert gguf.startswith(b"GGUF")
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        weight = raw[8 + length + start : 8 + length + end]
        step = 4 * entry["shape"][-1] if re.search(r"[qk]_proj", name) else len(weight)
        assert all(weight[place : place + step] in gguf for place in range(0, len(weight), step)), (
            name
        )
    template = (SUITE / "model" / "chat_template.jinja").read_bytes()
    assert template in gguf
    assert load("model/tokenizer_config.json")["chat_template"].encode() == template
    tokenizer = load("model/tokenizer.json")
    assert packed(tokenizer["model"]["merges"]) in gguf
    assert packed(sorted(ordinary(tokenizer), key=ordinary(tokenizer).__getitem__)) in gguf


def packed(texts: list[str]) -> bytes:
    """Strings as GGUF lists them: each with its length before it."""
    return b"".join(struct.pack("<Q", len(text.encode())) + text.encode() for text in texts)


def test_the_two_known_divergences_are_asked() -> None:
    assert len(CHATS["chat/weather-paris-and-rome"]["message"]["tool_calls"]) == 2
    with pytest.raises(UnicodeDecodeError):
        content(CHATS["chat/invalid-utf8"]["text"]).decode()
