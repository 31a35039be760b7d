"""Export the model to ONNX in f32, as onnxruntime-genai reads it, with that package's own builder.

What its 0.14.0 exports is read by 0.5.2 and by every release since. One file holds graph and
weights, and what the builder writes down only to say that it is absent is left out: so it is read
by transformers.js as well, and by its runtimes from 1.19 on, which know fewer inputs. The
tokenizer's files are copies of those beside the weights: the builder would write the merges as
lists of pairs, which older readers do not know, and would move the chat template to a file of its
own.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import onnx
from onnxruntime_genai.models.builder import create_model

from bot.suite.recipe.data import MODEL

TARGET = MODEL / "onnx"
SETTINGS = "genai_config.json"
GRAPH = "model.onnx"
COPIED = ("tokenizer.json", "tokenizer_config.json")
READ = (*COPIED, "config.json", "generation_config.json", "model.safetensors")


def main(target: Path = TARGET) -> None:
    """Write the graph with its weights and the settings, and copy the tokenizer."""
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        source.mkdir()
        for name in READ:
            shutil.copy(MODEL / name, source)
        create_model("", str(source), str(made), "fp32", "cpu", f"{folder}/cache")
        settings = target / SETTINGS
        shutil.copyfile(made / SETTINGS, settings)
        onnx.save(plain(onnx.load(made / GRAPH)), target / GRAPH)
    settings.write_text(settings.read_text(encoding="utf-8").rstrip() + "\n", encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(MODEL / name, target / name)


def plain(model: onnx.ModelProto) -> onnx.ModelProto:
    """Leave out absent inputs at the end of a node's list, and a soft cap of 0: there is none."""
    for node in model.graph.node:
        while node.input and not node.input[-1]:
            node.input.pop()
        kept = [each for each in node.attribute if each.name != "softcap" or each.f]
        del node.attribute[:]
        node.attribute.extend(kept)
    return model


if __name__ == "__main__":
    main()
