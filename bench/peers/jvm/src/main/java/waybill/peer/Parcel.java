package waybill.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is kept of a key. */
final class Parcel {
    /** An event that waits for its order. */
    record Held(Order order, Model.Code code, byte[] raw) {}

    private static final byte[] NOTHING = {};

    long registered;
    long expires;
    Model.Status told;
    long jobs;
    long events;
    Model.Code present;
    Order presentAt = Order.NONE;
    int pastCount;
    Order last = Order.NONE; // of what is past
    byte[] past = NOTHING; // orders and codes in order, as they are written: most events go to the end
    int knownCount;
    byte[] known = NOTHING; // identities as they are written: nothing but comparing is done with them
    final List<Held> held = new ArrayList<>(2);

    /** Adds an identity as it is written. It says false when it is known. */
    boolean learn(byte[] identity, ByteReader in) {
        in.reset(known, 0);
        for (int i = 0; i < knownCount; i++) {
            int from = in.at;
            in.readLong();
            in.skipString();
            in.readLong();
            if (Arrays.equals(known, from, in.at, identity, 0, identity.length)) {
                return false;
            }
        }
        known = append(known, identity);
        knownCount++;
        return true;
    }

    static byte[] append(byte[] bytes, byte[] more) {
        byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, all, bytes.length, more.length);
        return all;
    }

    void write(ByteWriter out) {
        out.writeLong(registered);
        out.writeLong(expires);
        out.writeBytes(told == null ? NOTHING : told.bytes);
        out.writeLong(jobs);
        out.writeLong(events);
        out.writeBytes(present == null ? NOTHING : present.bytes);
        presentAt.write(out);
        out.writeLong(pastCount);
        last.write(out);
        out.writeBytes(past);
        out.writeLong(knownCount);
        out.writeBytes(known);
        out.writeLong(held.size());
        for (Held h : held) {
            h.order.write(out);
            out.writeBytes(h.code.bytes);
            out.writeBytes(h.raw);
        }
    }

    static Parcel read(ByteReader in, Model model) {
        Parcel p = new Parcel();
        p.registered = in.readLong();
        p.expires = in.readLong();
        p.told = model.status(in.readString());
        p.jobs = in.readLong();
        p.events = in.readLong();
        p.present = model.code(in.readString());
        p.presentAt = Order.read(in);
        p.pastCount = (int) in.readLong();
        p.last = Order.read(in);
        p.past = in.readBytes();
        p.knownCount = (int) in.readLong();
        p.known = in.readBytes();
        for (long n = in.readLong(); n > 0; n--) {
            p.held.add(new Held(Order.read(in), model.code(in.readString()), in.readBytes()));
        }
        return p;
    }
}
