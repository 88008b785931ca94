package waybill.peer;

/** Topics, behind a prefix. */
final class Topics {
    static final String INPUTS = "peer-inputs";
    static final String EVENTS = "peer-events";
    static final String JOBS = "peer-jobs";
    static final String DEAD_LETTERS = "dead-letters";

    private Topics() {}
}
