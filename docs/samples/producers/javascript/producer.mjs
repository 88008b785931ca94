// Publishes to Waybill with KafkaJS: a registration in Avro, an event in JSON and
// one in Avro.
//
//   BROKERS=127.0.0.1:9092 SCHEMAS=schemas/avro node producer.mjs royal-mail AB123456785GB
import avro from "avsc";
import { Kafka, Partitioners, logLevel } from "kafkajs";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [carrier, number] = process.argv.slice(2);
const parcel = { carrier, tracking_number: number };

// fingerprint is Avro's CRC-64 of a schema's canonical form, little-endian.
function fingerprint(type) {
  const empty = 0xc15d213aa4d7a795n;
  let sum = empty;
  for (const byte of Buffer.from(JSON.stringify(type.schema()))) {
    let entry = (sum ^ BigInt(byte)) & 0xffn;
    for (let bit = 0; bit < 8; bit++) entry = (entry >> 1n) ^ (entry & 1n ? empty : 0n);
    sum = (sum >> 8n) ^ entry;
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(sum);
  return bytes;
}

// writer writes one record of the contract as Avro single objects. What is left
// out has its default.
function writer(name) {
  const schema = JSON.parse(readFileSync(join(process.env.SCHEMAS, `${name}.avsc`)));
  const type = avro.Type.forSchema(schema, { wrapUnions: false });
  const header = Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprint(type)]);
  return (fields) => Buffer.concat([header, type.toBuffer(type.clone({ ...fields }, { fillDefaults: true }))]);
}

const registration = writer("registration.v2");
const event = writer("carrier_event.v2");
const now = Date.now();
const key = `${carrier}:${number}`; // of every record of the parcel

const kafka = new Kafka({ brokers: process.env.BROKERS.split(","), logLevel: logLevel.ERROR });
const producer = kafka.producer({
  createPartitioner: Partitioners.DefaultPartitioner, // Kafka's own
  idempotent: true, // a retry makes no double, and keeps the order
});
await producer.connect();
await producer.sendBatch({
  topicMessages: [
    {
      topic: "registrations",
      messages: [{ key, value: registration({ ...parcel, tenant: "default", reference: "order-17", promised_date: "2030-12-24" }) }],
    },
    {
      topic: "carrier-events",
      messages: [
        {
          key,
          value: JSON.stringify({
            ...parcel, source: "sample", code: "transit.picked_up", raw_code: "EVPPA", occurred_at: new Date(now - 3_600_000),
          }),
        },
        { key, value: event({ ...parcel, source: "sample", code: "delivered.delivered", raw_code: "EVKSP", occurred_at: now }) },
      ],
    },
  ],
});
await producer.disconnect();
console.log("published 3 records");
