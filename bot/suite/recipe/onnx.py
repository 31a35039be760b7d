"""Export the model to ONNX in f32, as onnxruntime-genai reads it, with that package's own builder.

What its 0.14.0 exports is read by 0.5.2 and by every release since. The tokenizer's files are
copies of those beside the weights: the builder would write the merges as lists of pairs, which
older readers do not know, and would move the chat template to a file of its own.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from onnxruntime_genai.models.builder import create_model

from bot.suite.recipe.data import MODEL

TARGET = MODEL / "onnx"
EXPORTED = ("genai_config.json", "model.onnx", "model.onnx.data")
COPIED = ("tokenizer.json", "tokenizer_config.json")
READ = (*COPIED, "config.json", "generation_config.json", "model.safetensors")


def main(target: Path = TARGET) -> None:
    """Write the graph, its weights and the settings, and copy the tokenizer."""
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        source.mkdir()
        for name in READ:
            shutil.copy(MODEL / name, source)
        create_model("", str(source), str(made), "fp32", "cpu", f"{folder}/cache")
        for name in EXPORTED:
            shutil.copyfile(made / name, target / name)
    settings = target / "genai_config.json"
    settings.write_text(settings.read_text(encoding="utf-8").rstrip() + "\n", encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(MODEL / name, target / name)


if __name__ == "__main__":
    main()
