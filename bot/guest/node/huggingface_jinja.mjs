// Chat templates through `@huggingface/jinja`, which transformers.js renders them with.
//
// `request` is `{"source", "context", "options"}` as in `guest/jinja2.py`. This engine always trims
// and strips blocks, and has no other settings: what asks for them is nothing that it can show. A
// template that stops itself shows `{"error": message}`, which is an answer like any other.

import { NOT_EXPOSED } from "./wire.mjs";

const CLOCK = Date.UTC(2024, 6, 26, 9, 5, 3); // what templates are told is "now"
const FIXED = { trim_blocks: true, lstrip_blocks: true };
const running = {};

// A day that stands still, for releases that bring a clock of their own.
class Still extends Date {
  constructor(...words) {
    super(...(words.length ? words : [CLOCK]));
  }

  static now() {
    return CLOCK;
  }
}

export async function start() {
  running.Template = (await import("@huggingface/jinja")).Template;
  return {};
}

export function stop() {}

export function answers(ask) {
  return ask === "render" ? ["prompt"] : [];
}

export function show(_link, { request }) {
  return rendered(request, (context) => new running.Template(request.source).render(context));
}

// Render by `render(context)` on a day that stands still, or say how it stopped.
export function rendered({ context = {}, options = {} }, render) {
  const own = { ...options };
  delete own.plain; // its own `tojson` is the only one it has
  const same = Object.entries(own).every(([name, value]) => FIXED[name] === value);
  if (!same) return NOT_EXPOSED;
  const clock = globalThis.Date;
  globalThis.Date = Still;
  try {
    return render(structuredClone(context));
  } catch (error) {
    return { error: error.message };
  } finally {
    globalThis.Date = clock;
  }
}
