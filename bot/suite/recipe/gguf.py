"""Write the model as a GGUF file in f32, with numpy and the standard library only.

The format is ggml's (version 3): a header, typed key-value pairs, the table of
tensors, then the tensors, each aligned to 32 bytes. Being small and our own it
has no version that could drift. What was learned the hard way:

* llama.cpp rotates neighbouring pairs, the Hugging Face format two halves, so
  the rows of Q and K are reordered, else every answer is wrong without an error;
* ``tokenizer.ggml.pre`` must be ``gpt-2``; other values change some token ids;
* tokens are typed: special ones control, added ones user-defined, padding unused;
* without explicit ids llama.cpp takes 11 as begin and end of text.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, np.dtype[np.float32]]
Json = dict[str, Any]
Value = bool | int | float | str | list[str] | list[int]

VERSION, ALIGNMENT, F32 = 3, 32, 0
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5

OUTER = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
INNER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def read_safetensors(path: Path) -> dict[str, Array]:
    """Read the tensors of a safetensors file that holds nothing but f32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: tensor(data[8 + length :], entry) for name, entry in header.items()}


def tensor(data: bytes, entry: Json) -> Array:
    """Cut one tensor out of the data of a safetensors file."""
    if entry["dtype"] != "F32":
        raise ValueError(f"only F32 is written, not {entry['dtype']}")
    start, end = entry["data_offsets"]
    return np.frombuffer(data[start:end], dtype="<f4").reshape(entry["shape"])


def renamed(name: str) -> str:
    """Return ggml's name for a tensor of the Hugging Face format."""
    if name in OUTER:
        return OUTER[name]
    _, _, layer, part = name.removesuffix(".weight").split(".", 3)
    return f"blk.{layer}.{INNER[part]}.weight"


def reordered(weight: Array, heads: int) -> Array:
    """Reorder the rows of Q or K from two halves per head to neighbouring pairs."""
    halves = weight.reshape(heads, 2, len(weight) // heads // 2, -1)
    return halves.swapaxes(1, 2).reshape(weight.shape)


def converted(tensors: dict[str, Array], config: Json) -> dict[str, Array]:
    """Rename all tensors and reorder Q and K."""
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    made = {}
    for name, weight in tensors.items():
        part = name.split(".")[-2]
        made[renamed(name)] = reordered(weight, heads[part]) if part in heads else weight
    return made


def architecture(config: Json) -> dict[str, Value]:
    """Key-value pairs that describe the network."""
    return {
        "general.architecture": "llama",
        "general.name": "tiny-chat",
        "general.file_type": F32,
        "general.alignment": ALIGNMENT,
        "llama.context_length": config["max_position_embeddings"],
        "llama.embedding_length": config["hidden_size"],
        "llama.block_count": config["num_hidden_layers"],
        "llama.feed_forward_length": config["intermediate_size"],
        "llama.attention.head_count": config["num_attention_heads"],
        "llama.attention.head_count_kv": config["num_key_value_heads"],
        "llama.attention.layer_norm_rms_epsilon": config["rms_norm_eps"],
        "llama.rope.freq_base": config["rope_theta"],
        "llama.rope.dimension_count": config["head_dim"],
        "llama.vocab_size": config["vocab_size"],
    }


def vocabulary(tokenizer: Json, config: Json, template: str) -> dict[str, Value]:
    """Key-value pairs that describe the tokenizer and the chat template."""
    size = config["vocab_size"]
    tokens, kinds = [f"[PAD{place}]" for place in range(size)], [UNUSED] * size
    for token, place in tokenizer["model"]["vocab"].items():
        tokens[place], kinds[place] = token, NORMAL
    for added in tokenizer["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = CONTROL if added["special"] else USER_DEFINED
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": tokenizer["model"]["merges"],
        "tokenizer.ggml.bos_token_id": config["bos_token_id"],
        "tokenizer.ggml.eos_token_id": config["eos_token_id"],
        "tokenizer.ggml.padding_token_id": config["pad_token_id"],
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": template,
    }


def packed_text(text: str) -> bytes:
    """Length and bytes of a string."""
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def packed(value: Value) -> bytes:
    """Type and bytes of a value."""
    match value:
        case bool():
            return struct.pack("<I?", BOOL, value)
        case int():
            return struct.pack("<II", UINT32, value)
        case float():
            return struct.pack("<If", FLOAT32, value)
        case str():
            return struct.pack("<I", STRING) + packed_text(value)
        case _:
            return struct.pack("<I", ARRAY) + packed_list(value)


def packed_list(values: Sequence[str | int]) -> bytes:
    """Type, length and bytes of a list of one type."""
    kind = STRING if isinstance(values[0], str) else INT32
    return struct.pack("<IQ", kind, len(values)) + b"".join(map(packed_item, values))


def packed_item(item: str | int) -> bytes:
    """Bytes of one item of a list."""
    return packed_text(item) if isinstance(item, str) else struct.pack("<i", item)


def padded(data: bytes) -> bytes:
    """Fill up to the alignment with zeros."""
    return data + bytes(-len(data) % ALIGNMENT)


def file_bytes(pairs: dict[str, Value], tensors: dict[str, Array]) -> bytes:
    """Put the whole file together; ggml lists the fastest axis first."""
    head = b"GGUF" + struct.pack("<IQQ", VERSION, len(tensors), len(pairs))
    head += b"".join(packed_text(key) + packed(value) for key, value in pairs.items())
    body = bytearray()
    for name, weight in tensors.items():
        shape = weight.shape[::-1]
        place = (len(shape), *shape, F32, len(body))
        head += packed_text(name) + struct.pack(f"<I{len(shape)}QIQ", *place)
        body += padded(np.ascontiguousarray(weight, dtype="<f4").tobytes())
    return padded(head) + bytes(body)


def main() -> None:
    """Convert the model in a folder, by default that of the suite, in place."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).resolve().parents[1] / "model"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    pairs = architecture(config) | vocabulary(tokenizer, config, template)
    tensors = converted(read_safetensors(folder / "model.safetensors"), config)
    (folder / "tiny-chat.gguf").write_bytes(file_bytes(pairs, tensors))


if __name__ == "__main__":
    main()
