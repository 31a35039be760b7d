"""`instructor` over the openai client: models as tools or as JSON, and what it asks again."""

import importlib

import instructor
from guest import replay, typed

AGAIN = 1  # how often a wrong answer is sent back


def start(_setup, _chain):
    """Return which release this is."""
    version = importlib.import_module("importlib.metadata").version
    return {"instructor": version("instructor"), "openai": version("openai")}


def _replayed(url, asked, _events):
    """Ask for a model, as a tool or as JSON."""
    if asked["kind"] == "function":
        raise replay.Beyond
    made = typed.made(asked["source"], asked["name"])
    mode = instructor.Mode.TOOLS if asked["kind"] == "tool" else instructor.Mode.JSON
    plain = replay.kept(asked, lambda: _client(url))
    patch = getattr(instructor, "from_openai", None) or instructor.patch
    client = patch(plain, mode=mode)
    request = dict({"model": "tiny-chat", "max_retries": AGAIN}, **asked["request"])
    said = client.chat.completions.create(response_model=made, **request)
    return typed.told(said), None


def _client(url):
    openai = importlib.import_module("openai")
    return openai.OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=20)


REPLAY = replay.Replay(_replayed, ("schema",))
answers, show, stop = REPLAY.answers, REPLAY.show, replay.stop
