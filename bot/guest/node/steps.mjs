// Questions of the kind `call`, as `guest/steps.py` asks them of a library in Python.
//
// A function takes the arguments of `with` and then, in one table, the named ones of `by`. What is
// called itself (`__call__`) and an item (`__getitem__`) go by other names in JavaScript. Programs
// in Python and subjects that this language has not are nothing that can be shown.

import { NOT_EXPOSED, textOf } from "./wire.mjs";

class Elsewhere extends Error {}

// Follow the steps of `link`; `subject(name)` is where they begin, or undefined.
export async function show(link, request, subject) {
  if (!request[link]) return NOT_EXPOSED;
  try {
    return told(await follow(request[link], subject));
  } catch (error) {
    if (error instanceof Elsewhere) return NOT_EXPOSED;
    throw error;
  }
}

async function follow(steps, subject) {
  let value = null;
  for (const step of steps) value = await next(value, step, subject);
  return value;
}

async function next(before, step, subject) {
  let value = before;
  if (step.of) value = await subject(step.of);
  if (value === undefined) throw new Elsewhere(step.of);
  if (step.get) value = reach(value, step.get);
  for (const [name, given] of Object.entries(step.set ?? {})) {
    value[name] = await argument(given, subject);
  }
  if (step.call) {
    const given = await argument([...(step.with ?? []), ...(step.by ? [step.by] : [])], subject);
    value = await called(value, step.call, given);
  }
  return step.at === undefined ? value : value[step.at];
}

function called(value, path, given) {
  if (path === "__call__") return value(...given);
  if (path === "__getitem__") return value[given[0]];
  if (path === "__len__") return value.length;
  const names = path.split(".");
  const owner = names.slice(0, -1).reduce((inner, name) => inner[name], value);
  const found = owner[names.at(-1)];
  if (typeof found !== "function") throw new TypeError(`${path} is not a function`);
  return found.apply(owner, given);
}

function reach(value, path) {
  return path.split(".").reduce((inner, name) => inner[name], value);
}

async function argument(given, subject) {
  if (Array.isArray(given)) return Promise.all(given.map((each) => argument(each, subject)));
  if (given === null || typeof given !== "object") return given;
  if (given.steps) return follow(given.steps, subject);
  if (given.python) throw new Elsewhere("a program in Python");
  if (given.base64) return textOf(given);
  const pairs = Object.entries(given).map(async ([name, each]) => [name, await argument(each, subject)]);
  return Object.fromEntries(await Promise.all(pairs));
}

// Return `value` as JSON can carry it; of an object that it cannot, the name of its class.
export function told(value) {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "function") return { class: value.constructor.name };
  if (value === null || typeof value !== "object") return value;
  if (typeof value.tolist === "function") return { array: value.type, values: told(value.tolist()) };
  if (Array.isArray(value)) return value.map(told);
  if (value instanceof Map) return told(Object.fromEntries(value));
  if (![Object, undefined].includes(value.constructor)) return { object: value.constructor.name };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, told(each)]));
}
