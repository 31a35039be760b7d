// GitHub's own words on its workflows: what an expression comes to, and what is wrong with a file.
// One JSON question a line in, one JSON answer a line out.
import { createInterface } from "node:readline";

import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import { validate } from "@actions/languageservice";
import { ensureStatusFunction } from "@actions/workflow-parser/model/converter/if-condition";
import { TextDocument } from "vscode-languageserver-textdocument";

const truthy = (value) => ![false, 0, "", null].includes(value);

// always(), success(), failure(), cancelled() as the run stands, and the name of some files' hash
const functions = (status) =>
  new Map([
    ...Object.entries(status).map(([name, value]) => [
      name,
      { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) },
    ]),
    [
      "hashfiles",
      {
        name: "hashFiles",
        minArgs: 1,
        maxArgs: 255,
        call: (...files) => new data.StringData(files.map((one) => one.coerceString()).join("+")),
      },
    ],
  ]);

const evaluate = (text, contexts, status) => {
  const known = functions(status);
  const tokens = new Lexer(text).lex().tokens;
  const tree = new Parser(tokens, Object.keys(contexts), [...known.values()]).parse();
  const context = JSON.parse(JSON.stringify(contexts), data.reviver);
  const found = new Evaluator(tree, context, known).evaluate();
  return JSON.parse(JSON.stringify(found, data.replacer));
};

const bare = (text) => {
  const whole = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(text);
  return whole && !whole[1].includes("${{") ? whole[1] : text;
};

// what may stand in an `if`, in the words in which GitHub's parser is told
const allowed = (contexts) => ({
  allowedContext: [
    ...Object.keys(contexts),
    ...["always", "success", "failure", "cancelled"].map((name) => `${name}(0,0)`),
    "hashFiles(1,255)",
  ],
});

const shown = (value) => (value === null ? "" : String(value));

let checks = 0;

const answers = {
  // a text with expressions in it; one that is nothing else keeps its kind
  value: ({ text, contexts, status }) => {
    const inner = bare(text);
    if (inner !== text) return evaluate(inner, contexts, status);
    return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, one) => shown(evaluate(one, contexts, status)));
  },
  // an `if`, which also asks success() where it asks nothing of that kind
  holds: ({ text, contexts, status }) =>
    truthy(evaluate(ensureStatusFunction(bare(text), allowed(contexts)), contexts, status)),
  check: async ({ uri, text, files }) => {
    checks += 1; // what was read under an address is remembered there: each gets one of its own
    const place = uri.replace("file:///", `file:///${checks}/`);
    const document = TextDocument.create(place, "yaml", 1, text);
    const fileProvider = {
      getFileContent: async (ref) => {
        if (!(ref.path in files)) throw new Error(`no file ${ref.path}`);
        return { name: ref.path, content: files[ref.path] };
      },
    };
    const found = await validate(document, { fileProvider });
    return found.map((one) => `${uri}:${one.range.start.line + 1}: ${one.message}`);
  },
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const asked = JSON.parse(line);
  let told;
  try {
    told = { answer: await answers[asked.ask](asked) };
  } catch (trouble) {
    told = { error: String(trouble) };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
});
