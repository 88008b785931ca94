package waybill.peer;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A serializer of values that never change: nothing is copied in memory. */
abstract class PlainSerializer<T> extends TypeSerializerSingleton<T> {
    private static final long serialVersionUID = 1;

    static void writeBytes(byte[] bytes, DataOutputView to) throws IOException {
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    static byte[] readBytes(DataInputView from) throws IOException {
        byte[] bytes = new byte[from.readInt()];
        from.readFully(bytes);
        return bytes;
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public T copy(T from) {
        return from;
    }

    @Override
    public T copy(T from, T reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public T deserialize(T reuse, DataInputView from) throws IOException {
        return deserialize(from);
    }

    @Override
    public void copy(DataInputView from, DataOutputView to) throws IOException {
        serialize(deserialize(from), to);
    }
}
