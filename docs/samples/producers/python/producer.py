"""Publishes to Waybill with librdkafka: a registration in Avro, an event in JSON
and one in Avro.

BROKERS=127.0.0.1:9092 SCHEMAS=schemas/avro python producer.py royal-mail AB123456785GB
"""

import io
import json
import os
import sys
from datetime import datetime, timedelta, timezone

import fastavro
from confluent_kafka import Producer
from fastavro.schema import fingerprint, to_parsing_canonical_form


class Writer:
    """Writes one record of the contract as Avro single objects."""

    def __init__(self, name):
        with open(os.path.join(os.environ["SCHEMAS"], name + ".avsc")) as file:
            text = json.load(file)
        self.schema = fastavro.parse_schema(text)
        # fingerprint has it in hexadecimal, little-endian as it is written.
        self.header = b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(text), "CRC-64-AVRO"))

    def encode(self, **fields):
        """Writes a record. What is left out has its default."""
        body = io.BytesIO()
        fastavro.schemaless_writer(body, self.schema, fields)
        return self.header + body.getvalue()


refused = []


def delivered(error, _):
    if error is not None:
        refused.append(error)


carrier, number = sys.argv[1:]
parcel = {"carrier": carrier, "tracking_number": number}
now = datetime.now(timezone.utc)
producer = Producer({
    "bootstrap.servers": os.environ["BROKERS"],
    "partitioner": "murmur2_random",  # librdkafka's own puts records elsewhere than other clients
    "enable.idempotence": True,  # a retry makes no double, and keeps the order
})
key = f"{carrier}:{number}"  # of every record of the parcel
producer.produce("registrations", key=key, on_delivery=delivered, value=Writer("registration.v2").encode(
    **parcel, tenant="default", reference="order-17", promised_date="2030-12-24"))
producer.produce("carrier-events", key=key, on_delivery=delivered, value=json.dumps(parcel | {
    "source": "sample", "code": "transit.picked_up", "raw_code": "EVPPA", "occurred_at": (now - timedelta(hours=1)).isoformat()}))
producer.produce("carrier-events", key=key, on_delivery=delivered, value=Writer("carrier_event.v2").encode(
    **parcel, source="sample", code="delivered.delivered", raw_code="EVKSP", occurred_at=now))
left = producer.flush(60)
if left or refused:
    sys.exit(f"{left} records were not delivered, {len(refused)} were refused: {refused}")
print("published 3 records")
