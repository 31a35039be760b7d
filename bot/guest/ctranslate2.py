"""CTranslate2: a `Generator` over the model's own conversion; it knows tokens and ids, no texts.

A prompt goes in as tokens, an answer comes back as ids, its end included. What a tokenizer makes
of texts is another module's, or the probe's known ids.
"""

import ctranslate2
from guest import ctranslate2_operations as more
from guest.inside import Inside

RUNNING = {}


def start(setup, _chain):
    """Load the folder at `setup["model"]` on one thread, in float32."""
    more.load(setup["model"])
    RUNNING["inside"] = Inside(
        generate=more.generate,
        logprobs=more.logprobs,
        pieces=more.pieces,
        operations=more.OPERATIONS,
    )
    return {
        "ctranslate2": ctranslate2.__version__,
        "device": more.RUNNING["generator"].device,
        "compute_type": more.RUNNING["generator"].compute_type,
    }


def stop():
    """Let the model go."""
    RUNNING.clear()
    more.RUNNING.clear()


def answers(ask):
    """Name the links that it can show: no text is among them."""
    return RUNNING["inside"].answers(ask)


def show(link, probe, chain):
    """Return the value at `link`."""
    return RUNNING["inside"].show(link, probe, chain)
