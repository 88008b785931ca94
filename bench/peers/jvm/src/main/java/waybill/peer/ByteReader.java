package waybill.peer;

import java.nio.charset.StandardCharsets;

/** Reads Avro's binary form: longs, and texts and bytes with their length before them. */
final class ByteReader {
    byte[] data;
    int at;

    void reset(byte[] data, int at) {
        this.data = data;
        this.at = at;
    }

    long readLong() {
        long value = 0;
        int shift = 0;
        byte b;
        do {
            b = data[at++];
            value |= (long) (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        return (value >>> 1) ^ -(value & 1);
    }

    /** Reads a length, and leaves what it is of to be read. */
    int readLength() {
        long length = readLong();
        if (length < 0 || length > data.length - at) {
            throw new IllegalArgumentException("the body is malformed");
        }
        return (int) length;
    }

    String readString() {
        int length = readLength();
        String text = new String(data, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    byte[] readBytes() {
        int length = readLength();
        byte[] bytes = new byte[length];
        System.arraycopy(data, at, bytes, 0, length);
        at += length;
        return bytes;
    }

    void skipString() {
        int length = readLength(); // it moves at
        at += length;
    }

    void skipStrings(int count) {
        for (int i = 0; i < count; i++) {
            skipString();
        }
    }

    /** Reads which branch of a union with null follows, and tells whether it is the other one. */
    boolean readPresent() {
        return readLong() != 0;
    }

    void skipOptionalString() {
        if (readPresent()) {
            skipString();
        }
    }

    void skipOptionalLong() {
        if (readPresent()) {
            readLong();
        }
    }

    void skipOptionalStrings(int count) {
        if (readPresent()) {
            skipStrings(count);
        }
    }
}
