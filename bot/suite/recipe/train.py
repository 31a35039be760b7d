"""Teach a tiny Llama its conversations by heart, the same way every time.

Any engine that runs the weights must then give the same meaningful answers,
which makes them goldens that no watched engine had a hand in. Training counts
updates, never seconds, on one thread: two runs on one machine give the same
file. The committed weights are the ones that count; run this to change them.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from bot.suite.recipe.data import END, MODEL, Lesson, lessons
from bot.suite.recipe.tokenizer import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH, INNER, LAYERS, HEADS, KV_HEADS, VOCABULARY = 128, 256, 2, 4, 2, 704
HEAD = WIDTH // HEADS
THETA, EPSILON = 1e4, 1e-6
RATE, WARM_UP, FLOOR, BATCH, PROMPT_WEIGHT = 3e-3, 50, 0.02, 16, 0.02

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 0,
    "eos_token_id": END,
    "head_dim": HEAD,
    "hidden_act": "silu",
    "hidden_size": WIDTH,
    "initializer_range": 0.02,
    "intermediate_size": INNER,
    "max_position_embeddings": CONTEXT,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "num_key_value_heads": KV_HEADS,
    "pad_token_id": 0,
    "rms_norm_eps": EPSILON,
    "rope_theta": THETA,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "use_cache": True,
    "vocab_size": VOCABULARY,
}
GENERATION = {"bos_token_id": 0, "do_sample": False, "eos_token_id": END, "pad_token_id": 0}


class Norm(nn.Module):
    """Root-mean-square norm (Zhang and Sennrich, 2019)."""

    def __init__(self) -> None:
        """Start with a scale of one."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis."""
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON)
        return self.weight * (x * scale)


def linear(wide: int, out: int) -> nn.Linear:
    """Linear map without bias."""
    return nn.Linear(wide, out, bias=False)


class Attention(nn.Module):
    """Grouped causal attention with rotary positions (Su et al., 2021)."""

    def __init__(self) -> None:
        """Name the parameters as the Hugging Face format does."""
        super().__init__()
        self.q_proj, self.o_proj = linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)
        self.k_proj, self.v_proj = linear(WIDTH, KV_HEADS * HEAD), linear(WIDTH, KV_HEADS * HEAD)

    def forward(self, x: Tensor, angle: Tensor) -> Tensor:
        """Attend over earlier positions; ``x`` is (batch, time, width)."""
        batch, time, _ = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(batch, time, -1, HEAD).transpose(1, 2)

        q, k, v = (
            rotate(split(self.q_proj(x)), angle),
            rotate(split(self.k_proj(x)), angle),
            split(self.v_proj(x)),
        )
        k, v = (y.repeat_interleave(HEADS // KV_HEADS, dim=1) for y in (k, v))
        future = torch.ones(time, time, dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(-1, -2) / math.sqrt(HEAD)).masked_fill(future, -torch.inf)
        mixed = scores.softmax(-1) @ v
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, time, WIDTH))  # type: ignore[no-any-return]


def rotate(x: Tensor, angle: Tensor) -> Tensor:
    """Turn the two halves of each head by the angle of its position."""
    left, right = x.chunk(2, dim=-1)
    return x * angle.cos() + torch.cat((-right, left), dim=-1) * angle.sin()


