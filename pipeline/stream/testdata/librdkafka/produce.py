"""Writes records with librdkafka as it is when nothing is set.

Usage: produce.py BROKERS < records
Each line of the input is a JSON object: topic, key (null for none), value.
"""

import json
import sys

from confluent_kafka import Producer

refused = []


def delivered(error, _):
    if error is not None:
        refused.append(error)


producer = Producer({"bootstrap.servers": sys.argv[1]})
for line in sys.stdin:
    record = json.loads(line)
    producer.produce(record["topic"], key=record["key"], value=record["value"], on_delivery=delivered)
    producer.poll(0)
left = producer.flush(60)
if left or refused:
    sys.exit(f"{left} records were not delivered, {len(refused)} were refused: {refused[:3]}")
