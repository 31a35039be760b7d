"""The `transformers` library: the reference for chat templates, token ids and settings.

Without torch it is light and loads no weights.
"""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.plain import Plain

_LOAD = """{imports}import os

os.environ["HF_HUB_OFFLINE"] = "1"
from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(HERE)
"""
_PROMPT = """told = {name: REQUEST[name] for name in ("tools", "documents") if name in REQUEST}
told.update(REQUEST.get("chat_template_kwargs") or {})
told.setdefault("add_generation_prompt", True)
prompt = tokenizer.apply_chat_template(REQUEST["messages"], tokenize=False, **told)
"""
_CHAT = {
    Link.PROMPT: _PROMPT + "seen = prompt\n",
    Link.PROMPT_IDS: _PROMPT + "seen = tokenizer.encode(prompt, add_special_tokens=False)\n",
}
_RENDER = """import jinja2

context = dict(REQUEST["context"])
messages = context.pop("messages", [{"role": "user", "content": ""}])
try:
    seen = tokenizer.apply_chat_template(
        messages, chat_template=REQUEST["source"], tokenize=False, **context
    )
except jinja2.TemplateError as error:
    seen = {"error": str(error)}
"""
_BYTES = 'base64.b64decode(REQUEST["text"]["base64"]).decode("utf-8", "surrogatepass")'
_IDS = "ids = tokenizer.encode({text}, add_special_tokens=False)\n"
_ENCODE = {
    Link.PROMPT_IDS: "seen = ids\n",
    Link.TEXT: 'seen = tokenizer.decode(REQUEST.get("ids", ids), skip_special_tokens=False)\n',
}


def _show(probe: Probe, link: Link) -> str:
    """The rendering, the ids, or the text of a question that needs no other files."""
    start = _LOAD.format(imports="")
    if probe.ask == "chat" and link in _CHAT:
        return start + _CHAT[link]
    if probe.ask == "render" and link is Link.PROMPT:
        return start + _RENDER
    if probe.ask == "encode" and link in _ENCODE:
        return _encoded(probe) + _ENCODE[link]
    return ""


def _encoded(probe: Probe) -> str:
    request = probe.request if isinstance(probe.request, dict) else {}
    if isinstance(request.get("text"), dict):
        return _LOAD.format(imports="import base64\n") + _IDS.format(text=_BYTES)
    return _LOAD.format(imports="") + _IDS.format(text='REQUEST["text"]')


TRANSFORMERS = Plain(
    name="transformers",
    guest="transformers",
    asks=frozenset({"chat", "render", "encode", "call"}),
    role=Role.TEMPLATE,
    upstream="https://github.com/huggingface/transformers",
    suite=(
        "chat",
        "render",
        "encode",
        "transformers-prompt",
        "transformers-ids",
        "transformers-load",
        "transformers-settings",
        "transformers-tools",
    ),
    beside=("jinja2",),
    model={
        "tokenizer": "tokenizer.json",
        "settings": "tokenizer_config.json",
        "config": "config.json",
    },
    shows=_show,
)
