package waybill.peer;

/** What the rules need of a carrier event. One instance is filled again and again. */
final class CarrierEvent {
    private static final int[] PRIORITIES = {3, 2, 1, 0, 0}; // by the enum SourceKind

    int priority;
    String status;
    String code;
    String what; // the carrier's code, or its words where there is none
    long occurred;
    long ordinal;

    private final ByteReader in = new ByteReader();

    /** Reads a value. It says false when the key is not the parcel's. */
    boolean read(byte[] key, byte[] value) {
        in.reset(value, Keys.HEADER);
        if (!Keys.matches(key, in)) {
            return false;
        }
        in.skipString(); // source
        priority = PRIORITIES[(int) in.readLong()];
        status = in.readString();
        code = in.readString();
        what = in.readString();
        in.skipString(); // raw_status
        if (what.isEmpty()) {
            what = in.readString();
        } else {
            in.skipString(); // description
        }
        occurred = in.readLong();
        in.skipStrings(3); // occurred_local, occurred_text, occurred_zone
        in.readLong(); // occurred_precision
        in.readLong(); // occurred_confidence
        in.skipOptionalLong(); // received_at
        in.skipOptionalStrings(5); // location
        in.skipString(); // signed_by
        in.skipOptionalString(); // eta_date
        in.skipOptionalLong(); // eta_at
        in.skipOptionalString(); // eta_zone
        in.skipString(); // eta_reason
        in.readLong(); // leg
        ordinal = in.readLong();
        return true;
    }
}
