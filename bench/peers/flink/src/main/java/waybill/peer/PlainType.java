package waybill.peer;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A type that has a serializer of its own. */
final class PlainType<T> extends TypeInformation<T> {
    static final PlainType<Key> KEY = new PlainType<>(Key.class, KeySerializer.INSTANCE);
    static final PlainType<Message> MESSAGE = new PlainType<>(Message.class, MessageSerializer.INSTANCE);

    private static final long serialVersionUID = 1;

    private final Class<T> type;
    private final PlainSerializer<T> serializer;

    private PlainType(Class<T> type, PlainSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return type == Key.class;
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof PlainType;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlainType<?> t && type == t.type;
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }
}
