package waybill.peer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.Stores;

/** The rules on Kafka Streams, for the topics of one prefix. */
final class StreamsApplication {
    private static final String SOURCE = "source";
    private static final String PROCESSOR = "rules";

    private final Settings settings;
    private final KafkaStreams streams;
    private final AtomicInteger ticks = new AtomicInteger();
    private volatile Throwable failure;

    StreamsApplication(Settings settings, String prefix, Model model) {
        this.settings = settings;
        this.streams = new KafkaStreams(topology(prefix, model), properties(prefix));
        streams.setUncaughtExceptionHandler(e -> {
            failure = e;
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    private Topology topology(String prefix, Model model) {
        Topology t = new Topology();
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        ByteArraySerializer written = new ByteArraySerializer();
        t.addSource(SOURCE, bytes, bytes, prefix + Topics.INPUTS);
        t.addProcessor(PROCESSOR, () -> new ParcelProcessor(settings, model, ticks), SOURCE);
        t.addStateStore(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(ParcelProcessor.STORE), Serdes.Bytes(), new ParcelSerde(model))
                        .withCachingEnabled()
                        .withLoggingEnabled(Map.of()),
                PROCESSOR);
        t.addSink(Topics.EVENTS, prefix + Topics.EVENTS, written, written, PROCESSOR);
        t.addSink(Topics.JOBS, prefix + Topics.JOBS, written, written, PROCESSOR);
        t.addSink(Topics.DEAD_LETTERS, prefix + Topics.DEAD_LETTERS, written, written, PROCESSOR);
        return t;
    }

    private Properties properties(String prefix) {
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, prefix + "streams");
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
        p.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir());
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitInterval());
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, settings.cacheBytes());
        p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksTuning.class);
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
        p.put(StreamsConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        Clients.consumer().forEach((name, value) -> p.put(StreamsConfig.mainConsumerPrefix(name), value));
        Clients.producer(settings).forEach((name, value) -> p.put(StreamsConfig.producerPrefix(name), value));
        return p;
    }

    /** Starts, and returns when every thread has its share of the tasks. */
    void start() throws InterruptedException {
        streams.cleanUp();
        streams.start();
        while (!settled()) {
            check();
            Thread.sleep(20);
        }
    }

    private boolean settled() {
        if (streams.state() != KafkaStreams.State.RUNNING) {
            return false;
        }
        List<Integer> tasks = streams.metadataForLocalThreads().stream().map(t -> t.activeTasks().size()).toList();
        int all = tasks.stream().mapToInt(Integer::intValue).sum();
        int most = tasks.stream().mapToInt(Integer::intValue).max().orElse(0);
        return all == settings.partitions() && most <= (all + settings.threads() - 1) / settings.threads();
    }

    /** Waits until the end of every input was handled. */
    void awaitTicks() throws InterruptedException {
        while (ticks.get() < settings.partitions()) {
            check();
            Thread.sleep(20);
        }
    }

    void check() {
        if (failure != null) {
            throw new IllegalStateException("Kafka Streams failed: " + failure, failure);
        }
    }

    void close() {
        streams.close(Duration.ofMinutes(1));
        check();
    }
}
