"""What a request of OpenAI's dialect is in the generation settings of OpenVINO GenAI."""

import json
import re

import openvino_genai as genai
from guest.inside import LIMIT

DEVICES = {"openvino-gpu": "GPU", "openvino-npu": "NPU"}  # OpenVINO's words for our backends
SAME = ("top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "ignore_eos")
RENAMED = {
    "max_tokens": "max_new_tokens",
    "max_completion_tokens": "max_new_tokens",
    "repeat_penalty": "repetition_penalty",
    "seed": "rng_seed",
    "n": "num_return_sequences",
}
UNHEARD = frozenset(
    {
        "messages",
        "tools",
        "model",
        "stream",
        "stream_options",
        "logprobs",
        "top_logprobs",
        "cache_prompt",
        "id_slot",
        "user",
        "temperature",
        "stop",
        "response_format",
        "reasoning_format",
        "chat_template_kwargs",
    }
)


def device_of(setup):
    """Return OpenVINO's word for the device of the backend that `setup` names."""
    return DEVICES.get(setup.get("backend"), "CPU")


def exact(device):
    """Return the properties with which `device` computes in float32."""
    precise = {"INFERENCE_PRECISION_HINT": "f32"}
    alone = {"KV_CACHE_PRECISION": "f32", "INFERENCE_NUM_THREADS": 1}
    return dict(precise, **alone) if device == "CPU" else precise


def loaded(running):
    """Return a pipeline of the folder on the device."""
    device = running["device"]
    return genai.LLMPipeline(running["folder"], device, **exact(device))


def batched(running, plan):
    """Return a pipeline for many requests at once, as `plan` says."""
    device = running["device"]
    return genai.ContinuousBatchingPipeline(running["folder"], plan, device, exact(device))


def named(openvino, device):
    """Return our word for a device that was loaded, and the name that its plug-in tells."""
    ours = next((name for name, theirs in DEVICES.items() if theirs == device), "cpu")
    try:
        return "{}: {}".format(ours, openvino.Core().get_property(device, "FULL_DEVICE_NAME"))
    except RuntimeError:
        return ours


SOURCE = re.compile(r"[^\s']+\.(cc|cpp|hpp|h):\d+")
CLOCK = re.compile(r"\[\d\d:\d\d:\d\d\] ")
SIGNATURES = re.compile(r"\. The following argument types|\n\nInvoked with")


def said(error, folder):
    """Return the words of an error: no places in sources or memory, no times, no signatures."""
    words = SIGNATURES.split(CLOCK.sub("", str(error)))[0]
    return SOURCE.sub("SOURCE", words.replace(folder or "\0", "MODEL")).strip()


class Unsayable(Exception):  # noqa: N818 - reads as what it is
    """The settings of this release have no word for a part of the request."""


def settings(request):
    """Return a request as settings, and what its template gets beside. Raises `Unsayable`."""
    request = {name: value for name, value in request.items() if value is not None}
    words = {"max_new_tokens": LIMIT}
    words.update((name, request[name]) for name in SAME if name in request)
    words.update((word, request[name]) for name, word in RENAMED.items() if name in request)
    if request.keys() - {*SAME, *RENAMED, *UNHEARD}:
        raise Unsayable(sorted(request))
    if request.get("temperature"):
        words.update(do_sample=True, temperature=request["temperature"])
    if request.get("stop") is not None:
        stops = request["stop"]
        words["stop_strings"] = {stops} if isinstance(stops, str) else set(stops)
    if "response_format" in request:
        words.update(_shape(request["response_format"]))
    if "reasoning_format" in request:
        words.update(_thoughts(request["reasoning_format"]))
    return words, request.get("chat_template_kwargs")


def _shape(told):
    if told.get("type") == "text":
        return {}
    schema = told["json_schema"]["schema"] if "json_schema" in told else {"type": "object"}
    return guided("json_schema", json.dumps(schema))


def guided(kind, text):
    """Return the settings that hold an answer to a schema, an expression or a grammar."""
    if not hasattr(genai, "StructuredOutputConfig"):
        raise Unsayable(kind)
    return {"structured_output_config": genai.StructuredOutputConfig(**{kind: text})}


def _thoughts(told):
    if told == "none":
        return {}
    if told != "deepseek" or not hasattr(genai, "ReasoningParser"):
        raise Unsayable(told)
    return {"parsers": [genai.ReasoningParser()]}


def refined(told, words):
    """Set `words` on a generation config. Raises `Unsayable` where it has no such setting.

    A template is not applied to what is a prompt already, in releases that would.
    """
    for name, value in words.items():
        if name == "apply_chat_template":
            if hasattr(told, name):
                told.apply_chat_template = False
        elif not hasattr(told, name):
            raise Unsayable(name)
        else:
            setattr(told, name, value)
    return told
