// Executes GraphQL by GitHub's own schema over the data of a file: node FILE SCHEMA PORT.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { buildSchema, graphql } from "graphql";

const [data, sdl, port] = process.argv.slice(2);
const schema = buildSchema(readFileSync(sdl, "utf8"), { assumeValid: true });
const some = (nodes) => ({ first }) => ({ nodes: nodes.slice(0, first) });
const repository = ({ owner, name }) => {
  const found = JSON.parse(readFileSync(data, "utf8"))[`${owner}/${name}`];
  if (!found) throw new Error(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
  const releases = found.releases.map((one) => ({ ...one, releaseAssets: some(one.assets) }));
  return { nameWithOwner: `${owner}/${name}`, releases: some(releases), refs: some(found.refs) };
};

createServer((asked, answer) => {
  let body = "";
  asked.on("data", (piece) => (body += piece));
  asked.on("end", async () => {
    const known = asked.headers.authorization === "Bearer reader";
    const told = known
      ? await graphql({ schema, source: JSON.parse(body).query, rootValue: { repository } })
      : { message: "Bad credentials" };
    answer.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    answer.end(JSON.stringify(told));
  });
}).listen(Number(port), "127.0.0.1", () => console.log("Ready."));
