package waybill.peer;

/** Takes records in: reads them, and lets the rules do what they say. */
final class Intake {
    private final byte[] registrationHeader;
    private final byte[] eventHeader;
    private final Rules rules;
    private final CarrierEvent event = new CarrierEvent();
    private final Registration registration = new Registration();
    private boolean isEvent;

    Intake(Settings settings, Rules rules) {
        this.registrationHeader = settings.registrationHeader();
        this.eventHeader = settings.eventHeader();
        this.rules = rules;
    }

    /** Reads a record. It says false when the record belongs to the dead letters. */
    boolean read(byte[] key, byte[] value) {
        isEvent = Keys.isOf(eventHeader, value);
        if (isEvent) {
            return event.read(key, value);
        }
        return Keys.isOf(registrationHeader, value) && registration.read(key, value);
    }

    /** Tells whether the record that was read is an event, which may have to wait for its order. */
    boolean isEvent() {
        return isEvent;
    }

    /** Applies the record that was read to its parcel, null for none, and gives what is to be kept, null for no change. */
    Parcel apply(byte[] key, Parcel parcel, long arrival, byte[] value) {
        if (isEvent) {
            return parcel != null && rules.take(key, parcel, event, arrival, value) ? parcel : null;
        }
        Parcel p = parcel == null ? new Parcel() : parcel;
        return rules.register(p, arrival, registration.windowDays) ? p : null;
    }
}
