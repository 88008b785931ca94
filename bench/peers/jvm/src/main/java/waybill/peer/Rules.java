package waybill.peer;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What events do to a parcel. README.md of bench/peers defines it, line by line. */
final class Rules {
    /** Takes what comes out. */
    interface Outputs {
        void event(byte[] key, byte[] value);

        void job(byte[] key, byte[] value);
    }

    private static final long DAY = 24L * 60 * 60 * 1000;
    private static final long SECOND = 1000;
    private static final byte[] JOB_TYPE = utf8("tracking.status_changed");
    private static final byte[] NOTHING = {};

    private final Model model;
    private final long hold;
    private final byte[] endpoint;
    private final byte[] jobKeyStart;
    private final Set<String> chosen;
    private final Outputs outputs;
    private final ByteWriter out = new ByteWriter();
    private final ByteReader in = new ByteReader();

    Rules(Model model, long hold, String endpoint, Set<String> chosen, Outputs outputs) {
        this.model = model;
        this.hold = hold;
        this.endpoint = utf8(endpoint);
        this.jobKeyStart = utf8(endpoint + "/");
        this.chosen = chosen;
        this.outputs = outputs;
    }

    /** Begins a window, unless one is open. */
    boolean register(Parcel p, long arrival, long days) {
        if (arrival < p.expires) {
            return false;
        }
        p.registered = arrival;
        p.expires = arrival + days * DAY;
        p.told = null;
        return true;
    }

    /** Takes an event in. It says false when it is known already. */
    boolean take(byte[] key, Parcel p, CarrierEvent e, long arrival, byte[] raw) {
        out.clear();
        out.writeLong(Math.floorDiv(e.occurred, SECOND));
        out.writeBytes(utf8(e.what));
        out.writeLong(e.ordinal);
        if (!p.learn(out.toBytes(), in)) {
            return false;
        }
        Model.Code code = model.resolve(e.status, e.code);
        Parcel.Held h = new Parcel.Held(new Order(e.occurred, code.rank, e.priority, arrival), code, raw);
        if (hold == 0) {
            place(key, p, h);
        } else {
            p.held.add(h);
        }
        return true;
    }

    /** Lets go what is due, and all that occurred before it, in order. */
    boolean release(byte[] key, Parcel p, long now) {
        Order newest = null;
        for (Parcel.Held h : p.held) {
            if (h.order().arrival() + hold <= now && (newest == null || newest.compareTo(h.order()) < 0)) {
                newest = h.order();
            }
        }
        if (newest == null) {
            return false;
        }
        p.held.sort(Comparator.comparing(Parcel.Held::order));
        int upTo = 0;
        for (; upTo < p.held.size(); upTo++) {
            Order order = p.held.get(upTo).order();
            if (order.arrival() + hold > now && order.compareTo(newest) >= 0) {
                break;
            }
        }
        List<Parcel.Held> ready = p.held.subList(0, upTo);
        for (Parcel.Held h : ready) {
            place(key, p, h);
        }
        ready.clear();
        return true;
    }

    private void place(byte[] key, Parcel p, Parcel.Held h) {
        Model.Code before = p.present;
        Order beforeAt = p.presentAt;
        boolean late = add(p, h);
        p.events++;
        out.clear();
        out.writeLong(p.events);
        out.writeLong(late ? 1 : 0);
        out.writeBytes(p.present == null ? NOTHING : p.present.status.bytes);
        out.writeBytes(before == null ? NOTHING : before.status.bytes);
        out.writeBytes(h.code().bytes);
        out.writeLong(h.order().arrival());
        out.writeBytes(h.raw());
        byte[] value = out.toBytes();
        outputs.event(key, value);
        if (p.presentAt != beforeAt && !p.presentAt.equals(beforeAt) && follows(p, h.order()) && p.present.status != p.told) {
            tell(key, p, value);
        }
    }

    /** Puts an event where it belongs, and says whether that is not the end. */
    private boolean add(Parcel p, Parcel.Held h) {
        boolean late = p.pastCount > 0 && h.order().compareTo(p.last) < 0;
        out.clear();
        h.order().write(out);
        out.writeBytes(h.code().bytes);
        byte[] entry = out.toBytes();
        if (late) {
            insert(p, h, entry);
        } else {
            p.past = Parcel.append(p.past, entry);
            p.last = h.order();
            meet(p, h.order(), h.code());
        }
        p.pastCount++;
        return late;
    }

    /** Puts an event before the first that it is older than, and walks the history anew. */
    private void insert(Parcel p, Parcel.Held h, byte[] entry) {
        out.clear();
        in.reset(p.past, 0);
        p.present = null;
        p.presentAt = Order.NONE;
        boolean inserted = false;
        for (int i = 0; i < p.pastCount; i++) {
            int from = in.at;
            Order order = Order.read(in);
            Model.Code code = model.code(in.readString());
            if (!inserted && h.order().compareTo(order) < 0) {
                out.writeRaw(entry, 0, entry.length);
                meet(p, h.order(), h.code());
                inserted = true;
            }
            out.writeRaw(p.past, from, in.at - from);
            meet(p, order, code);
        }
        p.past = out.toBytes();
    }

    private static boolean follows(Parcel p, Order order) {
        return order.arrival() >= p.registered && order.arrival() < p.expires && order.occurred() >= p.registered;
    }

    private void tell(byte[] key, Parcel p, byte[] event) {
        Model.Status previous = p.told;
        p.told = p.present.status;
        if (!chosen.contains(p.told.name)) {
            return;
        }
        p.jobs++;
        out.clear();
        out.writeRaw(jobKeyStart, 0, jobKeyStart.length);
        out.writeRaw(key, 0, key.length);
        byte[] jobKey = out.toBytes();
        out.clear();
        out.writeBytes(endpoint);
        out.writeLong(p.jobs);
        out.writeBytes(JOB_TYPE);
        out.writeBytes(previous == null ? NOTHING : previous.bytes);
        out.writeBytes(p.told.bytes);
        out.writeBytes(event);
        outputs.job(jobKey, out.toBytes());
    }

    /** Lets the next event in order become the present, if it may. */
    private static void meet(Parcel p, Order order, Model.Code code) {
        if (code.counts && (p.present == null || code.mayFollow(p.present))) {
            p.present = code;
            p.presentAt = order;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
