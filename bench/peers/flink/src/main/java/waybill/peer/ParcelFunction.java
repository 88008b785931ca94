package waybill.peer;

import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The rules as a keyed function. What waits is let go by timers of event time; and by each record of its parcel before
 * that is taken in, for the watermark may lag: so what comes out is the same as where every task has a time of its own.
 */
final class ParcelFunction extends KeyedProcessFunction<Key, Message, ProducerRecord<byte[], byte[]>>
        implements Rules.Outputs {
    private static final long serialVersionUID = 1;

    private final Settings settings;
    private final String eventsTopic;
    private final String jobsTopic;
    private final String deadLettersTopic;

    private transient Model model;
    private transient Rules rules;
    private transient Intake intake;
    private transient ByteReader in;
    private transient ByteWriter written;
    private transient ValueState<byte[]> state;
    private transient Collector<ProducerRecord<byte[], byte[]>> out;
    private transient long now;

    ParcelFunction(Settings settings, String prefix) {
        this.settings = settings;
        this.eventsTopic = prefix + Topics.EVENTS;
        this.jobsTopic = prefix + Topics.JOBS;
        this.deadLettersTopic = prefix + Topics.DEAD_LETTERS;
    }

    @Override
    public void open(OpenContext context) throws IOException {
        model = Model.load(settings.model());
        rules = new Rules(model, settings.hold(), settings.endpoint(), settings.chosen(), this);
        intake = new Intake(settings, rules);
        in = new ByteReader();
        written = new ByteWriter();
        state = getRuntimeContext()
                .getState(new ValueStateDescriptor<>("parcel", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(Message message, Context context, Collector<ProducerRecord<byte[], byte[]>> out)
            throws IOException {
        if (message.isTick()) {
            return;
        }
        begin(message.arrival(), out);
        byte[] key = message.key().bytes;
        if (!intake.read(key, message.value())) {
            out.collect(new ProducerRecord<>(deadLettersTopic, null, now, key, message.value()));
            return;
        }
        Parcel before = load();
        boolean released = release(key, before);
        Parcel after = intake.apply(key, before, now, message.value());
        if (after != null) {
            save(after);
            if (settings.hold() > 0 && intake.isEvent()) {
                context.timerService().registerEventTimeTimer(now + settings.hold());
            }
        } else if (released) {
            save(before);
        }
    }

    @Override
    public void onTimer(long due, OnTimerContext context, Collector<ProducerRecord<byte[], byte[]>> out) throws IOException {
        begin(due, out);
        Parcel parcel = load();
        if (release(context.getCurrentKey().bytes, parcel)) {
            save(parcel);
        }
    }

    private void begin(long time, Collector<ProducerRecord<byte[], byte[]>> collector) {
        now = time;
        out = collector;
    }

    private boolean release(byte[] key, Parcel parcel) {
        return parcel != null && !parcel.held.isEmpty() && rules.release(key, parcel, now);
    }

    private Parcel load() throws IOException {
        byte[] bytes = state.value();
        if (bytes == null) {
            return null;
        }
        in.reset(bytes, 0);
        return Parcel.read(in, model);
    }

    private void save(Parcel parcel) throws IOException {
        written.clear();
        parcel.write(written);
        state.update(written.toBytes());
    }

    @Override
    public void event(byte[] key, byte[] value) {
        out.collect(new ProducerRecord<>(eventsTopic, null, now, key, value));
    }

    @Override
    public void job(byte[] key, byte[] value) {
        out.collect(new ProducerRecord<>(jobsTopic, null, now, key, value));
    }
}
