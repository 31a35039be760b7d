"""`pydantic-ai` with a model of OpenAI's form: its tools, its outputs, and what it asks again."""

import asyncio
import importlib

import pydantic_ai
from guest import replay, typed


def start(_setup, _chain):
    """Return which releases these are."""
    version = importlib.import_module("importlib.metadata").version
    names = ("pydantic-ai-slim", "openai", "pydantic")
    return {name: version(name) for name in names}


def _replayed(url, asked, events):
    """Run an agent on the last thing that the user says."""
    request = asked["request"]
    said = request["messages"][-1:] or [{}]
    plain = isinstance(said[0].get("content"), str) and set(request) <= {
        "messages", "stream", "stream_options", "temperature"}  # fmt: skip
    if not plain:
        raise replay.Beyond
    model, options = _model(url, asked), {}
    if "source" in asked:
        options = _options(asked, typed.made(asked["source"], asked["name"]))
    agent = pydantic_ai.Agent(model, **options)
    if request.get("stream"):
        return asyncio.run(_streamed(agent, said[0]["content"], events))
    ran = agent.run_sync(said[0]["content"])
    return _told(ran)


def _model(url, asked):
    """Make the model by the names that this release has for it."""
    options = asked.get("options", {})
    openai = importlib.import_module("openai")
    models = importlib.import_module("pydantic_ai.models.openai")
    client = openai.AsyncOpenAI(
        base_url=url + "/v1",
        api_key="unused",
        max_retries=options.get("retries", 0),
        timeout=options.get("timeout", 20),
    )
    make = getattr(models, "OpenAIChatModel", None) or models.OpenAIModel
    try:
        providers = importlib.import_module("pydantic_ai.providers.openai")
    except ImportError:
        return make("tiny-chat", openai_client=client)
    return make("tiny-chat", provider=providers.OpenAIProvider(openai_client=client))


def _options(asked, made):
    """Hand a function over as a tool, and a model as what comes out."""
    if asked["kind"] == "function":
        return {"tools": [made]}
    native = getattr(pydantic_ai, "NativeOutput", None)
    if asked["kind"] == "answer" and native is None:
        raise replay.Beyond
    parameters = importlib.import_module("inspect").signature(pydantic_ai.Agent).parameters
    name = "output_type" if "output_type" in parameters else "result_type"
    return {name: native(made) if asked["kind"] == "answer" else made}


def _told(ran):
    value = ran.output if hasattr(ran, "output") else ran.data
    counts = ran.usage
    return {"role": "assistant", "content": typed.told(value)}, _counts(counts)


def _counts(usage):
    told = usage() if callable(usage) else usage
    names = ("requests", "input_tokens", "output_tokens", "request_tokens", "response_tokens")
    return {name: getattr(told, name) for name in names if hasattr(told, name)}


async def _streamed(agent, prompt, events):
    async with agent.run_stream(prompt) as ran:
        read = getattr(ran, "stream_text", None) or ran.stream
        whole = ""
        async for part in read(delta=True, debounce_by=None):
            events.append({"text": part})
            whole += part
        return {"role": "assistant", "content": whole}, _counts(ran.usage)


REPLAY = replay.Replay(_replayed, ("replay", "schema"))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
