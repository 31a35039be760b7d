"""What a proof makes of an `answer`, a whole chat completion as plain fields; whoever fetched it.

It is the common form of `guest/chat.py`, so that a proof sees what a cell saw.
"""

from __future__ import annotations

MESSAGE = """choice = answer["choices"][0]
said = choice["message"]
seen = {"role": said["role"], "content": said.get("content")}
if said.get("reasoning_content") is not None:
    seen["reasoning"] = said["reasoning_content"]
if said.get("tool_calls"):
    calls = [call["function"] for call in said["tool_calls"]]
    seen["tool_calls"] = [
        {"name": call["name"], "arguments": json.loads(call["arguments"])} for call in calls
    ]
seen["finish_reason"] = choice["finish_reason"]
"""

USAGE = """told = answer["usage"]
seen = {name: told[name] for name in ("prompt_tokens", "completion_tokens")}
"""
