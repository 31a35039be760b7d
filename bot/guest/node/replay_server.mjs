// Serves answers that were recorded once, split as asked, and notes what a client sent for them.
//
// Answers and cuts are those of `guest/replay_server.py`. What is said goes to the socket byte by
// byte as it is written here: framings are promises, and some of them are to be broken.

import { STATUS_CODES, createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { drawing } from "./draw.mjs";

const KEPT = [
  "content-type",
  "accept",
  "accept-encoding",
  "authorization",
  "x-api-key",
  "anthropic-version",
  "anthropic-beta",
  "openai-beta",
  "transfer-encoding",
];
const MISSING = 64; // bytes that are promised and never sent when an answer ends short
const OFTEN = 0.08; // how many of the places of an answer a random cut takes
const LAST_OF_ASCII = 127;

// Let everybody who waits for the network have a turn.
const turn = () => new Promise((go) => setImmediate(() => setImmediate(go)));
const wait = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000));

export class Server {
  // Listen on a free port of this machine, with nothing to say.
  static async listening() {
    const made = new Server();
    made.play([], "whole");
    made.http = createServer((request) => made.handle(request));
    await new Promise((go) => made.http.listen(0, "127.0.0.1", go));
    made.url = `http://127.0.0.1:${made.http.address().port}`;
    return made;
  }

  // Answer the next requests with `answers`, one each, the last one ever after.
  play(answers, cut) {
    [this.heard, this.answers, this.cut] = [[], answers, cut];
  }

  close() {
    this.http.closeAllConnections();
    this.http.close();
  }

  async handle(request) {
    const [parts, { socket }] = [[], request];
    socket.on("error", () => {}); // the client may have heard enough
    try {
      for await (const part of request) parts.push(part);
    } catch {
      return;
    }
    const raw = Buffer.concat(parts);
    const kept = KEPT.filter((name) => name in request.headers);
    const headers = Object.fromEntries(kept.map((name) => [name, request.headers[name]]));
    const noted = { method: request.method, path: request.url, headers };
    if (raw.length) Object.assign(noted, { body: read(raw), written: written(raw) });
    this.heard.push(noted);
    const answer = this.answers[Math.min(this.heard.length, this.answers.length) - 1];
    const { cut } = this;
    await wait(answer.wait ?? 0);
    await this.say(socket, answer, cut);
  }

  async say(socket, answer, cut) {
    const [whole, framing] = [content(answer), answer.framing ?? "length"];
    const [status, short] = [answer.status ?? 200, answer.end === "short"];
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
    for (const [name, value] of Object.entries(answer.headers ?? {})) {
      head.push(`${name}: ${value.replace("{url}", this.url)}`);
    }
    if (answer.gzip) head.push("Content-Encoding: gzip");
    if (framing === "length") head.push(`Content-Length: ${whole.length + (short ? MISSING : 0)}`);
    if (framing === "chunked") head.push("Transfer-Encoding: chunked");
    socket.setNoDelay(true);
    socket.write([...head, "Connection: close", "", ""].join("\r\n"), "latin1");
    if (framing === "chunked") {
      socket.end(Buffer.concat([chunked(pieces(whole, cut)), Buffer.from(short ? "" : "0\r\n\r\n")]));
      return;
    }
    for (const piece of pieces(whole, cut)) {
      if (socket.destroyed) return;
      socket.write(piece);
      await turn();
    }
    socket.end();
  }
}

// Return the bytes of an answer's body.
function content({ body = "", gzip = false }) {
  const whole = typeof body === "string" ? Buffer.from(body) : Buffer.from(body.base64, "base64");
  return gzip ? gzipSync(whole) : whole;
}

// Split bytes: `whole`, `every` byte, a length, a list of offsets, or `{"random": seed}`.
export function pieces(whole, cut) {
  const all = Array.from({ length: Math.max(0, whole.length - 1) }, (_, at) => at + 1);
  let places = cut;
  if (cut === "whole") places = [];
  else if (cut === "every") places = all;
  else if (typeof cut === "number") places = all.filter((at) => at % cut === 0);
  else if (!Array.isArray(cut)) {
    const draw = drawing(cut.random);
    places = all.filter(() => draw() < OFTEN);
  }
  return [0, ...places].map((from, nth) => whole.subarray(from, places[nth] ?? whole.length));
}

function chunked(parts) {
  const framed = (part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n")];
  return Buffer.concat(parts.filter((part) => part.length).flatMap(framed));
}

function read(raw) {
  try {
    return JSON.parse(raw.toString());
  } catch {
    return raw;
  }
}

// Say how a JSON body is written: what escapes it uses and where it has spaces.
function written(raw) {
  try {
    const told = Buffer.from(JSON.stringify(JSON.parse(raw.toString())));
    if (!told.equals(raw)) return "other";
    return raw.some((byte) => byte > LAST_OF_ASCII) ? "compact" : "compact plain";
  } catch {
    return "no JSON";
  }
}
