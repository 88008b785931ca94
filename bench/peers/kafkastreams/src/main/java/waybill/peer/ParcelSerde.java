package waybill.peer;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** A parcel's state as bytes. Threads share it, each with memory of its own. */
final class ParcelSerde implements Serde<Parcel> {
    private final ThreadLocal<ByteWriter> writers = ThreadLocal.withInitial(ByteWriter::new);
    private final ThreadLocal<ByteReader> readers = ThreadLocal.withInitial(ByteReader::new);
    private final Model model;

    ParcelSerde(Model model) {
        this.model = model;
    }

    @Override
    public Serializer<Parcel> serializer() { // a store asks for it at every use
        return this::write;
    }

    @Override
    public Deserializer<Parcel> deserializer() {
        return this::read;
    }

    private byte[] write(String topic, Parcel parcel) {
        if (parcel == null) {
            return null;
        }
        ByteWriter to = writers.get();
        to.clear();
        parcel.write(to);
        return to.toBytes();
    }

    private Parcel read(String topic, byte[] data) {
        if (data == null) {
            return null;
        }
        ByteReader from = readers.get();
        from.reset(data, 0);
        return Parcel.read(from, model);
    }
}
