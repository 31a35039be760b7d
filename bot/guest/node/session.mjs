// One job, from hello to bye: starts the modules in order and asks the probes link by link.

import { LINKS, NOT_EXPOSED, plain } from "./wire.mjs";

const PROTOCOL = 1;

// What modules tell each other, and this probe's findings; see `guest/session.py`.
class Chain {
  constructor() {
    this.baseUrl = "";
    this.model = "";
    this.modules = [];
    this.begin({});
  }

  // Forget the last probe, and take what this one brings.
  begin(probe) {
    [this.turn, this.values, this.taken] = [{}, {}, new Set()];
    [this.given, this.known] = [probe.given ?? {}, probe.known ?? {}];
  }

  // Whether the last given value was taken, and so nothing of the stack made it anew.
  get fed() {
    const last = LINKS.findLast((link) => link in this.given);
    return last === undefined || this.taken.has(last);
  }

  // Return the value at `link`: what was given, what a module shows, or what is known.
  async value(link, probe) {
    if (link in this.given) {
      this.taken.add(link);
      return this.given[link];
    }
    const seen = await this.seen(link, probe);
    return seen === NOT_EXPOSED && link in this.known ? this.known[link] : seen;
  }

  // Return what the stack itself shows at `link`, of the first module that answers it.
  async seen(link, probe) {
    if (!(link in this.values)) {
      const module = this.modules.find((one) => one.answers(probe.ask).includes(link));
      this.values[link] = module ? await module.show(link, probe, this) : NOT_EXPOSED;
    }
    return this.values[link];
  }
}

// Describe an exception as it stands; the host takes out what varies.
function failure(error, link = null) {
  console.error(error);
  const name = error?.constructor?.name ?? typeof error;
  return {
    reason: error?.reasonOfFailure ?? "exception",
    message: error?.messageOfFailure ?? `${name}: ${error?.message ?? String(error)}`,
    link,
    traceback: String(error?.stack ?? ""),
  };
}

async function start(job, line, chain) {
  for (const each of job.modules) {
    line.say("starting", { module: each.name });
    try {
      const module = await import(`./${each.name}.mjs`);
      const says = await module.start(each.setup ?? {}, chain);
      chain.modules.push(module);
      line.say("ready", { module: each.name, says: { node: process.versions.node, ...says } });
    } catch (error) {
      line.say("stopped", { phase: "start", failure: failure(error) });
      return false;
    }
  }
  return true;
}

// Ask one probe, link by link, and tell how it ended.
async function ask(probe, line, chain) {
  chain.begin(probe);
  const seen = {};
  const began = performance.now();
  const spent = () => (performance.now() - began) / 1000;
  let failed = null;
  for (const link of LINKS.filter((name) => probe.links.includes(name))) {
    line.say("asking", { probe: probe.name, link, left: Math.max(0, probe.seconds - spent()) });
    try {
      seen[link] = plain(await chain.seen(link, probe));
      if (!chain.fed) seen[link] = NOT_EXPOSED; // it took no heed of what it was given
    } catch (error) {
      if (chain.fed) {
        failed = failure(error, link);
        break;
      }
      seen[link] = NOT_EXPOSED;
    }
    line.say("saw", { probe: probe.name, link, value: seen[link] });
  }
  line.say("end", { probe: probe.name, seen, failure: failed, seconds: spent() });
}

// Work through `job` (see `main.mjs`), telling every step over `line`.
export async function run(job, line) {
  const { node, v8 } = process.versions;
  const platform = `${process.platform} ${process.arch}`;
  line.say("hello", { protocol: PROTOCOL, node, platform, implementation: `V8 ${v8}` });
  const chain = new Chain();
  if (!(await start(job, line, chain))) return;
  for (const probe of job.probes) {
    line.say("begin", { probe: probe.name, seconds: probe.seconds });
    await ask(probe, line, chain);
  }
  for (const module of [...chain.modules].reverse()) await module.stop();
  line.say("bye");
}
