"""CTranslate2, called in the process, over the model's conversion to its format."""

from __future__ import annotations

from bot.core.model import Link, Probe, Role
from bot.drivers.folder import Folder, known

_LOAD = """import ctranslate2

vocabulary = json.loads((HERE / "vocabulary.json").read_text(encoding="utf-8"))
generator = ctranslate2.Generator(
    str(HERE), device="cpu", compute_type="float32", inter_threads=1, intra_threads=1
)
ids = {ids}
prompt = [vocabulary[each] for each in ids]
"""
_LIMIT = 'limit = REQUEST.get("max_tokens", REQUEST.get("max_completion_tokens", 256))\n'
_GENERATE = """(answer,) = generator.generate_batch(
    [prompt],
    max_length=limit,
    include_prompt_in_result=False,
    end_token=[2],
    return_end_token=True,
    sampling_topk=1,
)
made = list(answer.sequences_ids[0])
"""
_LOGPROBS = """import numpy

tokens = [vocabulary[each] for each in ids + made]
told = generator.forward_batch([tokens], return_log_probs=True)
rows = numpy.array(told, dtype=numpy.float64)[0][len(ids) - 1 :]
best = [numpy.argsort(-row, kind="stable")[:5] for row in rows]
seen = [
    {
        "id": each,
        "logprob": float(row[each]),
        "top": [[int(one), float(row[one])] for one in top],
    }
    for each, row, top in zip(made, rows, best)
]
"""
_STREAM = """steps = generator.generate_tokens(
    prompt, max_length=limit, sampling_topk=1, end_token=[2]
)
pieces = [step.token for step in steps]
seen = [{"choices": [{"index": 0, "delta": {"content": each}}]} for each in pieces]
"""
_SEEN = {
    Link.LOGPROBS: _GENERATE + _LOGPROBS,
    Link.OUTPUT_IDS: _GENERATE + "seen = made\n",
    Link.STREAM: _STREAM,
}


def _show(probe: Probe, link: Link) -> str:
    """What becomes of the prompt's ids, which somebody else made: they stand in the proof."""
    ids = known(probe, Link.PROMPT_IDS)
    streamed = isinstance(probe.request, dict) and probe.request.get("stream")
    hidden = link is Link.STREAM and not streamed
    if probe.ask != "chat" or link not in _SEEN or hidden or ids is None:
        return ""
    return _LOAD.format(ids=ids) + _LIMIT + _SEEN[link]


CTRANSLATE2 = Folder(
    name="ctranslate2",
    guest="ctranslate2",
    asks=frozenset({"chat", "engine"}),
    role=Role.ENGINE,
    upstream="https://github.com/OpenNMT/CTranslate2",
    suite=(
        "chat",
        "stream",
        "untrained",
        "engine-batch",
        "engine-search",
        "engine-state",
        "engine-tokens",
        "engine-limits",
    ),
    model={"model": "ct2"},
    folder="ct2",
    shows=_show,
)
