package waybill.peer;

/** The rules on one stream processor. */
interface Peer {
    /** Works off what the topics of a prefix hold, up to the ticks that end it, and stops. */
    void workOff(String prefix) throws Exception;

    /** Starts on the topics of a prefix, and returns when every worker is there. */
    void start(String prefix) throws Exception;

    /** Throws what made it fail, if it has failed. */
    void check();

    /** Stops, with all that was handled committed. */
    void close() throws Exception;
}
