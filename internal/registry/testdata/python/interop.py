"""Writes and reads records with Confluent's serializers, as any producer and consumer would.

usage: interop.py write BROKERS REGISTRY TOPIC KEY SCHEMA.avsc < value.json
       interop.py read  BROKERS REGISTRY TOPIC              one value, as JSON
"""
import json
import sys
import warnings

warnings.simplefilter("ignore")

from confluent_kafka import Consumer, Producer  # noqa: E402
from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: E402
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: E402
from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: E402


def write(brokers, registry, topic, key, schema):
    with open(schema, encoding="utf-8") as file:
        serialize = AvroSerializer(registry, file.read())
    value = serialize(json.load(sys.stdin), SerializationContext(topic, MessageField.VALUE))
    assert value[0] == 0, "no Confluent framing"
    failed = []
    # As Kafka's own clients place keys.
    producer = Producer({"bootstrap.servers": brokers, "partitioner": "murmur2_random"})
    producer.produce(topic, key=key, value=value, on_delivery=lambda error, _: failed.append(error) if error else None)
    producer.flush(20)
    if failed:
        raise SystemExit(str(failed[0]))


def read(brokers, registry, topic):
    deserialize = AvroDeserializer(registry)
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "interop", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    for _ in range(60):
        record = consumer.poll(1)
        if record is None or record.error():
            continue
        value = deserialize(record.value(), SerializationContext(topic, MessageField.VALUE))
        print(json.dumps(value, default=str))
        consumer.close()
        return
    raise SystemExit("no record came")


if __name__ == "__main__":
    what, brokers, url, *rest = sys.argv[1:]
    {"write": write, "read": read}[what](brokers, SchemaRegistryClient({"url": url}), *rest)
