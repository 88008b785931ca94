package waybill.peer;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A message as its key, its value and its arrival. */
final class MessageSerializer extends PlainSerializer<Message> {
    static final MessageSerializer INSTANCE = new MessageSerializer();

    private static final long serialVersionUID = 1;

    /** What checkpoints keep of the serializer; public, for Flink makes it by name. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Message> {
        /** Makes the one there is. */
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }

    @Override
    public Message createInstance() {
        return Message.of(null, null, 0);
    }

    @Override
    public void serialize(Message message, DataOutputView to) throws IOException {
        KeySerializer.INSTANCE.serialize(message.key(), to);
        writeBytes(message.value(), to);
        to.writeLong(message.arrival());
    }

    @Override
    public Message deserialize(DataInputView from) throws IOException {
        return new Message(KeySerializer.INSTANCE.deserialize(from), readBytes(from), from.readLong());
    }

    @Override
    public TypeSerializerSnapshot<Message> snapshotConfiguration() {
        return new Snapshot();
    }
}
