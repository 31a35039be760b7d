"""onnxruntime-genai: called in the process, over an exported folder.

Chat templates came with 0.8, rewinding with 0.6, guidance with 0.8, a scheduler with 0.9.2: what
a release lacks is not shown.
"""

import onnxruntime_genai as og
from guest import onnxruntime_genai_loop as engine
from guest.inside import Inside
from guest.onnxruntime_genai_operations import OPERATIONS

RUNNING = {}


def start(setup, _chain):
    """Load the folder at `setup["model"]`; returns what the engine says of itself."""
    model = engine.load(setup["model"])
    functions = {
        name: getattr(engine, name)
        for name in ("encode", "decode", "generate", "logprobs", "pieces")
    }
    if hasattr(og.Tokenizer, "apply_chat_template"):
        functions["render"] = engine.render
    RUNNING["inside"] = Inside(operations=OPERATIONS, **functions)
    return {
        "onnxruntime-genai": getattr(og, "__version__", ""),
        "device": str(model.device_type),
        "type": str(getattr(model, "type", "")),
    }


def stop():
    """Let the model go."""
    RUNNING.clear()
    engine.RUNNING.clear()


def answers(ask):
    """Name the links that this release can show."""
    if ask == "render":
        return (
            frozenset({"prompt"}) if hasattr(og.Tokenizer, "apply_chat_template") else frozenset()
        )
    return RUNNING["inside"].answers(ask)


def show(link, probe, chain):
    """Return the value at `link`."""
    if probe["ask"] == "render":
        return engine.show_template(probe["request"])
    return RUNNING["inside"].show(link, probe, chain)
