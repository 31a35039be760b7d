"""Answer every conversation greedily in numpy and measure how sure the model is.

A forward pass of our own, in f64, reads the GGUF back and so checks training
and conversion at once, without torch and without any watched engine.
"""

from __future__ import annotations

import struct
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bot.suite.recipe.bpe import ByteLevelBPE
from bot.suite.recipe.data import END, MODEL, SUITE, TOKENIZER, lessons, read, render

Array = np.ndarray[Any, np.dtype[np.float64]]

HEADS, KV_HEADS, HEAD, LAYERS = 4, 2, 32, 2
THETA, EPSILON = 1e4, 1e-6
SCALARS = {4: "<I", 5: "<i", 6: "<f", 7: "<?"}
STRING, ARRAY = 8, 9
LIMIT = 400


class Reader:
    """Reads the parts of a GGUF file from front to back."""

    def __init__(self, path: Path) -> None:
        """Load the file and skip the magic and the version."""
        self.data, self.place = path.read_bytes(), 8

    def take(self, form: str) -> Any:  # noqa: ANN401  one scalar of any type
        """Read one scalar."""
        (value,) = struct.unpack_from(form, self.data, self.place)
        self.place += struct.calcsize(form)
        return value

    def text(self) -> str:
        """Read one string."""
        length = self.take("<Q")
        self.place += length
        return self.data[self.place - length : self.place].decode()

    def value(self, kind: int) -> object:
        """Read one value of a type."""
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, length = self.take("<I"), self.take("<Q")
            return [self.value(inner) for _ in range(length)]
        return self.take(SCALARS[kind])

    def tensors(self) -> dict[str, Array]:
        """Skip the key-value pairs and read all tensors."""
        tensors, pairs = self.take("<Q"), self.take("<Q")
        for _ in range(pairs):
            self.text()
            self.value(self.take("<I"))
        table = [self.entry() for _ in range(tensors)]
        start = -(-self.place // 32) * 32
        return {name: self.tensor(shape, start + offset) for name, shape, offset in table}

    def entry(self) -> tuple[str, list[int], int]:
        """Read name, shape and offset of a tensor."""
        name, axes = self.text(), self.take("<I")
        shape = [self.take("<Q") for _ in range(axes)][::-1]
        self.take("<I")
        return name, shape, self.take("<Q")

    def tensor(self, shape: list[int], start: int) -> Array:
        """Read the numbers of a tensor."""
        flat = np.frombuffer(self.data, dtype="<f4", count=int(np.prod(shape)), offset=start)
        return flat.reshape(shape).astype(np.float64)


def norm(x: Array, weight: Array) -> Array:
    """Root-mean-square norm."""
    made: Array = weight * x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON)
    return made


def rotate(x: Array) -> Array:
    """Turn neighbouring pairs by their position; ``x`` is (heads, time, head)."""
    angle = np.arange(x.shape[1])[:, None] * THETA ** (-np.arange(0, HEAD, 2) / HEAD)
    pairs = x.reshape(*x.shape[:2], -1, 2)
    turned = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(1j * angle)
    return np.stack((turned.real, turned.imag), axis=-1).reshape(x.shape)


def attention(x: Array, weights: dict[str, Array], block: str) -> Array:
    """Attend over earlier positions; ``x`` is (time, width)."""

    def heads(name: str) -> Array:
        return (x @ weights[f"{block}{name}.weight"].T).reshape(len(x), -1, HEAD).swapaxes(0, 1)

    q = rotate(heads("attn_q"))
    k, v = (
        np.repeat(y, HEADS // KV_HEADS, axis=0) for y in (rotate(heads("attn_k")), heads("attn_v"))
    )
    scores = q @ k.swapaxes(1, 2) / np.sqrt(HEAD)
    scores[:, np.triu(np.ones(scores.shape[1:], dtype=bool), 1)] = -np.inf
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = (shares / shares.sum(-1, keepdims=True)) @ v
    made: Array = mixed.swapaxes(0, 1).reshape(len(x), -1) @ weights[f"{block}attn_output.weight"].T
    return made


def logprobs(ids: list[int], weights: dict[str, Array]) -> Array:
    """Log-probabilities of the token after each id; (time, vocabulary), in nats."""
    x = weights["token_embd.weight"][ids]
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        x = x + attention(norm(x, weights[f"{block}attn_norm.weight"]), weights, block)
        y = norm(x, weights[f"{block}ffn_norm.weight"])
        gate, up = (y @ weights[f"{block}ffn_{name}.weight"].T for name in ("gate", "up"))
        x = x + (gate / (1 + np.exp(-gate)) * up) @ weights[f"{block}ffn_down.weight"].T
    logits = norm(x, weights["output_norm.weight"]) @ weights["output.weight"].T
    top = logits.max(-1, keepdims=True)
    made: Array = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return made


def margins(rows: Array) -> Array:
    """Distance of the likeliest token from the next, for each position, in nats."""
    best = np.sort(rows, axis=-1)
    made: Array = best[:, -1] - best[:, -2]
    return made


def answer(prompt: list[int], weights: dict[str, Array], limit: int = LIMIT) -> list[int]:
    """Answer greedily, end token included."""
    ids = list(prompt)
    while len(ids) < len(prompt) + limit and (len(ids) == len(prompt) or ids[-1] != END):
        ids.append(int(logprobs(ids, weights)[-1].argmax()))
    return ids[len(prompt) :]


def check_taught(weights: dict[str, Array]) -> bool:
    """Report how many conversations are known by heart and the smallest margin of each."""
    smallest, wrong = [], []
    for item in lessons():
        rows = logprobs(item.prompt_ids + item.output_ids, weights)[len(item.prompt_ids) - 1 : -1]
        smallest.append(float(margins(rows).min()))
        if rows.argmax(-1).tolist() != item.output_ids:
            wrong.append(item.id)
    print(f"taught: {len(smallest) - len(wrong)}/{len(smallest)} exact; wrong: {wrong}")
    print(f"smallest margin {min(smallest):.2f} nats, median of minima {median(smallest):.2f}")
    return not wrong


def check_untaught(weights: dict[str, Array]) -> None:
    """Report the margins over the first tokens of the prompts that were never taught."""
    bpe = ByteLevelBPE(TOKENIZER)
    for case in read(SUITE / "untrained.json"):
        prompt = bpe.encode(render(case))
        ids = answer(prompt, weights, limit=16)
        found = margins(logprobs(prompt + ids, weights)[len(prompt) - 1 : -1])
        text = bpe.decode(ids).decode(errors="replace")
        smallest, middle = found.min(), np.median(found)
        print(f"{case['id']}: smallest {smallest:.3f}, median {middle:.3f} nats: {text!r}")


def main() -> int:
    """Check both kinds; 1 if a conversation is not known."""
    weights = Reader(MODEL / "tiny-chat.gguf").tensors()
    known = check_taught(weights)
    check_untaught(weights)
    return 0 if known else 1


if __name__ == "__main__":
    raise SystemExit(main())
