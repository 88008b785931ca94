package waybill.peer;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Hands on what a consumer read, as it is: the rules read of it what they need. */
final class InputSchema implements KafkaRecordDeserializationSchema<Message> {
    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Message> out) {
        out.collect(Message.of(record.key(), record.value(), record.timestamp()));
    }

    @Override
    public TypeInformation<Message> getProducedType() {
        return PlainType.MESSAGE;
    }
}
