"""The `openai` client, any release from 1.0: plain and streamed chat through its own objects.

Before an engine it is asked `chat`. Without one, recorded answers are replayed to it: `replay`
for chats, `replay_openai` for the rest of its methods, `schema` for tools made of Python types.
"""

import inspect
import json
import os
import platform

import openai
from guest import chat, http_client, replay, typed
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
    replay.stop()


def answers(ask):
    """Name the links of a chat that a client sees."""
    return LINKS if ask == "chat" else REPLAY.answers(ask)


def show(link, probe, chain):
    """Rehearse the request first; then send it once and hand out what the client says."""
    if probe["ask"] != "chat":
        return REPLAY.show(link, probe, chain)
    if link == "request":
        return fetch_request(probe, chain)
    if chain.last not in http_client.READ:
        return NOT_EXPOSED
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
    create = client.chat.completions.create
    told = _known(create, chat.body(probe, chain))
    return create(timeout=probe["seconds"] / 2, **told)


def _known(call, request):
    """Return the arguments of a call, with what this release does not name in `extra_body`."""
    names = inspect.signature(call).parameters
    told = {name: value for name, value in request.items() if name in names}
    extra = {name: value for name, value in request.items() if name not in names}
    return dict(told, extra_body=extra) if extra else told


def _answer(probe, chain):
    client = _fed(probe, chain) if chain.given else _connected(chain)[0]
    if not probe["request"].get("stream"):
        return NOT_EXPOSED, _fields(_call(client, probe, chain))
    told = [_fields(chunk) for chunk in _call(client, probe, chain)]
    return chat.steady(told), chat.gathered(told)


def _fed(probe, chain):
    """Return a client that gets the answer to the given request, or the given stream."""
    if chain.last == "stream":
        answer = replay.streamed(chain.value("stream", probe))
    else:
        content = json.dumps(chat.wire(probe, chain)).encode("utf-8")
        asked = (chain.base_url, "POST", http_client.CHAT, content, probe["seconds"] / 2)
        answer = replay.recorded(*http_client.exchange(*asked))
    url = replay.before(answer)
    return replay.kept({}, lambda: _client(url, {}))


def _fields(said):
    """Turn an object of the client into plain fields, those that were really sent."""
    if isinstance(said, list):
        return [_fields(each) for each in said]
    if isinstance(said, (bytes, str, int, float, type(None), dict)):
        return said
    dump = getattr(said, "model_dump", None) or getattr(said, "dict", None)
    return dump(exclude_unset=True) if dump else repr(type(said).__name__)


def _replayed(url, asked, events):
    """Ask by the method that the probe names, and tell chats in the common form."""
    client = replay.kept(asked, lambda: _client(url, asked.get("options", {})))
    if "source" in asked:
        return _typed(client, asked)
    path = asked.get("call", "chat.completions.create")
    own = {} if asked.get("bare") else {"model": "tiny-chat"}
    request = dict(own, **asked["request"])
    call = replay.method(client, path)
    said = call(**_known(call, request))
    if hasattr(said, "__enter__") and not hasattr(said, "__next__"):
        return _helped(said, events)
    if not request.get("stream"):
        told = _fields(said)
        is_chat = path == "chat.completions.create"
        return replay.completion(told) if is_chat else (chat.steady(told), None)
    for event in said:
        events.append(_fields(event))
    return replay.gathered(events) if path == "chat.completions.create" else (None, None)


def _client(url, options):
    return openai.OpenAI(
        base_url=url + "/v1",
        api_key="unused",
        max_retries=options.get("retries", 0),
        timeout=options.get("timeout", 20),
        default_query=options.get("query"),
    )


def _helped(manager, events):
    """Read a stream through the client's helper, which puts it together itself."""
    with manager as stream:
        for event in stream:
            told = _fields(event)
            events.append({name: told[name] for name in told if name not in ("chunk", "response")})
        final = getattr(stream, "get_final_completion", None) or stream.get_final_response
        return chat.steady(_fields(final())), None


def _typed(client, asked):
    """Let the client make a schema of a Python type: of a tool, or of the whole answer."""
    if asked["kind"] == "function":
        raise replay.Beyond
    made, request = typed.made(asked["source"], asked["name"]), dict(asked["request"])
    request.setdefault("model", "tiny-chat")
    if asked["kind"] == "tool":
        request["tools"] = [openai.pydantic_function_tool(made)]
    else:
        request["response_format"] = made
    completions = client.chat.completions
    parse = getattr(completions, "parse", None) or client.beta.chat.completions.parse
    said = parse(**request).choices[0].message
    calls = [typed.told(call.function.parsed_arguments) for call in said.tool_calls or []]
    return {"parsed": typed.told(said.parsed), "calls": calls}, None


REPLAY = replay.Replay(_replayed, ("replay", "replay_openai", "schema"))
