// The common form in which answers of chats are told; see `guest/chat.py`, whose words these are.

const VOLATILE = new Set([
  "id",
  "created",
  "model",
  "system_fingerprint",
  "timings",
  "obfuscation",
]);
const REASONING = ["reasoning_content", "reasoning"];

// Return `event` without volatile fields, at every depth.
export function steady(event) {
  if (Array.isArray(event)) return event.map(steady);
  if (event === null || typeof event !== "object") return event;
  const kept = Object.entries(event).filter(([name]) => !VOLATILE.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, steady(each)]));
}

// Return the common form of the first choice of a completion.
export function message(completion) {
  const choice = completion.choices?.[0];
  return choice ? common(choice.message ?? {}, choice.finish_reason) : {};
}

// Put a stream back together: a completion with one choice, as if it had not been streamed.
export function gathered(events) {
  const [whole, calls] = [{}, new Map()];
  let [finish, counts] = [null, null];
  for (const event of events) {
    counts = event.usage || counts;
    for (const choice of event.choices ?? []) {
      finish = choice.finish_reason || finish;
      add(whole, calls, choice.delta ?? {});
    }
  }
  if (calls.size) {
    whole.tool_calls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  }
  return { choices: [{ message: whole, finish_reason: finish }], usage: counts };
}

function add(whole, calls, delta) {
  if (delta.role) whole.role = delta.role;
  for (const name of ["content", ...REASONING]) {
    if (delta[name] !== null && delta[name] !== undefined) {
      whole[name] = (whole[name] ?? "") + delta[name];
    }
  }
  for (const call of delta.tool_calls ?? []) {
    const index = call.index ?? calls.size;
    if (!calls.has(index)) calls.set(index, { function: {} });
    const kept = calls.get(index).function;
    for (const [name, part] of Object.entries(call.function ?? {})) {
      if (part !== null && part !== undefined) kept[name] = (kept[name] ?? "") + part;
    }
  }
}

function common(said, finish) {
  const told = { role: said.role ?? null, content: said.content ?? null };
  const thought = REASONING.find((name) => said[name] !== null && said[name] !== undefined);
  if (thought) told.reasoning = said[thought];
  if (said.tool_calls?.length) {
    told.tool_calls = said.tool_calls.map((call) => called(call.function ?? {}));
  }
  told.finish_reason = finish ?? null;
  return told;
}

function called(wanted) {
  let read = wanted.arguments ?? null;
  try {
    read = JSON.parse(read);
  } catch {
    // what is no JSON is told as it stands
  }
  return { name: wanted.name ?? null, arguments: read };
}
