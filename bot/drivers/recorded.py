"""What lets a client read recorded bytes in a proof: a small server, and what became of them.

A client brings the text of a function `ask(url, events)`, which appends each event of a stream to
`events` as plain fields and returns the whole answer as plain fields.
"""

from __future__ import annotations

from textwrap import indent

from bot.core.model import Link, Probe
from bot.drivers.answers import GATHERED, MESSAGE, STEADY

_SERVER = """import base64
import gzip
import http.server
import random
import re
import threading
import time

ANSWERS = REQUEST["answer"] if isinstance(REQUEST["answer"], list) else [REQUEST["answer"]]
KEPT = "content-type accept accept-encoding authorization x-api-key anthropic-version".split()
KEPT += ["anthropic-beta", "openai-beta", "transfer-encoding"]
heard, cut = [], "whole"


def cut_up(whole):
    if isinstance(cut, dict):
        draw = random.Random(cut["random"])
        places = [at for at in range(1, len(whole)) if draw.random() < 0.08]
    elif isinstance(cut, list):
        places = cut
    else:
        step = {"whole": len(whole) or 1, "every": 1}.get(cut, cut)
        places = list(range(step, len(whole), step))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)])]


class Recorded(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        heard.append((self.command, self.path, dict(self.headers.items()), raw))
        answer = ANSWERS[min(len(heard), len(ANSWERS)) - 1]
        time.sleep(answer.get("wait", 0))
        self.close_connection = True
        try:
            self.say(answer, answer.get("framing", "length"), answer.get("end") == "short")
        except OSError:
            pass

    def say(self, answer, framing, short):
        body = answer.get("body", "")
        whole = base64.b64decode(body["base64"]) if isinstance(body, dict) else body.encode()
        whole = gzip.compress(whole, mtime=0) if answer.get("gzip") else whole
        self.send_response(answer.get("status", 200))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value.replace("{url}", url))
        if answer.get("gzip"):
            self.send_header("Content-Encoding", "gzip")
        if framing == "length":
            self.send_header("Content-Length", str(len(whole) + 64 * short))
        elif framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        if framing == "chunked":
            parts = [b"%x\\r\\n%s\\r\\n" % (len(part), part) for part in cut_up(whole) if part]
            self.wfile.write(b"".join(parts) + (b"" if short else b"0\\r\\n\\r\\n"))
            return
        for part in cut_up(whole):
            self.wfile.write(part)
            time.sleep(0.0002)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
"""
_ONCE = """cut, events = (REQUEST.get("cuts") or ["whole"])[0], []
"""
_MORE = """said = (answer["choices"][0].get("message") if told else None) or {}
for name in ("refusal", "function_call", "annotations", "audio"):
    if said.get(name):
        seen[name] = said[name]
"""
_EVERY = """kinds = []
for cut in REQUEST.get("cuts") or ["whole"]:
    heard.clear()
    events = []
    try:
        answer = ask(url, events)
{read}    except Exception as error:
        words = str(error).replace(url, "{{url}}")
        seen = {{
            "type": type(error).__name__,
            "message": re.sub(r"(?<=errors\\.pydantic\\.dev)/[0-9.]+| at 0x[0-9a-f]+", "", words),
            "status": getattr(error, "status_code", None),
            "cause": type(error.__cause__).__name__ if error.__cause__ else None,
        }}
        seen = {{"error": seen}}
    if seen not in [kind["seen"] for kind in kinds]:
        kinds.append({{"cut": cut, "seen": seen}})
seen = kinds[0]["seen"] if len(kinds) == 1 else {{"depends on where it is cut": kinds}}
"""
_TRIED = """try:
    answer = ask(url, events)
except Exception:
    pass
"""
_HEARD = """def written(raw):
    for ascii_only in (False, True):
        for name, between in (("compact", (",", ":")), ("spaced", (", ", ": "))):
            value = json.loads(raw)
            if json.dumps(value, ensure_ascii=ascii_only, separators=between).encode() == raw:
                return name + " plain" * (raw.isascii() and not ascii_only)
    return "other"


method, path, headers, raw = heard[0]
kept = {name: value for name, value in headers.items() if name.lower() in KEPT}
seen = {"method": method, "path": path, "arrived": len(heard)}
seen["headers"] = {name.lower(): value for name, value in kept.items()}
seen.update(body=json.loads(raw), written=written(raw))
later = [json.loads(each[3]) for each in heard[1:]]
if any(body != seen["body"] for body in later):
    seen["later"] = later
"""


def replayed(ask: str, probe: Probe, link: Link) -> str:
    """Show `link` of a recorded chat that the client's function `ask` reads."""
    request = probe.request if isinstance(probe.request, dict) else {}
    chat, start = request.get("request"), f"{_SERVER}\n{ask}\n\n"
    streamed = isinstance(chat, dict) and bool(chat.get("stream"))
    if link is Link.STREAM:
        return start + _ONCE + _TRIED + STEADY if streamed else ""
    if link is Link.REQUEST:
        return start + _ONCE + _TRIED + _HEARD
    gathered = GATHERED if streamed else ""
    if link is Link.USAGE:
        asked = "answer = ask(url, events)\n"
        return start + _ONCE + asked + gathered + 'seen = answer.get("usage")\n'
    read = indent(gathered + MESSAGE + _MORE, " " * 8)
    return start + _EVERY.format(read=read) if link is Link.MESSAGE else ""
