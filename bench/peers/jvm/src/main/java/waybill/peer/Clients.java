package waybill.peer;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How the Kafka clients of every peer are tuned: larger fetches, polls, batches and buffers than by default. */
final class Clients {
    private Clients() {}

    static Map<String, String> consumer() {
        return Map.of(
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000",
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(16 << 20),
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, String.valueOf(2 << 20),
                ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    }

    static Map<String, String> producer(Settings settings) {
        return Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.compression(),
                ProducerConfig.BATCH_SIZE_CONFIG, String.valueOf(512 << 10),
                ProducerConfig.LINGER_MS_CONFIG, "100",
                ProducerConfig.BUFFER_MEMORY_CONFIG, String.valueOf(128L << 20),
                ProducerConfig.SEND_BUFFER_CONFIG, "-1");
    }
}
