package waybill.peer;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A key as its length and its bytes. */
final class KeySerializer extends PlainSerializer<Key> {
    static final KeySerializer INSTANCE = new KeySerializer();

    private static final long serialVersionUID = 1;

    /** What checkpoints keep of the serializer; public, for Flink makes it by name. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Key> {
        /** Makes the one there is. */
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    @Override
    public Key createInstance() {
        return new Key(new byte[0]);
    }

    @Override
    public void serialize(Key key, DataOutputView to) throws IOException {
        writeBytes(key.bytes, to);
    }

    @Override
    public Key deserialize(DataInputView from) throws IOException {
        return new Key(readBytes(from));
    }

    @Override
    public TypeSerializerSnapshot<Key> snapshotConfiguration() {
        return new Snapshot();
    }
}
