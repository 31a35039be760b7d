// The `ollama` client for Node, any release from 0.4: recorded answers of its server are replayed.
//
// Chats are told in the words of `guest/ollama.py`. Tools of functions and models of values are
// what Python has; this client knows neither.

import * as chat from "./chat.mjs";
import * as replay from "./replay.mjs";
import { plain } from "./wire.mjs";

const COUNTS = ["prompt_eval_count", "eval_count"];
const NAMELESS = ["list", "ps", "copy"]; // methods that ask about no model
const running = {};

export async function start() {
  running.Ollama = (await import("ollama")).Ollama;
  return {};
}

export const answers = (ask) => REPLAY.answers(ask);
export const show = (link, probe, chain) => REPLAY.show(link, probe, chain);
export const stop = () => replay.stop();

// Ask by the method that the probe names, and put a stream's messages together.
async function replayed(url, asked, events) {
  const client = replay.kept(asked, () => new running.Ollama({ host: url }));
  const path = asked.call ?? "chat";
  const request = wanted(asked.request);
  if (!NAMELESS.includes(path)) request.model ??= "tiny-chat";
  const said = await replay.method(client, path)(request);
  if (request.stream) {
    for await (const event of said) events.push(plain(event));
    const last = events.slice(-1);
    return [path === "chat" ? common(events, last[0] ?? {}) : last, counts(last)];
  }
  const told = plain(said);
  return path === "chat" ? [common([told], told), counts([told])] : [told, null];
}

// The client writes into what it is handed; what Python has to call `from_` is `from` here.
function wanted(request) {
  const { from_: from, ...rest } = structuredClone(request);
  return from === undefined ? rest : { from, ...rest };
}

// Tell messages in the common form, put together.
function common(events, last) {
  const [told, calls] = [{ role: null, content: null }, []];
  for (const message of events.map((each) => each.message ?? {})) {
    told.role = message.role || told.role;
    for (const [name, ours] of [["content", "content"], ["thinking", "reasoning"]]) {
      if (message[name] !== null && message[name] !== undefined) {
        told[ours] = (told[ours] ?? "") + message[name];
      }
    }
    calls.push(...(message.tool_calls ?? []).map((call) => chat.steady(call.function)));
    if (message.images?.length) told.images = message.images;
  }
  if (calls.length) told.tool_calls = calls;
  told.finish_reason = last.done_reason ?? null;
  return told;
}

function counts([last = {}]) {
  return Object.fromEntries(COUNTS.map((name) => [name, last[name] ?? null]));
}

const REPLAY = new replay.Replay(replayed, ["replay_ollama"]);
