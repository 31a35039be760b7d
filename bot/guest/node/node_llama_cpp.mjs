// llama.cpp in the package `node-llama-cpp`, any release from 3.0: called, and not served.
//
// The prompt is that of the chat wrapper which the package finds for the model; ids are greedy. The
// whole chat is asked through `LlamaChat`, on one sequence that lives as long as the job: what one
// request leaves in it, the next one finds, as in programs. A request with words that this
// interface has no place for shows no message. Counts are not told: they tell what was reused.

import * as chat from "./chat.mjs";
import { NOT_EXPOSED, textOf } from "./wire.mjs";

const TOP = 5;
const LIMIT = 256; // generated ids where the request does not say
const CONTEXT = 1024;
const THREADS = 1; // several wait for each other in a loop, for minutes where cores are shared
const GREEDY = { temperature: 0, yieldEogToken: true };
const PLACES = {
  temperature: "temperature",
  seed: "seed",
  top_k: "topK",
  top_p: "topP",
  min_p: "minP",
};
const TAKEN = new Set([
  ...Object.keys(PLACES),
  "messages",
  "tools",
  "max_tokens",
  "stream",
  "stop",
  "response_format",
]);
const ENDS = { maxTokens: "length", functionCalls: "tool_calls" };
const running = {};

export async function start(setup, chain) {
  const library = await import("node-llama-cpp");
  const gpu = setup.backend ?? false;
  const llama = await library.getLlama({ build: "never", gpu, logLevel: "error" });
  const layers = gpu ? { gpuLayers: "max" } : {};
  const model = await llama.loadModel({ modelPath: setup.model, ...layers });
  const settings = { contextSize: CONTEXT, flashAttention: false, sequences: 2, threads: THREADS };
  const context = await model.createContext(settings);
  const [sequence, spare] = [context.getSequence(), context.getSequence()];
  const wrapper = new library.LlamaChatSession({ contextSequence: spare }).chatWrapper;
  Object.assign(running, { library, llama, model, context, sequence, spare, wrapper });
  chain.model = "tiny-chat";
  const release = String(llama.llamaCppRelease?.release ?? "");
  return { wrapper: wrapper.wrapperName, "llama.cpp": release, device: await device(llama, model), threads: THREADS };
}

// Say where the layers of the model are, in the engine's own words, and not what was asked for.
async function device(llama, model) {
  if (!llama.gpu || !model.gpuLayers) return "cpu";
  return `${llama.gpu}: ${(await llama.getGpuDeviceNames()).join(", ")}`;
}

export async function stop() {
  await running.context.dispose();
  await running.model.dispose();
}

const SHOWN = {
  encode: { prompt_ids: encoded, text: decoded },
  chat: {
    prompt: (probe) => prompt(probe.request),
    prompt_ids: promptIds,
    logprobs: logprobs,
    output_ids: outputIds,
    text: async (probe, chain) => read(unended(await chain.value("output_ids", probe))),
    stream: async (probe, chain) => {
      const told = await answered(probe, chain);
      return probe.request.stream && told ? told.events : NOT_EXPOSED;
    },
    message: async (probe, chain) => {
      const told = await answered(probe, chain);
      return told ? chat.message(told.completion) : NOT_EXPOSED;
    },
  },
};

export const answers = (ask) => Object.keys(SHOWN[ask] ?? {});
export const show = (link, probe, chain) => SHOWN[probe.ask][link](probe, chain);

// --- texts and ids -------------------------------------------------------------------------------

function encoded({ request }) {
  return Array.from(running.model.tokenize(textOf(request.text), true));
}

function decoded({ request }) {
  return read(request.ids ?? running.model.tokenize(textOf(request.text), true));
}

function read(ids) {
  return ids === NOT_EXPOSED ? NOT_EXPOSED : running.model.detokenize(ids, true);
}

// Return generated ids without the end of the turn.
function unended(ids) {
  const over = ids !== NOT_EXPOSED && ids.length && running.model.isEogToken(ids.at(-1));
  return over ? ids.slice(0, -1) : ids;
}

// Return the prompt, as the chat wrapper makes it of the history.
function prompt(request) {
  const { contextText } = running.wrapper.generateContextState({
    chatHistory: turns(request.messages),
    availableFunctions: functions(request.tools),
  });
  const ids = contextText.tokenize(running.model.tokenizer);
  return running.model.detokenize(ids, true);
}

async function promptIds(probe, chain) {
  const text = await chain.value("prompt", probe);
  return text === NOT_EXPOSED ? text : Array.from(running.model.tokenize(text, true));
}

function limit(request) {
  return request.max_tokens ?? request.max_completion_tokens ?? LIMIT;
}

// The package goes on after the end of a turn that it is asked to yield: we do not.
function ended(found, request) {
  return running.model.isEogToken(found.at(-1)) || found.length >= limit(request);
}

async function outputIds(probe, chain) {
  const ids = await chain.value("prompt_ids", probe);
  if (ids === NOT_EXPOSED) return ids;
  await running.spare.clearHistory();
  const found = [];
  for await (const id of running.spare.evaluate(ids, GREEDY)) {
    found.push(id);
    if (ended(found, probe.request)) break;
  }
  return found;
}

