// The package `@huggingface/transformers`, any release from 3.0: template, tokenizer and engine.
//
// The model is read from its folder as it lies, and from nowhere else. A message is what decoding
// gives: the library takes no tool calls or thoughts out of it. A request with words that this
// interface has no place for shows no message. Chance draws the same numbers in every release. What
// is no chat is asked in `huggingface_transformers_calls.mjs`.

import { basename, dirname } from "node:path";
import * as calls from "./huggingface_transformers_calls.mjs";
import { rendered } from "./huggingface_jinja.mjs";
import * as room from "./huggingface_transformers_room.mjs";
import { NOT_EXPOSED, textOf } from "./wire.mjs";

const { running } = room;
const NOBODY = [{ role: "user", content: "" }]; // for templates that read no messages
const TOP = 5;
const LIMIT = 256; // generated ids where the request does not say
const PLACES = ["temperature", "top_k", "top_p", "min_p", "typical_p"];
const TAKEN = new Set([
  ...PLACES,
  "messages",
  "tools",
  "documents",
  "chat_template_kwargs",
  "max_tokens",
  "max_completion_tokens",
  "seed",
  "stream",
]);

export async function start(setup, chain) {
  await room.open(setup);
  chain.model = "tiny-chat";
  return { "transformers.js": running.library.env.version, model: basename(dirname(setup.config)) };
}

export function stop() {}

const SHOWN = {
  encode: {
    prompt_ids: ({ request }) => (request.calls ? NOT_EXPOSED : encoded(request)),
    text: ({ request }) => (request.calls ? NOT_EXPOSED : decoded(request)),
  },
  render: {
    prompt: ({ request }) =>
      rendered(request, ({ messages = NOBODY, ...context }) =>
        running.tokenizer.apply_chat_template(messages, {
          chat_template: request.source,
          tokenize: false,
          ...context,
        }),
      ),
  },
  chat: {
    prompt: ({ request }) =>
      running.tokenizer.apply_chat_template(request.messages, { tokenize: false, ...named(request) }),
    prompt_ids: async (probe, chain) => {
      const text = await chain.value("prompt", probe);
      return text === NOT_EXPOSED ? text : room.encode(running.tokenizer, text, false);
    },
    logprobs,
    output_ids: async (probe, chain) => {
      const ids = await chain.value("prompt_ids", probe);
      return ids === NOT_EXPOSED ? ids : room.generated(ids, { max_new_tokens: limit(probe.request) });
    },
    text: async (probe, chain) => {
      const ids = await chain.value("output_ids", probe);
      return ids === NOT_EXPOSED ? ids : running.tokenizer.decode(ids, { skip_special_tokens: true });
    },
    stream: async (probe, chain) => {
      if (!probe.request.stream) return NOT_EXPOSED;
      return (await answered(probe, chain))?.events ?? NOT_EXPOSED;
    },
    message: async (probe, chain) => (await answered(probe, chain))?.message ?? NOT_EXPOSED,
    usage: async (probe, chain) => (await answered(probe, chain))?.usage ?? NOT_EXPOSED,
  },
  ...calls.SHOWN,
};

export const answers = (ask) => Object.keys(SHOWN[ask] ?? {});
export const show = (link, probe, chain) => SHOWN[probe.ask][link](probe, chain);

// --- texts and ids -------------------------------------------------------------------------------

// Another tokenizer is the text of its file; its special tokens are part of what it says.
function tokenizer({ source }) {
  if (source === undefined) return running.tokenizer;
  if (!running.others.has(source)) {
    running.others.set(source, new running.library.PreTrainedTokenizer(JSON.parse(source), {}));
  }
  return running.others.get(source);
}

function encoded(request) {
  return room.encode(tokenizer(request), textOf(request.text), request.source !== undefined);
}

function decoded(request) {
  const skip_special_tokens = request.source !== undefined;
  return tokenizer(request).decode(request.ids ?? encoded(request), { skip_special_tokens });
}

// Return what the template is told beside the messages; what was not asked for is not named.
function named({ tools, documents, chat_template_kwargs: more }) {
  return {
    add_generation_prompt: true,
    ...(tools && { tools }),
    ...(documents && { documents }),
    ...more,
  };
}

function limit(request) {
  return request.max_tokens ?? request.max_completion_tokens ?? LIMIT;
}

// Return what each place held likely, in nats, as it stood before a token was chosen.
async function logprobs(probe, chain) {
  const ids = await chain.value("prompt_ids", probe);
  if (ids === NOT_EXPOSED) return ids;
  const rows = [];
  const listener = (_ids, logits) => {
    rows.push(Float64Array.from(logits.data));
    return logits;
  };
  const asked = { max_new_tokens: limit(probe.request), logits_processor: [listener] };
  const made = await room.generated(ids, asked);
  return made.map((id, place) => scored(id, rows[place]));
}

function scored(id, row) {
  const highest = Math.max(...row);
  const whole = Math.log(row.reduce((sum, each) => sum + Math.exp(each - highest), 0)) + highest;
  const ranked = [...row.keys()].sort((one, other) => row[other] - row[one]).slice(0, TOP);
  return { id, logprob: row[id] - whole, top: ranked.map((each) => [each, row[each] - whole]) };
}

// --- the whole chat ------------------------------------------------------------------------------

// Ask once for the links that show the whole answer; null where there is no way to ask.
async function answered(probe, chain) {
  if (!("answer" in chain.turn)) chain.turn.answer = await answer(probe.request);
  return chain.turn.answer;
}

async function answer(request) {
  if (Object.keys(request).some((name) => !TAKEN.has(name))) return null;
  const asked = running.tokenizer.apply_chat_template(request.messages, {
    ...named(request),
    return_dict: true,
  });
  const settings = { ...sampling(request), max_new_tokens: limit(request) };
  const events = [];
  if (request.stream) {
    settings.streamer = new running.library.TextStreamer(running.tokenizer, {
      skip_prompt: true,
      callback_function: (content) => events.push({ choices: [{ index: 0, delta: { content } }] }),
    });
  }
  const made = await room.continued(asked, settings, request.seed);
  const over = [running.model.generation_config.eos_token_id].flat().includes(made.at(-1));
  const content = request.stream
    ? events.map((event) => event.choices[0].delta.content).join("")
    : running.tokenizer.decode(made, { skip_special_tokens: true });
  return {
    events,
    message: { role: "assistant", content, finish_reason: over ? "stop" : "length" },
    usage: { prompt_tokens: asked.input_ids.dims.at(-1), completion_tokens: made.length },
  };
}

function sampling(request) {
  const told = Object.fromEntries(
    PLACES.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]),
  );
  if (told.temperature !== 0) return { ...told, do_sample: true };
  delete told.temperature;
  return { ...told, do_sample: false };
}
