// The private line out of a cell, as `guest/wire.py` speaks it: one JSON object a line.
//
// What JSON cannot carry is told in a form of its own: bytes that are not UTF-8 and text with lone
// surrogates as `{"base64": ...}`, numbers that are none as `{"$": "nan"}`, a link that nobody can
// show as `{"$": "not exposed"}`.

import { writeSync } from "node:fs";

export const NOT_EXPOSED = { $: "not exposed" };
export const LINKS = [
  "request",
  "prompt",
  "prompt_ids",
  "logprobs",
  "output_ids",
  "text",
  "stream",
  "message",
  "usage",
];
const ODD = new Map([[Infinity, "inf"], [-Infinity, "-inf"]]);
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

// Return `value` as what JSON can carry; an unknown thing becomes its own words.
export function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : { $: ODD.get(value) ?? "nan" };
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string") return fromText(value);
  if (value instanceof Uint8Array) return fromBytes(value);
  if (ArrayBuffer.isView(value) || value instanceof Set) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object") return String(value);
  const entries = value instanceof Map ? value : Object.entries(value);
  const told = {};
  for (const [key, each] of entries) if (each !== undefined) told[key] = plain(each);
  return told;
}

function fromBytes(content) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return { base64: Buffer.from(content).toString("base64") };
  }
}

function fromText(text) {
  if (!LONE.test(text)) return text;
  const bytes = [];
  for (const point of text) {
    const code = point.codePointAt(0);
    if (code >= 0xd800 && code <= 0xdfff) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    } else {
      bytes.push(...Buffer.from(point));
    }
  }
  return { base64: Buffer.from(bytes).toString("base64") };
}

// Return the text that `plain` may have told as `{"base64": ...}`.
export function textOf(value) {
  return typeof value === "string" ? value : Buffer.from(value.base64, "base64").toString();
}

// Writes events, each at once and whole.
export class Line {
  constructor(descriptor) {
    this.descriptor = descriptor;
  }

  say(event, fields = {}) {
    const line = Buffer.from(JSON.stringify(plain({ ...fields, event })) + "\n");
    let done = 0;
    while (done < line.length) {
      try {
        done += writeSync(this.descriptor, line, done);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
      }
    }
  }
}