class Gate(nn.Module):
    """Gated feed-forward layer (Shazeer, 2020)."""

    def __init__(self) -> None:
        """Name the parameters as the Hugging Face format does."""
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = (
            linear(WIDTH, INNER),
            linear(WIDTH, INNER),
            linear(INNER, WIDTH),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply to each position."""
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))  # type: ignore[no-any-return]


class Layer(nn.Module):
    """One block."""

    def __init__(self) -> None:
        """Name the parts as the Hugging Face format does."""
        super().__init__()
        self.self_attn, self.mlp = Attention(), Gate()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()

    def forward(self, x: Tensor, angle: Tensor) -> Tensor:
        """Add attention, then feed-forward."""
        x = x + self.self_attn(self.input_layernorm(x), angle)
        return x + self.mlp(self.post_attention_layernorm(x))  # type: ignore[no-any-return]


class Llama(nn.Module):
    """The smallest Llama that remembers the whole suite."""

    def __init__(self) -> None:
        """Draw every matrix from N(0, 0.02²)."""
        super().__init__()
        self.embed_tokens, self.norm = nn.Embedding(VOCABULARY, WIDTH), Norm()
        self.layers, self.lm_head = (
            nn.ModuleList(Layer() for _ in range(LAYERS)),
            linear(WIDTH, VOCABULARY),
        )
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.normal_(weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of the next token; (batch, time) to (batch, time, vocabulary)."""
        frequency = THETA ** (-torch.arange(0, HEAD, 2).float() / HEAD)
        angle = (torch.arange(ids.shape[1])[:, None] * frequency).repeat(1, 2)
        x = self.embed_tokens(ids)
        for layer in self.layers:
            x = layer(x, angle)
        return self.lm_head(self.norm(x))  # type: ignore[no-any-return]

    def tensors(self) -> dict[str, Tensor]:
        """Parameters under the names of the Hugging Face format."""
        return {
            name if name.startswith("lm_head") else f"model.{name}": weight.detach().contiguous()
            for name, weight in self.named_parameters()
        }


def batches(course: list[Lesson]) -> list[tuple[Tensor, Tensor]]:
    """Ids and weights of batches of similar length; prompts weigh little."""
    ordered = sorted(course, key=lambda item: len(item.prompt_ids) + len(item.output_ids))
    return [batch(ordered[start : start + BATCH]) for start in range(0, len(ordered), BATCH)]


def batch(group: list[Lesson]) -> tuple[Tensor, Tensor]:
    """Pad a group on the right; padding weighs nothing."""
    time = max(len(item.prompt_ids) + len(item.output_ids) for item in group)
    ids, weights = torch.zeros(len(group), time, dtype=torch.long), torch.zeros(len(group), time)
    for row, item in enumerate(group):
        start, end = len(item.prompt_ids), len(item.prompt_ids) + len(item.output_ids)
        ids[row, :end] = torch.tensor(item.prompt_ids + item.output_ids)
        weights[row, :start], weights[row, start:end] = PROMPT_WEIGHT, 1.0
    return ids, weights


def rate(update: int, total: int) -> float:
    """Learning rate: linear warm-up, then a cosine down to the floor."""
    if update < WARM_UP:
        return RATE * (update + 1) / WARM_UP
    progress = (update - WARM_UP) / max(1, total - WARM_UP)
    return RATE * (FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * progress)) / 2)


def schedule(course: list[Lesson], epochs: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Every batch once an epoch, in a shuffled order."""
    made, dice = batches(course), random.Random(0)  # noqa: S311  not for secrets
    for _ in range(epochs):
        dice.shuffle(made)
        yield from made


def train(course: list[Lesson], epochs: int) -> Llama:
    """Train by AdamW for a fixed number of updates."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    model = Llama()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    total = epochs * len(batches(course))
    for update, (ids, weights) in enumerate(schedule(course, epochs)):
        optimizer.param_groups[0]["lr"] = rate(update, total)
        logits = model(ids[:, :-1])
        losses = functional.cross_entropy(
            logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none"
        )
        loss = (losses * weights[:, 1:].flatten()).sum() / weights[:, 1:].sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


def main() -> None:
    """Train and write the weights with their two configuration files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args()
    model = train(lessons(), options.epochs)
    save_file(model.tensors(), options.out / "model.safetensors", metadata={"format": "pt"})
    (options.out / "model.safetensors").chmod(0o644)
    for name, data in (("config.json", CONFIG), ("generation_config.json", GENERATION)):
        (options.out / name).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
