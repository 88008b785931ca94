// Receives Waybill's webhooks: verify, store, answer. Then work on them.
//
//     npm ci
//     WEBHOOK_SECRET=whsec_... node receiver.mjs

import { existsSync, openSync, readFileSync, writeSync, fsyncSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const verifier = new Webhook(process.env.WEBHOOK_SECRET);
const path = process.env.STORE ?? "webhooks.ndjson";
const maxBody = 1 << 20;

// A line for each webhook. In earnest: a table with a unique key on the id.
const seen = new Set();
if (existsSync(path)) {
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) seen.add(JSON.parse(line).id);
}
const file = openSync(path, "a");

function store(id, body) {
  if (seen.has(id)) return; // it comes again: it is stored already
  writeSync(file, JSON.stringify({ id, body }) + "\n");
  fsyncSync(file);
  seen.add(id);
}

function receive(request, response) {
  const parts = [];
  let size = 0;
  request.on("data", (part) => {
    size += part.length;
    if (size <= maxBody) parts.push(part);
    else if (!response.headersSent) response.writeHead(413, { Connection: "close" }).end();
  });
  request.on("end", () => {
    if (response.headersSent) return;
    const body = Buffer.concat(parts).toString(); // as it came, before any JSON parsing
    try {
      verifier.verify(body, request.headers, { jsonParse: false });
    } catch {
      response.writeHead(401).end();
      return;
    }
    store(request.headers["webhook-id"], body);
    response.writeHead(204).end();
  });
}

const server = createServer(receive);
server.listen(Number(process.env.PORT ?? 8099), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/`);
});
