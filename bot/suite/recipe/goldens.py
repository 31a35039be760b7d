"""Make the goldens: from what was taught and from references, never from an engine.

* ``chat``: prompts by jinja2, ids by the ``tokenizers`` package, answers from the
  conversations themselves;
* ``untrained`` and the families of ``PROMPTED``: prompts and their ids, for engines that bring no
  template or no tokenizer;
* ``template``: rendered by jinja2 in an environment like that of transformers;
* ``tokenize``: ids by the ``tokenizers`` package.

Ids are computed twice, here and by the pure Python BPE of this folder; the two
must agree or nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError
from tokenizers import Tokenizer

from bot.suite.recipe import rendered
from bot.suite.recipe.bpe import ByteLevelBPE
from bot.suite.recipe.data import (
    GOLDENS,
    SUITE,
    SUMMED,
    TOKENIZER,
    Lesson,
    field,
    lessons,
    raw,
    read,
    render,
)

if TYPE_CHECKING:
    from pathlib import Path

Golden = dict[str, Any]
PROMPTED = ("untrained", "options", "tools", "schema", "reasoning", "scored")


def agreed(tokenizer: Tokenizer, text: str, ids: list[int]) -> list[int]:
    """Ids of a text, on which the library and our own BPE agree."""
    theirs: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    if theirs != ids:
        raise ValueError(f"two tokenizers disagree on {text!r}: {theirs} and {ids}")
    return ids


def chat(item: Lesson, conversation: Golden, tokenizer: Tokenizer) -> Golden:
    """Golden of one conversation; output ids and usage include the end token."""
    agreed(tokenizer, item.prompt, item.prompt_ids)
    text = field(item.answer)
    if isinstance(text, str):
        agreed(tokenizer, text, item.output_ids[:-1])
    message = conversation["message"]
    finish = "tool_calls" if "tool_calls" in message else "stop"
    return {
        "prompt": item.prompt,
        "prompt_ids": item.prompt_ids,
        "output_ids": item.output_ids,
        "text": text,
        "message": {**message, "finish_reason": finish},
        "usage": {"prompt_tokens": len(item.prompt_ids), "completion_tokens": len(item.output_ids)},
    }


def chats() -> dict[str, Golden]:
    """Goldens of all conversations."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    conversations = read(SUITE / "conversations.json")
    return {
        f"chat/{item.id}": chat(item, conversation, tokenizer)
        for item, conversation in zip(lessons(), conversations, strict=True)
    }


def prompt(case: Golden, tokenizer: Tokenizer, bpe: ByteLevelBPE) -> Golden:
    """Prompt of one question without an answer, and its ids."""
    text = render(case)
    return {"prompt": text, "prompt_ids": agreed(tokenizer, text, bpe.encode(text))}


def prompts(family: str) -> dict[str, Golden]:
    """Prompts of the questions of a family, those that the template makes something of.

    An answer that is begun is left out: whether it is continued is the server's to decide.
    """
    tokenizer, bpe = Tokenizer.from_file(str(TOKENIZER)), ByteLevelBPE(TOKENIZER)
    made = {}
    for case in read(SUITE / f"{family}.json"):
        begun = not case["messages"] or case["messages"][-1]["role"] == "assistant"
        with suppress(TemplateError, TypeError):
            if not begun:
                made[f"{family}/{case['id']}"] = prompt(case, tokenizer, bpe)
    return made


def tokenizations() -> dict[str, Golden]:
    """Goldens of all tokenizer cases."""
    tokenizer, bpe = Tokenizer.from_file(str(TOKENIZER)), ByteLevelBPE(TOKENIZER)
    made = {}
    for case in read(SUITE / "tokenizer_cases.json"):
        text = raw(case["text"]).decode()
        ids = agreed(tokenizer, text, bpe.encode(text))
        decoded = tokenizer.decode(ids, skip_special_tokens=False)
        made[f"tokenize/{case['id']}"] = {"prompt_ids": ids, "text": decoded}
    return made


def write(name: str, goldens: dict[str, Golden]) -> None:
    """Write one file of goldens, one golden a line, so that a change shows as one line."""
    lines = (
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in goldens.items()
    )
    (GOLDENS / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def checksum(path: Path) -> str:
    """One line of ``SHA256SUMS``, as ``sha256sum -c`` reads it from ``bot/suite``."""
    return (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(SUITE).as_posix()}\n"
    )


def main() -> None:
    """Write all goldens, then the checksums of every data file."""
    GOLDENS.mkdir(exist_ok=True)
    write("chat.json", chats())
    for family in PROMPTED:
        write(f"{family}.json", prompts(family))
    for family in rendered.FAMILIES:
        rendered.write(family)
    write("tokenize.json", tokenizations())
    found = {path for pattern in SUMMED for path in SUITE.glob(pattern)}
    files = sorted(path for path in found if path.is_file())
    (SUITE / "SHA256SUMS").write_text("".join(map(checksum, files)), encoding="utf-8")


if __name__ == "__main__":
    main()
