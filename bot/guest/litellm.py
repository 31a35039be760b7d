"""`litellm`: chats that it takes in OpenAI's form and sends to engines in the forms of several.

Recorded answers are replayed to it in OpenAI's, Anthropic's and Ollama's forms; what it makes of
each is told in OpenAI's.
"""

import importlib
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # it would fetch one while it is imported

import litellm
from guest import replay, typed

MODELS = {
    "replay": "openai/tiny-chat",
    "schema": "openai/tiny-chat",
    "replay_anthropic": "anthropic/claude-3-5-sonnet-20240620",
    "replay_ollama": "ollama_chat/tiny-chat",
}
CHATS = (None, "messages.create", "chat")


def start(_setup, _chain):
    """Return which release this is."""
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    version = importlib.import_module("importlib.metadata").version
    return {"litellm": version("litellm"), "openai": version("openai")}


def _asking(ask):
    """Return how to ask for one form of an engine's answers."""

    def replayed(url, asked, events):
        if asked.get("call") not in CHATS or asked.get("kind") == "function":
            raise replay.Beyond
        options, request = asked.get("options", {}), dict(asked["request"])
        request.update(model=MODELS[ask], api_key="unused", timeout=options.get("timeout", 20))
        request.update(max_retries=options.get("retries", 0))
        request.update(api_base=url + "/v1" if "openai/" in MODELS[ask] else url)
        if "source" in asked:
            made = typed.made(asked["source"], asked["name"])
            if asked["kind"] == "answer":
                request["response_format"] = made
            else:
                request["tools"] = [_tool(made)]
        said = litellm.completion(**request)
        if not request.get("stream"):
            return replay.completion(_fields(said))
        for event in said:
            events.append(_fields(event))
        return replay.gathered(events)

    return replayed


def _tool(made):
    schema = made.model_json_schema()
    return {"type": "function", "function": {"name": made.__name__, "parameters": schema}}


def _fields(said):
    """Turn its objects into plain fields; most of those that are empty were never sent."""
    told = said.model_dump() if hasattr(said, "model_dump") else said
    return _full(told)


def _full(value):
    if isinstance(value, dict):
        return {name: _full(each) for name, each in value.items() if each is not None}
    return [_full(each) for each in value] if isinstance(value, list) else value


stop = replay.stop
REPLAYS = [replay.Replay(_asking(ask), (ask,)) for ask in MODELS]


def answers(ask):
    """Name the links that its one way for this kind of question can show."""
    return frozenset().union(*(each.answers(ask) for each in REPLAYS))


def show(link, probe, chain):
    """Show the link by that way."""
    one = next(each for each in REPLAYS if probe["ask"] in each.asks)
    return one.show(link, probe, chain)
