"""Upgrades of real packages that broke something, and some that did not: known answers.

Intervals are facts of the releases, found by trying them; the programs are ours. Each is set
among ten small packages that moved as well, and none of which is guilty.
"""

from __future__ import annotations

from dataclasses import dataclass

HAY = {
    "attrs": ("21.2.0", "21.4.0"),
    "blinker": ("1.3", "1.4"),
    "cachetools": ("4.2.4", "5.0.0"),
    "colorama": ("0.4.3", "0.4.4"),
    "decorator": ("5.0.9", "5.1.1"),
    "iniconfig": ("1.0.1", "1.1.1"),
    "itsdangerous": ("2.0.1", "2.1.0"),
    "pluggy": ("0.13.1", "1.0.0"),
    "sortedcontainers": ("2.3.0", "2.4.0"),
    "toolz": ("0.11.1", "0.11.2"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What stood before and after, until which day releases count, and who is guilty from when."""

    name: str
    good: str
    bad: str
    day: str
    program: str
    culprits: dict[str, tuple[str, str]]


def _upgrade(name: str, moves: str, day: str, program: str, **culprits: str) -> Upgrade:
    """Read `moves`, a line of `PACKAGE==VERSION` or `PACKAGE==OLD->NEW`, and `OLD->NEW`."""
    pairs = [move.partition("==")[::2] for move in moves.split()]
    both = [(package, *versions.split("->")) for package, versions in pairs]
    return Upgrade(
        name=name,
        good=" ".join(f"{package}=={versions[0]}" for package, *versions in both),
        bad=" ".join(f"{package}=={versions[-1]}" for package, *versions in both),
        day=day,
        program=f"import json\n{program}\n",
        culprits={
            package.replace("_", "-"): (span.partition("->")[0], span.partition("->")[2])
            for package, span in culprits.items()
        },
    )


_CLIENT = """import openai
client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")
print(json.dumps(type(client).__name__))"""
_PORTAL = """from starlette.applications import Starlette
from starlette.testclient import TestClient
with TestClient(Starlette()) as client:
    print(json.dumps(client.get("/").status_code))"""
_LINES = """import httpx
reply = httpx.Response(200, content=b"data: one\\n\\ndata: two\\n")
print(json.dumps(list(reply.iter_lines())))"""
_NAN = """import httpx
request = httpx.Request("POST", "http://a.example", json={"logprob": float("nan")})
print(json.dumps(request.read().decode()))"""
_QUERY = """import httpx
request = httpx.Request("GET", "http://a.example/models?page=2", params={"size": "10"})
print(json.dumps(str(request.url)))"""
_FIELD = """from pydantic import BaseModel, Field
class Unit(BaseModel):
    name: str
class Call(BaseModel):
    unit: Unit = Field(description="of the answer")
print(json.dumps(Call.model_json_schema()))"""
_LITERAL = """from typing import Literal
from pydantic import BaseModel
class Call(BaseModel):
    unit: Literal["celsius"]
print(json.dumps(Call.model_json_schema()))"""
_DECIMAL = """from decimal import Decimal
from pydantic import TypeAdapter
print(json.dumps(TypeAdapter(Decimal).json_schema()))"""
_GRAMMAR = """from decimal import Decimal
import llguidance
from pydantic import TypeAdapter
schema = json.dumps(TypeAdapter(Decimal).json_schema())
print(json.dumps(len(llguidance.JsonCompiler().compile(schema)) > 0))"""
_MERGES = """from tokenizers import Tokenizer, models
model = models.BPE(vocab={"a": 0, "b": 1, "ab": 2}, merges=[("a", "b")])
print(json.dumps(json.loads(Tokenizer(model).to_str())["model"]["merges"]))"""
_MODELFILE = """import ollama
try:
    ollama.Client(host="http://127.0.0.1:9").create(model="own", modelfile="FROM llama3")
except (ConnectionError, OSError) as error:
    print(json.dumps("asked"))
except Exception as error:
    if type(error).__name__ != "ConnectError":
        raise
    print(json.dumps("asked"))"""
_SHARED = """import numpy, safetensors.numpy
matrix = numpy.arange(6.0).reshape(2, 3).T
print(json.dumps(safetensors.numpy.load(safetensors.numpy.save({"w": matrix}))["w"].tolist()))"""
_ENCODER = """from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
print(json.dumps(type(MistralTokenizer.v3()).__name__))"""

UPGRADES = (
    _upgrade(
        "openai-httpx-proxies", "openai==1.54.0 httpx==0.27.2->0.28.0", "2024-12-10",
        _CLIENT, httpx="0.27.2->0.28.0",
    ),
    _upgrade(
        "starlette-anyio-portal", "starlette==0.20.4 requests==2.31.0 anyio==3.6.2->4.0.0",
        "2023-10-01", _PORTAL, anyio="3.7.1->4.0.0",
    ),
    _upgrade(
        "jinja2-markupsafe-soft", "jinja2==2.11.3 markupsafe==2.0.1->2.1.1", "2022-04-10",
        "import jinja2\nprint(json.dumps(jinja2.Template('{{ 1 }}').render()))",
        markupsafe="2.0.1->2.1.1",  # 2.1.0 has no wheel for this Python
    ),
    _upgrade(
        "jinja2-contextfilter", "jinja2==3.0.1->3.1.1", "2022-04-10",
        "from jinja2 import contextfilter\nprint(json.dumps(contextfilter.__name__))",
        jinja2="3.0.3->3.1.0",
    ),
    _upgrade(
        "httpx-lines", "httpx==0.23.0->0.24.1", "2023-07-01", _LINES, httpx="0.23.3->0.24.0"
    ),
    _upgrade("httpx-nan", "httpx==0.27.0->0.28.1", "2024-12-20", _NAN, httpx="0.27.2->0.28.0"),
    _upgrade("httpx-query", "httpx==0.26.0->0.28.1", "2024-12-20", _QUERY, httpx="0.27.2->0.28.0"),
    _upgrade(
        "toolbelt-urllib3", "requests-toolbelt==0.10.1 requests==2.31.0 urllib3==1.26.16->2.0.7",
        "2023-12-01", "import requests_toolbelt\nprint(json.dumps(requests_toolbelt.__title__))",
        urllib3="1.26.18->2.0.0",
    ),
    _upgrade(
        "minijinja-tojson", "minijinja==2.20.0->3.0.0", "2026-11-15",
        "import minijinja\nenv = minijinja.Environment()\n"
        "print(json.dumps(env.render_str('{{ x|tojson }}', x={'a': [1, 2]})))",
        minijinja="2.24.0->3.0.0",
    ),
    _upgrade(
        "minijinja-repr", "minijinja==1.0.13->2.0.1", "2024-05-20",
        "import minijinja\nenv = minijinja.Environment()\n"
        "print(json.dumps(env.render_str('{{ x }}', x=['a', True, None])))",
        minijinja="1.0.16->2.0.1",
    ),
    _upgrade(
        "pydantic-reference", "pydantic==2.8.0->2.9.1", "2024-10-01", _FIELD,
        pydantic="2.8.2->2.9.0",
    ),
    _upgrade(
        "pydantic-literal", "pydantic==2.9.0->2.10.0", "2024-12-01", _LITERAL,
        pydantic="2.9.2->2.10.0",
    ),
    _upgrade(
        "pydantic-decimal", "pydantic==2.11.8->2.12.0", "2025-11-01", _DECIMAL,
        pydantic="2.11.10->2.12.0",
    ),
    _upgrade(
        "pydantic-llguidance-decimal", "llguidance==0.4.1->0.5.1 pydantic==2.11.10->2.12.0",
        "2025-11-01", _GRAMMAR, llguidance="0.5.0->0.5.1", pydantic="2.11.10->2.12.0",
    ),
    _upgrade(
        "tiktoken-finetuned", "tiktoken==0.7.0->0.9.0", "2025-03-01",
        "import tiktoken\nprint(json.dumps(tiktoken.encoding_name_for_model('ft:gpt-4o:mine')))",
        tiktoken="0.8.0->0.9.0",
    ),
    _upgrade(
        "tokenizers-merges", "tokenizers==0.19.1->0.20.0", "2024-09-01", _MERGES,
        tokenizers="0.19.1->0.20.0",
    ),
    _upgrade(
        "partial-json-trailing", "partial-json-parser==0.2.1.post1->0.2.1.1.post1", "2024-06-01",
        "import partial_json_parser\nprint(json.dumps(partial_json_parser.loads('{\"a\": 1} ok')))",
        partial_json_parser="0.2.1.post1->0.2.1.1.post1",
    ),
    _upgrade(
        "ollama-modelfile", "ollama==0.4.2->0.4.6", "2025-01-20", _MODELFILE,
        ollama="0.4.5->0.4.6",
    ),
    _upgrade(
        "openai-module", "openai==0.28.0->1.0.1", "2023-11-10",
        "import openai\nprint(json.dumps(openai.ChatCompletion.OBJECT_NAME))",
        openai="0.28.1->1.0.0",
    ),
    _upgrade(
        "safetensors-layout", "safetensors==0.6.2->0.8.0 numpy==1.26.4", "2026-06-20", _SHARED,
        safetensors="0.7.0->0.8.0",
    ),
    _upgrade(
        "numpy-repr", "numpy==1.26.3->2.0.1", "2024-08-01",
        "import numpy\nprint(json.dumps(repr(numpy.float64(0.5))))", numpy="1.26.4->2.0.0",
    ),
    _upgrade(
        "packaging-legacy", "packaging==21.0->23.0", "2023-02-01",
        "from packaging.version import LegacyVersion\nprint(json.dumps(str(LegacyVersion('x'))))",
        packaging="21.3->22.0",
    ),
    _upgrade("still-openai", "openai==1.55.3 httpx==0.27.2->0.28.0", "2024-12-10", _CLIENT),
    _upgrade("still-httpx", "httpx==0.27.0->0.27.2", "2024-10-01", _LINES),
    _upgrade("still-pydantic", "pydantic==2.9.0->2.9.2", "2024-12-01", _FIELD),
    _upgrade(
        "clock", "jinja2==3.1.0->3.1.4", "2024-06-01",
        "import jinja2, time\nprint(json.dumps(time.time_ns()))",
    ),
    _upgrade(
        "place", "jinja2==3.1.0->3.1.4", "2024-06-01",
        "import jinja2\nprint(json.dumps(jinja2.__file__))",
    ),
)  # fmt: skip
