"""Write the model in CTranslate2's format, in f32, with the package's own specification.

CTranslate2 reads what its 4.0.0 wrote in every later release, so that one writes it; neither
torch nor transformers is needed. What was learned the hard way:

* a null ``bos_token`` crashes the generation: begin and unknown tokens are set as texts;
* rows of Q and K stay as they are, since the rotation is told not to be interleaved;
* the vocabulary must hold every row of the embedding, padding included.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec

from bot.suite.recipe.data import MODEL, SPECIAL, TOKENIZER, read
from bot.suite.recipe.gguf import Array, read_safetensors

TARGET = MODEL / "ct2"


def specification(config: dict[str, Any]) -> Any:  # noqa: ANN401  no types come along
    """Lay out a Llama of the shape that ``config.json`` tells."""
    return transformer_spec.TransformerDecoderModelSpec.from_config(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_base=config["rope_theta"],
        num_heads_kv=config["num_key_value_heads"],
    )


def fill(decoder: Any, weights: dict[str, Array]) -> None:  # noqa: ANN401  as above
    """Put the weights where the specification wants them."""
    decoder.scale_embeddings = False
    decoder.embeddings.weight = weights["model.embed_tokens.weight"]
    decoder.layer_norm.gamma = weights["model.norm.weight"]
    decoder.projection.weight = weights["lm_head.weight"]
    for at, layer in enumerate(decoder.layer):
        own = {
            name.removeprefix(f"model.layers.{at}.").removesuffix(".weight"): weight
            for name, weight in weights.items()
            if name.startswith(f"model.layers.{at}.")
        }
        into, out = layer.self_attention.linear
        into.weight = np.concatenate([own[f"self_attn.{part}_proj"] for part in "qkv"])
        out.weight = own["self_attn.o_proj"]
        layer.self_attention.layer_norm.gamma = own["input_layernorm"]
        layer.ffn.layer_norm.gamma = own["post_attention_layernorm"]
        layer.ffn.linear_0.weight = own["mlp.gate_proj"]
        layer.ffn.linear_0_noact.weight = own["mlp.up_proj"]
        layer.ffn.linear_1.weight = own["mlp.down_proj"]


def vocabulary(size: int) -> list[str]:
    """Tokens by id, padding named as nothing in a text is."""
    tokenizer = read(TOKENIZER)
    by_id = {place: token for token, place in tokenizer["model"]["vocab"].items()}
    by_id |= {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    return [by_id.get(place, f"<extra_id_{place}>") for place in range(size)]


def main(target: Path = TARGET) -> None:
    """Write ``model.bin``, ``config.json`` and ``vocabulary.json``."""
    config = read(MODEL / "config.json")
    spec = specification(config)
    fill(spec.decoder, read_safetensors(MODEL / "model.safetensors"))
    spec.register_vocabulary(vocabulary(config["vocab_size"]))
    spec.config.bos_token = spec.config.unk_token = SPECIAL[config["bos_token_id"]]
    spec.config.eos_token = SPECIAL[config["eos_token_id"]]
    spec.config.layer_norm_epsilon = config["rms_norm_eps"]
    spec.validate()
    spec.optimize(quantization=None)
    target.mkdir(exist_ok=True)
    spec.save(str(target))
    written = json.loads((target / "config.json").read_text(encoding="utf-8"))
    (target / "config.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
