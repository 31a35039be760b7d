"""`langchain-openai`: how the harness writes chats, tools and schemas, and what it reads."""

import importlib

import langchain_openai
from guest import replay, typed

ROLES = {"ai": "assistant", "AIMessageChunk": "assistant"}


def start(_setup, _chain):
    """Return which releases these are."""
    version = importlib.import_module("importlib.metadata").version
    names = ("langchain-openai", "langchain-core", "openai", "pydantic")
    return {name: version(name) for name in names}


def _replayed(url, asked, events):
    """Ask by the harness's own methods."""
    client = replay.kept(asked, lambda: _client(url, asked.get("options", {})))
    request = dict(asked["request"])
    messages, streamed = request.pop("messages"), request.pop("stream", None)
    request.pop("stream_options", None)
    if "source" in asked:
        return _typed(client, asked, messages)
    tools = request.pop("tools", None)
    ready = client.bind_tools(tools, **request) if tools else client.bind(**request)
    if not streamed:
        return _common(ready.invoke(messages))
    whole = None
    for piece in ready.stream(messages, stream_usage=True):
        events.append(_fields(piece))
        whole = piece if whole is None else whole + piece
    return _common(whole)


def _client(url, options):
    return langchain_openai.ChatOpenAI(
        model="tiny-chat",
        base_url=url + "/v1",
        api_key="unused",
        max_retries=options.get("retries", 0),
        timeout=options.get("timeout", 20),
        default_query=options.get("query"),
    )


def _typed(client, asked, messages):
    made = typed.made(asked["source"], asked["name"])
    if asked["kind"] == "answer":
        ready = client.with_structured_output(made, include_raw=False)
        return typed.told(ready.invoke(messages)), None
    return _common(client.bind_tools([made]).invoke(messages))


def _common(said):
    """Tell a message in the common form, with what the harness keeps beside it."""
    if said is None:
        return {"role": None, "content": None, "finish_reason": None}, None
    told = {"role": ROLES.get(said.type, said.type), "content": said.content}
    if said.tool_calls:
        told["tool_calls"] = [_call(each) for each in said.tool_calls]
    if said.invalid_tool_calls:
        told["invalid_tool_calls"] = [_call(each) for each in said.invalid_tool_calls]
    beside = {name: said.additional_kwargs[name] for name in said.additional_kwargs}
    beside.pop("tool_calls", None)
    told["reasoning"] = beside.pop("reasoning_content", None)
    if told["reasoning"] is None:
        del told["reasoning"]
    if any(value is not None for value in beside.values()):
        told["beside"] = beside
    told["finish_reason"] = said.response_metadata.get("finish_reason")
    return told, typed.told(getattr(said, "usage_metadata", None))


def _call(call):
    return {"name": call["name"], "arguments": call["args"]}


def _fields(piece):
    told = {"content": piece.content}
    for name in ("tool_call_chunks", "additional_kwargs", "usage_metadata"):
        if getattr(piece, name, None):
            told[name] = typed.told(getattr(piece, name))
    finish = piece.response_metadata.get("finish_reason")
    return dict(told, finish_reason=finish) if finish else told


REPLAY = replay.Replay(_replayed, ("replay", "schema"))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
