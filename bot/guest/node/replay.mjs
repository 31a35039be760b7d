// The links of a recorded answer, as the client of the cell asks for it and makes sense of it.
//
// What a probe's `request` holds is told in `guest/replay.py`. A client's module makes a `Replay`
// of one function `call(url, asked, events)`, which appends each event of a stream to `events` as
// plain fields and returns the message and the counts. A client is kept from one answer to the
// next, as programs do: see `kept`.

import * as chat from "./chat.mjs";
import { Server } from "./replay_server.mjs";
import { NOT_EXPOSED, plain } from "./wire.mjs";

const LINKS = ["request", "stream", "message", "usage"];
const shared = { server: null, clients: new Map() };

// The client has no way to ask this: there is nothing to see at any link.
export class Beyond extends Error {}

// What a client raised, in its own words.
class Failed extends Error {
  constructor(run) {
    const told = run.error
      ? run.words()
      : { type: "LookupError", message: "the client sent nothing" };
    super(told.message);
    this.messageOfFailure = `${told.type}: ${told.message}`;
  }
}

// One client before the recorded answers; brings `answers` and `show` of a module.
export class Replay {
  constructor(call, asks) {
    [this.call, this.asks] = [call, asks];
  }

  answers(ask) {
    return this.asks.includes(ask) ? LINKS : [];
  }

  // Let the client ask once for each cut, and hand out link by link what became of it.
  async show(link, probe, chain) {
    chain.turn.runs ??= await this.runs(probe.request);
    const { runs } = chain.turn;
    if (runs[0].error instanceof Beyond) return NOT_EXPOSED;
    return this[link](runs, probe.request);
  }

  async runs(probed) {
    const asked = { ...probed, request: numbers(probed.request) };
    const answers = Array.isArray(asked.answer) ? asked.answer : [asked.answer];
    shared.server ??= await Server.listening();
    const found = [];
    for (const cut of asked.cuts ?? ["whole"]) {
      shared.server.play(answers, cut);
      const run = new Run(shared.server);
      await run.ask(this.call, asked);
      found.push(run);
    }
    return found;
  }

  // The first request, how many there were, and what later ones said that it did not.
  request(runs) {
    const { heard } = runs[0];
    if (!heard.length) throw new Failed(runs[0]);
    const told = { ...heard[0], arrived: heard.length };
    const later = heard.slice(1).map((each) => each.body ?? null);
    const first = JSON.stringify(told.body ?? null);
    if (later.some((body) => JSON.stringify(body) !== first)) told.later = later;
    return told;
  }

  stream(runs, asked) {
    const streamed = asked.request.stream || runs[0].events.length > 0;
    return streamed ? chat.steady(runs[0].events) : NOT_EXPOSED;
  }

  // The message; where cuts make a difference, every one that there was, with its cut.
  message(runs, asked) {
    const kinds = new Map();
    runs.forEach((run, nth) => {
      const seen = run.error ? { error: run.words() } : run.message;
      const key = JSON.stringify(seen);
      if (!kinds.has(key)) kinds.set(key, { cut: asked.cuts?.[nth] ?? "whole", seen });
    });
    const told = [...kinds.values()];
    if (told.length > 1) return { "depends on where it is cut": told };
    if (runs[0].error && !asked.raises) throw new Failed(runs[0]);
    return told[0].seen;
  }

  usage(runs) {
    return runs[0].usage ?? NOT_EXPOSED;
  }
}

// What became of one question: requests heard, events seen, message and counts or an error.
class Run {
  constructor(server) {
    this.server = server;
    [this.events, this.error, this.message, this.usage] = [[], null, null, null];
  }

  async ask(call, asked) {
    const events = [];
    try {
      const [message, usage] = await call(this.server.url, asked, events);
      [this.message, this.usage] = [plain(message), plain(usage)];
    } catch (error) {
      this.error = error;
    }
    [this.heard, this.events] = [[...this.server.heard], plain(events)];
  }

  // Tell the error: its class, its words, the status and the cause that it carries.
  words() {
    const { error } = this;
    return {
      type: error?.constructor?.name ?? typeof error,
      message: String(error?.message ?? error).replaceAll(this.server.url, "{url}"),
      status: error?.status ?? null,
      cause: error?.cause?.constructor?.name ?? null,
    };
  }
}

// Return message and counts of a stream of chat chunks; neither where they do not add up.
export function gathered(events) {
  try {
    return completion(chat.gathered(events));
  } catch (error) {
    if (error instanceof TypeError) return [NOT_EXPOSED, null];
    throw error;
  }
}

// Return message and counts of a chat completion told as plain fields, oddities included.
export function completion(fields) {
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) {
    return [{ odd: fields }, null];
  }
  const told = chat.message(fields);
  const first = fields.choices?.[0];
  for (const name of ["refusal", "function_call", "annotations", "audio", "parsed"]) {
    if (first?.message?.[name]) told[name] = first.message[name];
  }
  return [told, fields.usage ?? null];
}

// Return the method at a dotted path of a client, bound, the first of `a.b|c.b` that it has.
export function method(client, path) {
  for (const each of path.split("|")) {
    const names = each.split(".");
    const owner = names.slice(0, -1).reduce((inner, name) => inner?.[name], client);
    const found = owner?.[names.at(-1)];
    if (typeof found === "function") return found.bind(owner);
  }
  throw new Beyond(`this release has no ${path}`);
}

// Return `value` with the numbers that JSON cannot carry: `{"$": "nan"}` is one.
function numbers(value) {
  if (Array.isArray(value)) return value.map(numbers);
  if (value === null || typeof value !== "object") return value;
  if (Object.keys(value).join() === "$") return Number(value.$.replace("inf", "Infinity"));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbers(each)]));
}

// Return the client for these options; `make()` makes it for the first who asks.
export function kept(asked, make) {
  const key = JSON.stringify(asked.options ?? {});
  if (!shared.clients.has(key)) shared.clients.set(key, make());
  return shared.clients.get(key);
}

// Let go of the server and of the clients.
export function stop() {
  shared.clients.clear();
  shared.server?.close();
  shared.server = null;
}
