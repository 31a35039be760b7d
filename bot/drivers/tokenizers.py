"""The `tokenizers` library, with the tokenizer that lies beside the model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.core.model import Json, Link, Probe
from bot.errors import SuiteError

_ENCODE = """{imports}import tokenizers

tokenizer = tokenizers.Tokenizer.from_file(str(HERE / "tokenizer.json"))
text = {text}
ids = tokenizer.encode(text, add_special_tokens=False).ids
seen = {seen}
"""
_BYTES = 'base64.b64decode(REQUEST["text"]["base64"]).decode("utf-8", "surrogatepass")'
_SEEN = {Link.PROMPT_IDS: "ids", Link.TEXT: "tokenizer.decode(ids, skip_special_tokens=False)"}


class Tokenizers:
    """Encodes and decodes with the model's `tokenizer.json`."""

    name = "tokenizers"
    guest = "tokenizers"
    asks = frozenset({"encode"})

    def requirements(self, package: str, version: str) -> tuple[str, ...]:
        """The exact pin; the hub client it asks for is the solver's to choose."""
        return (f"{package}=={version}",)

    def setup(self, model: Path) -> Json:
        """Where the tokenizer lies. Raises `SuiteError` when the folder holds none."""
        path = model / "tokenizer.json"
        if not path.is_file():
            raise SuiteError(f"{path} does not exist", cure="put the model's tokenizer.json there")
        return {"tokenizer": str(path.resolve())}

    def files(self, model: Path) -> Mapping[str, Path]:
        """The model's tokenizer."""
        return {"tokenizer.json": model / "tokenizer.json"}

    def serve(self) -> str:
        """Nothing to start."""
        return ""

    def show(self, probe: Probe, link: Link) -> str:
        """The ids of the text, or what they decode to."""
        if probe.ask != "encode" or link not in _SEEN:
            return ""
        if isinstance(probe.request, dict) and isinstance(probe.request.get("text"), dict):
            return _ENCODE.format(imports="import base64\n\n", text=_BYTES, seen=_SEEN[link])
        return _ENCODE.format(imports="", text='REQUEST["text"]', seen=_SEEN[link])
