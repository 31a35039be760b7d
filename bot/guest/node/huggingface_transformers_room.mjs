// The library, the model and its tokenizer, and what every question does with them.

import { basename, dirname, sep } from "node:path";
import { drawing } from "./draw.mjs";

export const running = { others: new Map() };
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 };

// Load what lies in the folder of `setup.config`, in single precision on one thread.
export async function open(setup) {
  const library = await import("@huggingface/transformers");
  const folder = dirname(setup.config);
  Object.assign(library.env, { allowRemoteModels: false, useFSCache: false });
  Object.assign(running, { library, folder });
  running.tokenizer = await loaded(folder, "AutoTokenizer");
  const settings = { dtype: "fp32", device: "cpu", session_options: SESSION };
  running.model = await loaded(folder, "AutoModelForCausalLM", settings);
}

// Load by the class of this name from a folder; the library is told of folders by their parents.
export function loaded(folder, name, options = {}) {
  const { library } = running;
  library.env.localModelPath = dirname(folder) + sep;
  return library[name].from_pretrained(basename(folder), options);
}

// Return the ids of a text as plain numbers, whatever kind of list a release makes of them.
export function encode(tokenizer, text, add_special_tokens) {
  return Array.from(tokenizer.encode(text, { add_special_tokens }), Number);
}

// Return the ids that follow `ids`, without chance unless the settings ask for it.
export function generated(ids, settings) {
  const { Tensor } = running.library;
  const whole = new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
  const mask = new Tensor("int64", new BigInt64Array(ids.length).fill(1n), [1, ids.length]);
  return continued({ input_ids: whole, attention_mask: mask }, { do_sample: false, ...settings });
}

// Return the ids that follow the only row of `asked`.
export async function continued(asked, settings, seed = 0) {
  const made = await seeded(seed, () => running.model.generate({ ...asked, ...settings }));
  return made.tolist()[0].slice(asked.input_ids.dims.at(-1)).map(Number);
}

// Do something with chance that is the same each time, in releases old and new.
export async function seeded(seed, act) {
  const chance = Math.random;
  Math.random = drawing(seed);
  running.library.random?.seed(seed);
  try {
    return await act();
  } finally {
    Math.random = chance;
  }
}
