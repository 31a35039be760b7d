"""Record what a real engine answers, so that clients can be asked about it for ever after.

    python -m bot.suite.recipe.streams     # streams/recorded.json, with `xllamacpp` installed

The tiny model answers through llama.cpp's own server; the bytes are kept as they came, but
for the path of the model. `wires` makes the cases of them.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from bot.suite.recipe.data import MODEL, SUITE

GGUF = MODEL / "tiny-chat.gguf"
RECORDED = SUITE / "streams" / "recorded.json"
PLAIN = ("capital-france", "think-sum", "weather-paris-and-rome", "cjk-greeting")
STREAMED = (
    "capital-france",
    "emoji-family",
    "cjk-japanese",
    "arabic-greeting",
    "json-nested",
    "code-tabs",
    "weather-paris",
    "weather-paris-and-rome",
    "tool-unicode-argument",
    "tool-text-then-call",
    "think-sum",
    "empty-answer",
    "blank-lines",
)


def main() -> None:
    """Serve the model, ask, and write down what comes back."""
    import xllamacpp  # noqa: PLC0415 - the recipe's only need of it

    told = xllamacpp.CommonParams()
    told.model.path = str(GGUF)
    told.port, told.n_ctx, told.n_parallel, told.n_gpu_layers = 0, 1024, 1, 0
    told.use_jinja, told.warmup = True, False
    server = xllamacpp.Server(told)
    chats = json.loads((SUITE / "conversations.json").read_text(encoding="utf-8"))
    by_id = {chat["id"]: chat for chat in chats}
    url = server.listening_address
    kept = [_one(url, by_id[name], streamed=False) for name in PLAIN]
    kept += [_one(url, by_id[name], streamed=True) for name in STREAMED]
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    RECORDED.write_text(text, encoding="utf-8")


def _one(url: str, chat: dict[str, Any], *, streamed: bool) -> dict[str, Any]:
    request = {"messages": chat["messages"], "temperature": 0, "max_tokens": 400}
    if "tools" in chat:
        request["tools"] = chat["tools"]
    if streamed:
        request.update(stream=True, stream_options={"include_usage": True})
    body = json.dumps({"model": "tiny-chat", **request}).encode()
    kind = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url + "/v1/chat/completions", body, kind)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - our own server
        content, headers = answer.read(), answer.headers
        status = answer.status
    return {
        "id": chat["id"] + ("-streamed" if streamed else ""),
        "request": request,
        "answer": {
            "status": status,
            "headers": {"Content-Type": headers["Content-Type"]},
            "framing": "chunked" if streamed else "length",
            "body": content.decode("utf-8").replace(str(GGUF), "tiny-chat"),
        },
    }


if __name__ == "__main__":
    main()