// Return what each place held likely, in nats; releases before 3.7 tell no probabilities.
async function logprobs(probe, chain) {
  const ids = await chain.value("prompt_ids", probe);
  if (ids === NOT_EXPOSED || !running.spare.evaluateWithMetadata) return NOT_EXPOSED;
  await running.spare.clearHistory();
  const [told, found] = [[], []];
  const asked = running.spare.evaluateWithMetadata(ids, { probabilities: true }, GREEDY);
  for await (const { token, probabilities } of asked) {
    const ranked = [...probabilities].sort(([, a], [, b]) => b - a).slice(0, TOP);
    const top = ranked.map(([id, share]) => [id, Math.log(share)]);
    told.push(token);
    found.push({ id: token, logprob: Math.log(probabilities.get(token)), top });
    if (ended(told, probe.request)) break;
  }
  return found;
}

// --- the whole chat ------------------------------------------------------------------------------

// Ask once for the links that show the whole answer; null where there is no way to ask.
async function answered(probe, chain) {
  if (!("answer" in chain.turn)) chain.turn.answer = await answer(probe.request);
  return chain.turn.answer;
}

async function answer(request) {
  if (Object.keys(request).some((name) => !TAKEN.has(name))) return null;
  const { LlamaChat } = running.library;
  const asker = new LlamaChat({ contextSequence: running.sequence, chatWrapper: running.wrapper });
  const events = [];
  const asked = { ...(await settings(request)), ...heard(events) };
  const said = await asker.generateResponse(turns(request.messages), asked);
  return { events, completion: completion(said) };
}

async function settings(request) {
  const told = { maxTokens: limit(request) };
  for (const [ours, theirs] of Object.entries(PLACES)) {
    if (request[ours] !== undefined) told[theirs] = request[ours];
  }
  if (request.stop) told.customStopTriggers = [request.stop].flat();
  if (request.tools?.length) told.functions = functions(request.tools);
  const { type, json_schema: wanted } = request.response_format ?? {};
  if (type === "json_schema") {
    told.grammar = await running.llama.createGrammarForJsonSchema(wanted.schema);
  } else if (type === "json_object") {
    told.grammar = await running.llama.getGrammarFor("json");
  }
  return told;
}

// Tell the pieces as a stream of chats does; the segments of newer releases hold the thoughts.
function heard(events) {
  const say = (delta) => events.push({ choices: [{ index: 0, delta }] });
  return {
    onTextChunk: (content) => say({ content }),
    onResponseChunk: ({ type, segmentType, text }) => {
      if (type === "segment" && text) say({ [segmentType]: text });
    },
    onFunctionCall: (call) => say({ tool_calls: [wanted(call)] }),
  };
}

function completion(said) {
  const parts = said.fullResponse ?? [];
  const thoughts = parts.filter((part) => part.type === "segment").map((part) => part.text);
  const message = { role: "assistant", content: said.response };
  if (thoughts.length) message.reasoning = thoughts.join("");
  if (said.functionCalls?.length) message.tool_calls = said.functionCalls.map(wanted);
  const why = said.metadata.stopReason;
  return { choices: [{ message, finish_reason: ENDS[why] ?? (why === "eogToken" ? "stop" : why) }] };
}

function wanted(call) {
  return { function: { name: call.functionName, arguments: JSON.stringify(call.params ?? null) } };
}

// Return messages and the turn that the model is to take, or to go on with after its calls.
function turns(messages) {
  const told = history(messages);
  return told.at(-1)?.type === "model" ? told : [...told, { type: "model", response: [] }];
}

// Return messages of OpenAI's form in the words of this package, where calls, their results and
// what follows them are one turn of the model.
function history(messages) {
  const told = [];
  for (const { role, content, tool_calls: calls, ...more } of messages) {
    if (role === "system" || role === "developer") told.push({ type: "system", text: text(content) });
    else if (role === "user") told.push({ type: "user", text: text(content) });
    else if (role === "tool") answerCall(told, more.tool_call_id, content);
    else {
      if (told.at(-1)?.type !== "model") told.push({ type: "model", response: [] });
      told.at(-1).response.push(...[text(content)].filter(Boolean), ...(calls ?? []).map(made));
    }
  }
  return told;
}

function text(content) {
  return Array.isArray(content) ? content.map((part) => part.text ?? "").join("") : (content ?? "");
}

function made(call) {
  const { name, arguments: params } = call.function;
  const read = typeof params === "string" ? JSON.parse(params) : params;
  return { type: "functionCall", name, params: read, result: undefined, id: call.id };
}

// Give a result to the call that it answers: by its id, else to the first that has none.
function answerCall(told, id, content) {
  const calls = told.flatMap((item) => item.response ?? []).filter((part) => part.type);
  const found = calls.find((call) => call.id === id) ?? calls.find((call) => !call.result);
  if (found) found.result = content;
}

function functions(tools) {
  if (!tools?.length) return undefined;
  const named = tools.map(({ function: { name, description, parameters } }) => [
    name,
    { description, params: parameters },
  ]);
  return Object.fromEntries(named);
}
