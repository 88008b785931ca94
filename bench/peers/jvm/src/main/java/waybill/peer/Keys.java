package waybill.peer;

import java.util.Arrays;

/** Keys of records, and what stands before a value. */
final class Keys {
    /** The size of the header of Avro's single-object encoding. */
    static final int HEADER = 10;

    private Keys() {}

    /** Tells whether a value is of the schema whose header this is. */
    static boolean isOf(byte[] header, byte[] value) {
        return value.length > HEADER && Arrays.equals(value, 0, HEADER, header, 0, HEADER);
    }

    /** Reads carrier and number, and tells whether the key is both with a colon between. */
    static boolean matches(byte[] key, ByteReader in) {
        int carrier = in.readLength();
        int carrierAt = in.at;
        in.at += carrier;
        int number = in.readLength();
        int numberAt = in.at;
        in.at += number;
        return key.length == carrier + 1 + number
                && key[carrier] == ':'
                && Arrays.equals(key, 0, carrier, in.data, carrierAt, carrierAt + carrier)
                && Arrays.equals(key, carrier + 1, key.length, in.data, numberAt, numberAt + number);
    }
}
