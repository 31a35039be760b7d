// What runs inside a cell of Node: starts the modules of a job, asks its probes, tells what it saw.
//
//     node guest/node/main.mjs JOB.json DESCRIPTOR
//
// Node's own modules only, Node 18 or newer. The job and the events are those of `guest/main.py`;
// a module `guest/node/NAME.mjs` exports the same four functions, each of which may be async:
//
//     start(setup, chain)        import the component, start it; return what it says about itself
//     answers(ask)               the links it can show for this kind of question, an array
//     show(link, probe, chain)   the value at one link; an exception is the probe's failure there
//     stop()                     let go
//
// A component is imported by its bare name: the room's `node_modules` lies above this folder.

import { readFileSync } from "node:fs";
import { run } from "./session.mjs";
import { Line } from "./wire.mjs";

const [jobFile, descriptor] = process.argv.slice(2);
await run(JSON.parse(readFileSync(jobFile, "utf8")), new Line(Number(descriptor)));
process.exit(0); // an engine's threads keep nobody waiting
