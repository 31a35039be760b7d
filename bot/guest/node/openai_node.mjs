// The `openai` client for Node, any release from 4.0: recorded answers are replayed to it.

import * as chat from "./chat.mjs";
import * as replay from "./replay.mjs";
import { plain } from "./wire.mjs";

const CHAT = "chat.completions.create";
const TOLD = [
  "content",
  "content.delta",
  "content.done",
  "refusal.delta",
  "refusal.done",
  "tool_calls.function.arguments.delta",
  "tool_calls.function.arguments.done",
  "functionCall",
  "message",
  "totalUsage",
];
const running = {};

export async function start() {
  const module = await import("openai");
  running.OpenAI = module.OpenAI ?? module.default;
  return {};
}

export const answers = (ask) => REPLAY.answers(ask);
export const show = (link, probe, chain) => REPLAY.show(link, probe, chain);
export const stop = () => replay.stop();

// Ask by the method that the probe names, and tell chats in the common form.
async function replayed(url, asked, events) {
  const client = replay.kept(asked, () => connected(url, asked.options ?? {}));
  const path = asked.call ?? CHAT;
  const call = replay.method(client, path);
  const request = asked.bare ? asked.request : { model: "tiny-chat", ...asked.request };
  if (path.includes("chat.completions.stream")) return helped(call(request), events);
  if (path === "responses.stream") return followed(call(request), events);
  const said = await called(call, path, request);
  if (!request.stream) {
    return path === CHAT ? replay.completion(plain(said)) : [chat.steady(fields(said)), null];
  }
  for await (const event of said) events.push(plain(event));
  return path === CHAT ? replay.gathered(events) : [null, null];
}

function connected(url, options) {
  return new running.OpenAI({
    baseURL: `${url}/v1`,
    apiKey: "unused",
    maxRetries: options.retries ?? 0,
    timeout: (options.timeout ?? 20) * 1000,
    defaultQuery: options.query,
  });
}

// Methods of this client take a name or an id as an argument of its own.
function called(call, path, request) {
  if (path === "models.list") return call();
  return path === "models.retrieve" ? call(request.model) : call(request);
}

// A page of a list holds the client as well; what it tells are its entries.
function fields(said) {
  return typeof said?.getPaginatedItems === "function"
    ? { object: said.object, data: plain(said.getPaginatedItems()) }
    : plain(said);
}

// Read a stream through the client's helper, which puts it together itself.
async function helped(stream, events) {
  for (const type of TOLD) {
    stream.on(type, (...words) => events.push({ type, told: words.map(plain) }));
  }
  return [chat.steady(plain(await stream.finalChatCompletion())), null];
}

async function followed(stream, events) {
  for await (const event of stream) events.push(plain(event));
  return [chat.steady(plain(await stream.finalResponse())), null];
}

const REPLAY = new replay.Replay(replayed, ["replay", "replay_openai"]);
