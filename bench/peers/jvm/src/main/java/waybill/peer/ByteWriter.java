package waybill.peer;

import java.util.Arrays;

/** Writes Avro's binary form into memory that is used again. */
final class ByteWriter {
    private byte[] buffer = new byte[1024];
    private int size;

    void clear() {
        size = 0;
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, size);
    }

    void writeLong(long value) {
        reserve(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            buffer[size++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    /** Writes bytes with their length before them. */
    void writeBytes(byte[] bytes) {
        writeLong(bytes.length);
        writeRaw(bytes, 0, bytes.length);
    }

    void writeRaw(byte[] bytes, int from, int length) {
        reserve(length);
        System.arraycopy(bytes, from, buffer, size, length);
        size += length;
    }

    private void reserve(int more) {
        if (size + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, size + more));
        }
    }
}
