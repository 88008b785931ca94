package waybill.peer;

/** A record of the input; one without a value is a tick, which moves nothing but the time. */
record Message(Key key, byte[] value, long arrival) {
    private static final byte[] NOTHING = {};

    /** Makes one of what a consumer read: null stands for nothing. */
    static Message of(byte[] key, byte[] value, long arrival) {
        return new Message(new Key(key == null ? NOTHING : key), value == null ? NOTHING : value, arrival);
    }

    boolean isTick() {
        return value.length == 0;
    }
}
