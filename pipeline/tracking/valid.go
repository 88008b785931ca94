package tracking

import (
	"fmt"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// Times outside these years are mistakes, and ClickHouse cannot hold them.
const (
	firstYear = 1900
	lastYear  = 2299
)

// NewCheck makes a check that tells why the job would make a dead letter of a
// registration or an act by hand, as a *schemas.DecodeError, so that who makes
// one can be told at once. Whether the parcel's state allows it (R7) only the
// job knows. The check is safe for concurrent use.
func NewCheck(model *status.Model, carriers Carriers) func(raw *schemas.Registration) error {
	r := &rules{model: model, carriers: carriers, zones: &zones{}}
	return r.validRegistration
}

// Records whose fields may be wrong, by the names of their schemas.
const (
	recordRegistration = "Registration"
	recordEvent        = "CarrierEvent"
)

// wrong says what is wrong with a field of a registration.
func wrong(field, format string, args ...any) error {
	return &schemas.DecodeError{Record: recordRegistration, Field: field, Problem: fmt.Sprintf(format, args...)}
}

// validRegistration checks what the rules cannot do without (R1).
func (r *rules) validRegistration(raw *schemas.Registration) error {
	zone := text(raw.PromisedZone)
	switch {
	case raw.Tenant == "":
		return wrong("tenant", "it is empty")
	case len(raw.Tenant) > maxName:
		return wrong("tenant", "it has %d bytes; %d are allowed", len(raw.Tenant), maxName)
	case raw.WindowDays < 0 || raw.WindowDays > maxWindowDays:
		return wrong("window_days", "it is %d; it may be 1 to %d", raw.WindowDays, maxWindowDays)
	case raw.PromisedDate != nil && raw.PromisedAt != nil:
		return wrong("promised_at", "promised_date is given, too; give one of them")
	case zone != "" && r.zones.find(zone) == nil:
		return wrong("promised_zone", "%q is no IANA zone and no UTC offset", zone)
	}
	for _, err := range []error{
		validDate(recordRegistration, "promised_date", raw.PromisedDate),
		validTime(recordRegistration, "promised_at", raw.PromisedAt),
		validDate(recordRegistration, "ship_date", raw.ShipDate),
	} {
		if err != nil {
			return err
		}
	}
	return r.validAct(raw)
}

// validEvent checks what the rules cannot do without. A zone that is no zone
// is taken for one that is not known: the instant is given beside it.
func validEvent(raw *schemas.CarrierEvent) error {
	if raw.ETADate != nil && raw.ETAAt != nil {
		return &schemas.DecodeError{Record: recordEvent, Field: "eta_at", Problem: "eta_date is given, too; give one of them"}
	}
	for _, err := range []error{
		validTime(recordEvent, "occurred_at", &raw.OccurredAt),
		validTime(recordEvent, "received_at", raw.ReceivedAt),
		validTime(recordEvent, "eta_at", raw.ETAAt),
		validDate(recordEvent, "eta_date", raw.ETADate),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func validDate(record, field string, date *string) error {
	if text(date) == "" {
		return nil
	}
	at, ok := parseDay(*date)
	if !ok {
		return &schemas.DecodeError{Record: record, Field: field, Problem: fmt.Sprintf("%q is no calendar day such as 2026-05-04", *date)}
	}
	return validTime(record, field, &at)
}

func validTime(record, field string, at *time.Time) error {
	if at == nil || firstYear <= at.UTC().Year() && at.UTC().Year() <= lastYear {
		return nil
	}
	return &schemas.DecodeError{
		Record: record, Field: field,
		Problem: fmt.Sprintf("it is in the year %d; times lie between %d and %d", at.UTC().Year(), firstYear, lastYear),
	}
}
