// Reads webhooks with the platforms' own SDKs: lines of {"dialect", "body"} come
// in, and for each a line goes out, what its SDK understood. The first argument
// is the folder into which the SDKs were installed.
const { createRequire } = require("node:module");
const http = require("node:http");
const readline = require("node:readline");

const sdk = createRequire(process.argv[2] + "/");
const { webhookPayloadFromJSON, webhookPayloadToJSON } = sdk("shippo/models/components");
const ShipEngine = sdk("shipengine");

// Shippo's SDK has a parser of webhooks, and what it parsed can be written again.
function readShippo(body) {
  const parsed = webhookPayloadFromJSON(JSON.stringify(body));
  if (!parsed.ok) throw parsed.error;
  return JSON.parse(webhookPayloadToJSON(parsed.value));
}

// ShipEngine's SDK reads the same data as an answer to a request, so a server
// gives it to it.
let answer;
const server = http.createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(answer);
});

async function readShipEngine(body) {
  answer = JSON.stringify(body.data);
  const client = new ShipEngine({ apiKey: "TEST_key", baseURL: `http://127.0.0.1:${server.address().port}/` });
  const about = new URL(body.resource_url).searchParams;
  return client.trackUsingCarrierCodeAndTrackingNumber({
    carrierCode: about.get("carrier_code"), trackingNumber: about.get("tracking_number"),
  });
}

async function main() {
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { dialect, body } = JSON.parse(line);
    const read = dialect === "shippo" ? readShippo(body) : await readShipEngine(body);
    console.log(JSON.stringify(read));
  }
  process.stdout.write("", () => process.exit(0)); // ShipEngine's SDK leaves timers behind
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
