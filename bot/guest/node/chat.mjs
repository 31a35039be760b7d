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

// Return the common form of the first choice of a completion; the others are `more`.
export function message(completion) {
  const told = (completion.choices ?? []).map((each) =>
    common(each.message ?? {}, each.finish_reason),
  );
  if (told.length > 1) told[0].more = told.slice(1);
  return told[0] ?? {};
}

// Put a stream back together: a completion as if it had not been streamed. A choice is told by
// its index; what names none is of the first.
export function gathered(events) {
  const parts = new Map([[0, []]]);
  let counts = null;
  for (const event of events) {
    counts = event.usage || counts;
    for (const choice of event.choices ?? []) {
      const at = choice.index || 0;
      if (!parts.has(at)) parts.set(at, []);
      parts.get(at).push(choice);
    }
  }
  if (parts.size > 1 && !parts.get(0).length) parts.delete(0);
  const choices = [...parts].sort(([a], [b]) => a - b).map(([, each]) => whole(each));
  return { choices, usage: counts };
}

// Put the parts of one choice together.
function whole(parts) {
  const [said, calls] = [{}, new Map()];
  let finish = null;
  for (const choice of parts) {
    finish = choice.finish_reason || finish;
    add(said, calls, choice.delta ?? {});
  }
  if (calls.size) {
    said.tool_calls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  }
  return { message: said, finish_reason: finish };
}

function add(said, calls, delta) {
  if (delta.role) said.role = delta.role;
  for (const name of ["content", ...REASONING]) {
    if (delta[name] !== null && delta[name] !== undefined) {
      said[name] = (said[name] ?? "") + delta[name];
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
