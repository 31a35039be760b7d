// What `@huggingface/transformers` is asked beside chats: its own functions, and ways to generate.
//
// Questions are those of `guest/transformers.py` and `guest/transformers_torch.py`: both libraries
// have the same names for most things. What a `call` question begins with is `tokenizer`, loaded as
// its `load` says, or `config`.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { loaded, running, seeded } from "./huggingface_transformers_room.mjs";
import * as steps from "./steps.mjs";
import { LINKS, NOT_EXPOSED } from "./wire.mjs";

const every = (show) => Object.fromEntries(LINKS.map((link) => [link, show(link)]));

export const SHOWN = {
  call: every((link) => (probe, chain) => called(link, probe.request, chain)),
  engine: every((link) => (probe, chain) => operated(link, probe.request, chain)),
};

// --- calls ---------------------------------------------------------------------------------------

async function called(link, request, chain) {
  const made = (chain.turn.made ??= {});
  const subject = (name) => {
    if (!(name in SUBJECTS)) return undefined;
    return (made[name] ??= SUBJECTS[name](request.load ?? {}));
  };
  return steps.show(link, request, subject);
}

const SUBJECTS = {
  tokenizer: (load) => (Object.keys(load).length ? changed("AutoTokenizer", load) : running.tokenizer),
  config: (load) => changed("AutoConfig", load),
};

// Load by a class from a copy of the model's small files, changed as the question says.
async function changed(usual, { class: name = usual, files = {}, settings, options = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  const small = (path) => path === running.folder || /\.(json|jinja)$/.test(path);
  cpSync(running.folder, folder, { recursive: true, filter: small });
  const all = { ...files, ...(settings && { "tokenizer_config.json": settings }) };
  try {
    for (const [file, content] of Object.entries(all)) change(join(folder, file), content);
    return await loaded(folder, name, options);
  } catch (error) {
    error.message = error.message.replaceAll(folder, "").replaceAll(basename(folder), "");
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Write a file, or merge a table into the one that is there, or take it away.
function change(path, content) {
  if (content === null) return rmSync(path);
  if (typeof content === "string") return writeFileSync(path, content);
  const whole = { ...JSON.parse(readFileSync(path, "utf8")), ...content };
  const kept = Object.entries(whole).filter(([, value]) => value !== null);
  return writeFileSync(path, JSON.stringify(Object.fromEntries(kept)));
}

// --- ways to generate ----------------------------------------------------------------------------

// Ask once for all links.
async function operated(link, request, chain) {
  const operation = OPERATIONS[request.operation];
  if (!operation) return NOT_EXPOSED;
  chain.turn.told ??= await operation(request);
  return chain.turn.told[link] ?? NOT_EXPOSED;
}

const OPERATIONS = { generate, cache, forward, pipeline };

// Several texts at once are not asked: they are padded on the left, where the exported graph cannot
// be told to look away, and what it makes of that is not the same twice.
async function generate(request) {
  if (request.helper || request.prompts.length > 1) return {};
  const given = running.tokenizer(request.prompts);
  let made = null;
  for (let time = 0; time < (request.repeat ?? 1); time += 1) {
    const again = () => running.model.generate({ ...given, ...request.options });
    made = await seeded(request.seed ?? 0, again);
  }
  return rows(made.sequences ?? made, given.input_ids.dims.at(-1));
}

function rows(made, from) {
  const ids = made.tolist().map((row) => row.slice(from).map(Number));
  return {
    output_ids: ids,
    text: ids.map((row) => (row.length ? running.tokenizer.decode(row) : "")),
  };
}

// Continue a prompt from the state that its first reading left.
async function cache({ prompt, more, options }) {
  const first = { ...running.tokenizer(prompt), max_new_tokens: 1, return_dict_in_generate: true };
  const { past_key_values } = await running.model.generate(first);
  const whole = running.tokenizer(prompt + more);
  const made = await running.model.generate({ ...whole, past_key_values, ...options });
  return rows(made, whole.input_ids.dims.at(-1));
}

// Read a prompt once: what is told, and the likeliest next token.
async function forward({ prompt, options }) {
  const told = await running.model({ ...running.tokenizer(prompt), ...options });
  const last = told.logits.tolist()[0].at(-1);
  const best = last.indexOf(Math.max(...last));
  const fields = Object.keys(told).sort();
  return { logprobs: { fields, shape: told.logits.dims, type: told.logits.type, best } };
}

// Ask through the pipeline, as most first programs do; it changes the tokenizer that it is given.
async function pipeline({ input, options = {} }) {
  if (Array.isArray(input) && typeof input[0] === "string") return {};
  const { TextGenerationPipeline } = running.library;
  const { folder, model } = running;
  const tokenizer = await loaded(folder, "AutoTokenizer");
  const pipe = new TextGenerationPipeline({ task: "text-generation", model, tokenizer });
  return { message: steps.told(await seeded(0, () => pipe(input, options))) };
}
