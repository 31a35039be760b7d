"""Several requests to one server: at once, and one after the other on one slot.

`request` is `{"rounds": [[body, ...], ...]}`: what stands in one round is sent at once, and a
round begins when the one before it has ended. A body is a chat, or `{"path", "body"}` for
another endpoint, with `"take"` for the fields of its answer that are told instead of its text;
with `"hang_up": N` the line is cut after N bytes of the answer. `canaries` names for each round
and place a text that nobody else may say.

    text      {"foreign canary": [[round, place, whose], ...]}: who heard what is another's
    message   the common form of each answer, round by round
    usage     the counts of each answer; with `"counts": true` of the request also how much of a
              prompt was remembered, from the second round on
"""

import http.client
import json
import threading
from urllib.parse import urlsplit

from guest import chat, http_client
from guest.wire import NOT_EXPOSED

LINKS = frozenset({"text", "message", "usage"})


def show(link, probe, chain):
    """Ask the engine of the stack itself, however many it serves at once."""
    return ask(link, probe, chain.base_url, chain)


def ask(link, probe, base_url, chain):
    """Send all rounds to `base_url` once; returns the value of `link`."""
    if not base_url:
        return NOT_EXPOSED
    if "neighbours" not in chain.turn:
        chain.turn["neighbours"] = _asked(probe, base_url, chain)
    return chain.turn["neighbours"][link]


def _asked(probe, base_url, chain):
    request, seconds = probe["request"], probe["seconds"] / 2
    told = [_round(each, base_url, seconds, chain) for each in request["rounds"]]
    answers = [[_said(each) for each in row] for row in told]
    heard = foreign(answers, request.get("canaries") or [])
    first = 1 if request.get("counts") else len(told)
    counts = [[_counts(each, at >= first) for each in row] for at, row in enumerate(told)]
    return {"text": {"foreign canary": heard}, "message": answers, "usage": counts}


def _said(told):
    """Return the common form of every choice, the text of a completion, or what went wrong."""
    choices = told.get("choices") if isinstance(told, dict) else None
    if not choices:
        return told.get("content", told) if isinstance(told, dict) else told
    said = [chat.message({"choices": [choice]}) for choice in choices]
    return said[0] if len(said) == 1 else said


def _counts(told, remembered):
    usage = (told.get("usage") if isinstance(told, dict) else None) or {}
    if not usage:
        return None
    counts = chat.usage({"usage": usage})
    if remembered:
        counts["cached_tokens"] = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    return counts


def _round(asked, base_url, seconds, chain):
    told = [None] * len(asked)

    def one(at):
        try:
            told[at] = _one(asked[at], base_url, seconds, chain)
        except (OSError, ValueError, http.client.HTTPException) as error:
            told[at] = {"error": type(error).__name__}
        except http_client.Refused as error:
            told[at] = {"error": str(error)}

    threads = [threading.Thread(target=one, args=(at,), daemon=True) for at in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return told


def _one(asked, base_url, seconds, chain):
    path = asked.get("path", http_client.CHAT)
    body = dict(asked.get("body", asked))
    body.pop("hang_up", None)
    if path == http_client.CHAT:
        body = chat.body({"request": body}, chain, alone=False)
    if "hang_up" in asked:
        return _hang_up(base_url, path, body, asked["hang_up"], seconds)
    if path != http_client.CHAT:
        told = http_client.post(base_url, path, body, seconds)
        if "take" in asked:
            return {"content": {name: told.get(name) for name in asked["take"]}}
        return {"content": told["content"]} if "content" in told else chat.steady(told)
    if body.get("stream"):
        return chat.gathered(http_client.events(base_url, path, body, seconds))
    return http_client.post(base_url, path, body, seconds)


def _hang_up(base_url, path, body, length, seconds):
    """Hear `length` bytes of the answer, and leave."""
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=seconds)
    try:
        content = json.dumps(body).encode("utf-8")
        connection.request("POST", path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read(length)
        return {"hung up": answer.status}
    finally:
        connection.close()


def foreign(answers, canaries):
    """Return `[round, place, whose]` for each answer that holds the canary of another."""
    return [
        [at, place, whose]
        for at, (row, own) in enumerate(zip(answers, canaries))  # noqa: B905 - not in Python 3.8
        for place, said in enumerate(row)
        for whose, canary in enumerate(own)
        if whose != place
        and canary != own[place]
        and canary in json.dumps(said, ensure_ascii=False)
    ]
