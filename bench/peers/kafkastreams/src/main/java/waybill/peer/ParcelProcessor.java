package waybill.peer;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The rules as a processor. What waits is due by stream time; the times are kept beside the store, in memory, and found
 * again in it when a task begins, so they cost no changelog.
 */
final class ParcelProcessor implements Processor<byte[], byte[], byte[], byte[]>, Rules.Outputs {
    static final String STORE = "parcels";

    private record Timer(long due, Bytes key) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            return Long.compare(due, other.due);
        }
    }

    private final Settings settings;
    private final AtomicInteger ticks;
    private final Rules rules;
    private final Intake intake;
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, Parcel> store;
    private long now;

    ParcelProcessor(Settings settings, Model model, AtomicInteger ticks) {
        this.settings = settings;
        this.ticks = ticks;
        this.rules = new Rules(model, settings.hold(), settings.endpoint(), settings.chosen(), this);
        this.intake = new Intake(settings, rules);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        this.context = context;
        store = context.getStateStore(STORE);
        if (settings.hold() == 0) {
            return;
        }
        try (KeyValueIterator<Bytes, Parcel> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<Bytes, Parcel> entry = all.next();
                for (Parcel.Held h : entry.value.held) {
                    timers.add(new Timer(h.order().arrival() + settings.hold(), entry.key));
                }
            }
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        now = context.currentStreamTimeMs();
        wake();
        if (record.value() == null) {
            ticks.incrementAndGet();
            return;
        }
        if (!intake.read(record.key(), record.value())) {
            context.forward(record, Topics.DEAD_LETTERS);
            return;
        }
        Bytes key = Bytes.wrap(record.key());
        Parcel p = intake.apply(record.key(), store.get(key), record.timestamp(), record.value());
        if (p == null) {
            return;
        }
        store.put(key, p);
        if (settings.hold() > 0 && intake.isEvent()) {
            timers.add(new Timer(record.timestamp() + settings.hold(), key));
        }
    }

    /** Releases all that is due. */
    private void wake() {
        for (Timer t = timers.peek(); t != null && t.due <= now; t = timers.peek()) {
            timers.poll();
            Parcel p = store.get(t.key);
            if (rules.release(t.key.get(), p, now)) {
                store.put(t.key, p);
            }
        }
    }

    @Override
    public void event(byte[] key, byte[] value) {
        context.forward(new Record<>(key, value, now), Topics.EVENTS);
    }

    @Override
    public void job(byte[] key, byte[] value) {
        context.forward(new Record<>(key, value, now), Topics.JOBS);
    }
}
