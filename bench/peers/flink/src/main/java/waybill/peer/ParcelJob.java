package waybill.peer;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The job: from the input by key through the rules to the outputs. */
final class ParcelJob {
    private final Settings settings;
    private final String prefix;
    private final boolean bounded;

    /** A bounded one ends where the input ends when it starts. */
    ParcelJob(Settings settings, String prefix, boolean bounded) {
        this.settings = settings;
        this.prefix = prefix;
        this.bounded = bounded;
    }

    JobGraph graph(Configuration configuration) {
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration);
        env.setParallelism(settings.threads());
        env.fromSource(source(), watermarks(), "inputs")
                .setParallelism(Math.min(settings.threads(), settings.partitions()))
                .keyBy(Message::key, PlainType.KEY)
                .process(new ParcelFunction(settings, prefix))
                .returns(TypeInformation.of(new TypeHint<ProducerRecord<byte[], byte[]>>() {}))
                .sinkTo(sink());
        return env.getStreamGraph().getJobGraph(getClass().getClassLoader());
    }

    /** Without a hold nothing asks for the time. */
    private WatermarkStrategy<Message> watermarks() {
        if (settings.hold() == 0) {
            return WatermarkStrategy.noWatermarks();
        }
        return WatermarkStrategy.forGenerator(context -> new StreamTime());
    }

    private KafkaSource<Message> source() {
        KafkaSourceBuilder<Message> source = KafkaSource.<Message>builder()
                .setBootstrapServers(settings.brokers())
                .setTopics(prefix + Topics.INPUTS)
                .setGroupId(prefix + "flink")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setDeserializer(new InputSchema());
        Clients.consumer().forEach(source::setProperty);
        if (bounded) {
            source.setBounded(OffsetsInitializer.latest());
        }
        return source.build();
    }

    private KafkaSink<ProducerRecord<byte[], byte[]>> sink() {
        KafkaSinkBuilder<ProducerRecord<byte[], byte[]>> sink = KafkaSink.<ProducerRecord<byte[], byte[]>>builder()
                .setBootstrapServers(settings.brokers())
                .setRecordSerializer(new OutputSchema(prefix))
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(prefix + "flink")
                .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                // Its own default is longer than brokers allow by theirs.
                .setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, String.valueOf(10 * 60 * 1000));
        Clients.producer(settings).forEach(sink::setProperty);
        return sink.build();
    }
}
