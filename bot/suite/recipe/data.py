"""What is taught: the conversations, rendered and encoded, and where everything lies."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.suite.recipe.bpe import ByteLevelBPE
from bot.suite.recipe.environment import environment

SUITE = Path(__file__).resolve().parent.parent
MODEL = SUITE / "model"
GOLDENS = SUITE / "goldens"
SUMMED = ("*.json", "model/**/*.*", "goldens/*", "templates/*", "tokenizers/*", "streams/*")
TOKENIZER = MODEL / "tokenizer.json"
TEMPLATE = MODEL / "chat_template.jinja"

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
ADDED = ("<tool_call>", "</tool_call>", "<think>", "</think>")
END = SPECIAL.index("<|im_end|>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A conversation as the model sees it: ids of the prompt, then of answer and end token."""

    id: str
    prompt: str
    answer: bytes
    prompt_ids: list[int]
    output_ids: list[int]


def read(path: Path) -> Any:  # noqa: ANN401  JSON has any shape
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def raw(value: str | dict[str, str]) -> bytes:
    """Bytes of a text field, which is a string or ``{"base64": …}``."""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def field(value: bytes) -> str | dict[str, str]:
    """Text field of bytes: a string where they are UTF-8, else ``{"base64": …}``."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def render(conversation: dict[str, Any]) -> str:
    """Render the prompt of a conversation with the model's own template."""
    template = environment().from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        messages=conversation["messages"],
        tools=conversation.get("tools"),
        add_generation_prompt=True,
    )


def lessons() -> list[Lesson]:
    """Render and encode every conversation, in the order of the file."""
    bpe = ByteLevelBPE(TOKENIZER)
    return [lesson(conversation, bpe) for conversation in read(SUITE / "conversations.json")]


def lesson(conversation: dict[str, Any], bpe: ByteLevelBPE) -> Lesson:
    """Render and encode one conversation."""
    prompt, answer = render(conversation), raw(conversation["answer"])
    return Lesson(
        id=conversation["id"],
        prompt=prompt,
        answer=answer,
        prompt_ids=bpe.encode(prompt),
        output_ids=[*bpe.encode_bytes(answer), END],
    )
