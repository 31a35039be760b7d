"""The `openai` client, any release from 1.0: plain and streamed chat through its own objects."""

import inspect
import os
import platform

import openai
from guest import chat
from guest.tap import Tap
from guest.wire import NOT_EXPOSED

LINKS = frozenset({"request", "stream", "message", "usage"})
RUNNING = {}


def start(_setup, chain):
    """Speak for the stack; the tap and the client object follow with the first question."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    RUNNING.clear()
    chain.client = fetch_request
    return {"openai": openai.__version__, "python": platform.python_version()}


def stop():
    """Let go of the client and the tap."""
    if "client" in RUNNING:
        RUNNING["client"].close()
        RUNNING["tap"].close()
    RUNNING.clear()


def answers(ask):
    """Name the links of a chat that a client sees."""
    return LINKS if ask == "chat" else frozenset()


def show(link, probe, chain):
    """Rehearse the request first; then send it once and hand out what the client says."""
    if link == "request":
        return fetch_request(probe, chain)
    if "answer" not in chain.turn:
        chain.turn["answer"] = _answer(probe, chain)
    told, completion = chain.turn["answer"]
    if link == "stream":
        return told
    return chat.message(completion) if link == "message" else chat.usage(completion)


def fetch_request(probe, chain):
    """Return the body that the client really puts on the wire for this probe."""
    if "wire" not in chain.turn:
        client, tap = _connected(chain)
        chain.turn["wire"] = tap.rehearse(lambda: _call(client, probe, chain))
    return chain.turn["wire"]


def _connected(chain):
    if "client" not in RUNNING:
        tap = RUNNING["tap"] = Tap(chain.base_url)
        RUNNING["client"] = openai.OpenAI(base_url=tap.url + "/v1", api_key="unused", max_retries=0)
    return RUNNING["client"], RUNNING["tap"]


def _call(client, probe, chain):
    """Ask through the client; options that this release does not know go to `extra_body`."""
    request = chat.body(probe, chain)
    create = client.chat.completions.create
    known = inspect.signature(create).parameters
    told = {name: value for name, value in request.items() if name in known}
    extra = {name: value for name, value in request.items() if name not in known}
    return create(extra_body=extra or None, timeout=probe["seconds"] / 2, **told)


def _answer(probe, chain):
    client, _ = _connected(chain)
    if not probe["request"].get("stream"):
        return NOT_EXPOSED, _fields(_call(client, probe, chain))
    told = [_fields(chunk) for chunk in _call(client, probe, chain)]
    return chat.steady(told), chat.gathered(told)


def _fields(said):
    """Turn an object of the client into plain fields, those that were really sent."""
    dump = getattr(said, "model_dump", None) or said.dict
    return dump(exclude_unset=True)
