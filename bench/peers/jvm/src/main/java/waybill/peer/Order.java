package waybill.peer;

/** What events are ordered by, in milliseconds. */
record Order(long occurred, long rank, long priority, long arrival) implements Comparable<Order> {
    static final Order NONE = new Order(0, 0, 0, 0);

    @Override
    public int compareTo(Order o) {
        int by = Long.compare(occurred, o.occurred);
        if (by == 0) {
            by = Long.compare(rank, o.rank);
        }
        if (by == 0) {
            by = Long.compare(priority, o.priority);
        }
        return by != 0 ? by : Long.compare(arrival, o.arrival);
    }

    static Order read(ByteReader in) {
        return new Order(in.readLong(), in.readLong(), in.readLong(), in.readLong());
    }

    void write(ByteWriter out) {
        out.writeLong(occurred);
        out.writeLong(rank);
        out.writeLong(priority);
        out.writeLong(arrival);
    }
}
