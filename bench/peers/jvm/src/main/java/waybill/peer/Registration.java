package waybill.peer;

/** What the rules need of a registration. One instance is filled again and again. */
final class Registration {
    long windowDays;

    private final ByteReader in = new ByteReader();

    /** Reads a value. It says false when the key is not the parcel's. */
    boolean read(byte[] key, byte[] value) {
        in.reset(value, Keys.HEADER);
        in.skipString(); // tenant
        if (!Keys.matches(key, in)) {
            return false;
        }
        in.skipStrings(5); // registration_id, idempotency_key, metadata, reference, transaction
        in.skipOptionalString(); // promised_date
        in.skipOptionalLong(); // promised_at
        in.skipOptionalString(); // promised_zone
        in.skipOptionalStrings(5); // service_level
        in.skipOptionalStrings(5); // origin
        in.skipOptionalStrings(5); // destination
        in.skipOptionalString(); // ship_date
        in.at++; // is_return
        in.skipString(); // carrier_account
        windowDays = in.readLong();
        return true;
    }
}
