"""The engine of mistral.rs that is asked, and another one where it died.

A thread of Rust that panics takes the engine with it; the question that finds the engine gone is
often another one than the question that it died of.
"""

import os
import re

import mistralrs

GONE = re.compile("channel closed|SendError|`Option::unwrap|Received none")  # words of no engine
RUNNING = {}


def runner():
    """Return the engine, made anew where the last one died."""
    if "runner" not in RUNNING:
        RUNNING["runner"] = mistralrs.Runner(_which(RUNNING["setup"]))
    return RUNNING["runner"]


def _which(setup):
    dtype = mistralrs.ModelDType.F32
    if "gguf" in setup:
        folder, name = os.path.split(setup["gguf"])
        return mistralrs.Which.GGUF(folder, name, dtype=dtype)
    folder = os.path.dirname(setup["config"])
    return mistralrs.Which.Plain(folder, mistralrs.Architecture.Llama, dtype=dtype)


def asked(call):
    """Return what `call` returns; a question that finds the engine dead is put to a new one.

    An engine that dies over one question is often found dead only by a later one, sooner or later
    as threads run: what a new engine fails over as well is a question's own fault, and told.
    """
    try:
        return call()
    except BaseException as error:  # panics of Rust code are no Exceptions
        if not GONE.search(str(error)):
            raise
        _put_away()
    try:
        return call()
    except BaseException as error:
        if GONE.search(str(error)):
            _put_away()
        raise


def _put_away():
    """Leave a dead engine, but never let go of it: in 0.6.0 that ends the new one as well."""
    RUNNING.setdefault("dead", []).append(RUNNING.pop("runner", None))
