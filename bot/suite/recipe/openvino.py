"""Write the model as an OpenVINO IR in f32, by OpenVINO's own operations and nothing else.

The graph keeps its key-value cache as state and looks like those that other converters write,
because pipelines match its shape to put paged attention in place of it:

* a cache is read, reordered by ``beam_idx``, and the new keys or values are put at its end;
* key-value heads are repeated by unsqueeze, broadcast, reshape, right before attention;
* the mask comes from ``attention_mask`` and shapes of inputs, never from shapes of the cache.

Written with the oldest release that is watched (2024.6), the file is read by every later one.
The tokenizer is not converted here: its IR must come from the release that reads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino.runtime import opset13 as op
from openvino.runtime.op import util

from bot.suite.recipe.gguf import Array, read_safetensors

Json = dict[str, Any]
Node = Any  # a node of OpenVINO; its package has no types for operations

FOLDER = Path(__file__).resolve().parents[1] / "model"
NAME = "openvino_model.xml"


def constant(value: Any, kind: type = np.int64) -> Node:  # noqa: ANN401  a number or an array
    """Return a constant of numbers."""
    return op.constant(np.asarray(value, dtype=kind))


def length(node: Node, axis: int) -> Node:
    """Return the size of one axis, as a vector of one."""
    return op.gather(op.shape_of(node), constant([axis]), constant(0))


class Writer:
    """Builds the graph from the tensors of the Hugging Face format."""

    def __init__(self, tensors: dict[str, Array], config: Json) -> None:
        """Make the inputs, and what all layers share: angles and the mask."""
        self.tensors, self.config = tensors, config
        self.ids = self.input("input_ids", [-1, -1], np.int64)
        self.mask_input = self.input("attention_mask", [-1, -1], np.int64)
        self.positions = self.input("position_ids", [-1, -1], np.int64)
        self.beams = self.input("beam_idx", [-1], np.int32)
        self.sinks: list[Node] = []
        self.cos, self.sin = self.angles()
        self.mask = self.causal()

    def input(self, name: str, shape: list[int], kind: type) -> Node:
        """Make a named input."""
        node = op.parameter(shape, kind, name=name)
        node.output(0).get_tensor().set_names({name})
        return node

    def weight(self, name: str) -> Node:
        """Return a tensor as a constant."""
        return op.constant(np.ascontiguousarray(self.tensors[name]), name=name)

    def linear(self, x: Node, name: str) -> Node:
        """Multiply by a weight that is stored (out, in)."""
        return op.matmul(x, self.weight(name + ".weight"), transpose_a=False, transpose_b=True)

    def norm(self, x: Node, name: str) -> Node:
        """Root-mean-square norm."""
        square = op.reduce_mean(
            op.power(x, constant(2, np.float32)), constant([-1]), keep_dims=True
        )
        shifted = op.add(square, constant(self.config["rms_norm_eps"], np.float32))
        scaled = op.multiply(x, op.divide(constant(1, np.float32), op.sqrt(shifted)))
        return op.multiply(scaled, self.weight(name + ".weight"))

    def angles(self) -> tuple[Node, Node]:
        """Return cosine and sine for every position: (batch, 1, time, head)."""
        head = self.config["head_dim"]
        rates = self.config["rope_theta"] ** (-np.arange(0, head, 2) / head)
        at = op.convert(op.unsqueeze(self.positions, constant(2)), np.float32)
        angle = op.multiply(at, constant(rates[None, None, :], np.float32))
        whole = op.unsqueeze(op.concat([angle, angle], -1), constant(1))
        return op.cos(whole), op.sin(whole)

    def causal(self) -> Node:
        """Return what is added to scores: (batch, 1, time, past and time)."""
        whole, now = length(self.mask_input, 1), length(self.ids, 1)
        zero, one = constant(0), constant(1)
        keys = op.range(zero, op.squeeze(whole, zero), one, output_type="i64")
        past = op.squeeze(op.subtract(whole, now), zero)
        queries = op.range(past, op.squeeze(whole, zero), one, output_type="i64")
        earlier = op.less_equal(op.unsqueeze(keys, zero), op.unsqueeze(queries, one))
        real = op.unsqueeze(op.convert(self.mask_input, "boolean"), constant([1, 2]))
        seen = op.logical_and(op.unsqueeze(earlier, constant([0, 1])), real)
        lowest = constant(np.finfo(np.float32).min, np.float32)
        return op.select(seen, constant(0, np.float32), lowest)

    def heads(self, x: Node, count: int) -> Node:
        """Split the width into heads: (batch, heads, time, head)."""
        shape = constant([0, 0, count, self.config["head_dim"]])
        return op.transpose(op.reshape(x, shape, special_zero=True), constant([0, 2, 1, 3]))

    def rotate(self, x: Node) -> Node:
        """Turn halves of each head by the angle of its position."""
        half = self.config["head_dim"] // 2
        parts = op.variadic_split(x, constant(-1), constant([half, half]))
        minus = op.multiply(parts.output(1), constant(-1, np.float32))
        turned = op.concat([minus, parts.output(0)], -1)
        return op.add(op.multiply(x, self.cos), op.multiply(turned, self.sin))

    def cached(self, new: Node, name: str) -> Node:
        """Put `new` at the end of the state `name`, and return the whole."""
        count, head = self.config["num_key_value_heads"], self.config["head_dim"]
        info = util.VariableInfo()
        info.data_shape = ov.PartialShape([-1, count, -1, head])
        info.data_type, info.variable_id = ov.Type.f32, name
        variable = util.Variable(info)
        shape = op.concat([length(self.ids, 0), constant([count]), constant([0, head])], 0)
        empty = op.broadcast(constant(0, np.float32), shape)
        past = op.gather(op.read_value(empty, variable), self.beams, constant(0))
        whole = op.concat([past, new], 2)
        self.sinks.append(op.assign(whole, variable))
        return whole

    def repeated(self, x: Node) -> Node:
        """Repeat key-value heads to as many as there are query heads."""
        heads, count = self.config["num_attention_heads"], self.config["num_key_value_heads"]
        each, head = heads // count, self.config["head_dim"]
        shape = op.concat(
            [length(x, 0), constant([count, each]), length(x, 2), constant([head])], 0
        )
        wide = op.broadcast(op.unsqueeze(x, constant(2)), shape, broadcast_spec="BIDIRECTIONAL")
        return op.reshape(wide, constant([0, heads, -1, head]), special_zero=True)

    def attention(self, x: Node, layer: int) -> Node:
        """Attend over earlier positions."""
        base, config = f"model.layers.{layer}.self_attn.", self.config
        q = self.rotate(self.heads(self.linear(x, base + "q_proj"), config["num_attention_heads"]))
        few = config["num_key_value_heads"]
        k = self.rotate(self.heads(self.linear(x, base + "k_proj"), few))
        v = self.heads(self.linear(x, base + "v_proj"), few)
        k = self.cached(k, f"past_key_values.{layer}.keypresent.{layer}.key")
        v = self.cached(v, f"past_key_values.{layer}.valuepresent.{layer}.value")
        mixed = op.scaled_dot_product_attention(q, self.repeated(k), self.repeated(v), self.mask)
        joined = op.transpose(mixed, constant([0, 2, 1, 3]))
        flat = op.reshape(joined, constant([0, 0, config["hidden_size"]]), special_zero=True)
        return self.linear(flat, base + "o_proj")

    def layer(self, x: Node, layer: int) -> Node:
        """Return what one block makes of `x`."""
        base = f"model.layers.{layer}."
        x = op.add(x, self.attention(self.norm(x, base + "input_layernorm"), layer))
        y = self.norm(x, base + "post_attention_layernorm")
        gate = op.swish(self.linear(y, base + "mlp.gate_proj"))
        up = self.linear(y, base + "mlp.up_proj")
        return op.add(x, self.linear(op.multiply(gate, up), base + "mlp.down_proj"))

    def model(self) -> ov.Model:
        """Return the whole graph, from ids to logits."""
        x = op.gather(self.weight("model.embed_tokens.weight"), self.ids, constant(0))
        for layer in range(self.config["num_hidden_layers"]):
            x = self.layer(x, layer)
        logits = self.linear(self.norm(x, "model.norm"), "lm_head")
        logits.output(0).get_tensor().set_names({"logits"})
        inputs = [self.ids, self.mask_input, self.positions, self.beams]
        return ov.Model([op.result(logits, name="logits")], self.sinks, inputs, "tiny-chat")


def main() -> None:
    """Convert the model in a folder, by default that of the suite, into its folder `openvino`."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    writer = Writer(read_safetensors(folder / "model.safetensors"), config)
    (folder / "openvino").mkdir(exist_ok=True)
    ov.save_model(writer.model(), folder / "openvino" / NAME, compress_to_fp16=False)


if __name__ == "__main__":
    main()
