package tracking

import (
	"errors"
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

// CheckRegistration tells why the job would make a dead letter of a registration
// or an act by hand, so that who makes one can be told at once. Whether the
// parcel's state allows it (R7) only the job knows.
func CheckRegistration(model *status.Model, carriers Carriers, raw *schemas.Registration) error {
	r := &rules{model: model, carriers: carriers, zones: &zones{}}
	return r.validRegistration(raw)
}

// validRegistration checks what the rules cannot do without (R1).
func (r *rules) validRegistration(raw *schemas.Registration) error {
	zone := text(raw.PromisedZone)
	switch {
	case raw.Tenant == "":
		return errors.New("reading a registration: the tenant is empty")
	case len(raw.Tenant) > maxName:
		return fmt.Errorf("reading a registration: the tenant has %d bytes; %d are allowed", len(raw.Tenant), maxName)
	case raw.WindowDays < 0 || raw.WindowDays > maxWindowDays:
		return fmt.Errorf("reading a registration: window_days is %d; it is 1 to %d", raw.WindowDays, maxWindowDays)
	case raw.PromisedDate != nil && raw.PromisedAt != nil:
		return errors.New("reading a registration: promised_date and promised_at are both given; give one")
	case zone != "" && r.zones.find(zone) == nil:
		return fmt.Errorf("reading a registration: promised_zone %q is no IANA zone and no UTC offset", zone)
	}
	if err := validDate("promised_date", raw.PromisedDate); err != nil {
		return fmt.Errorf("reading a registration: %w", err)
	}
	if err := validTime("promised_at", raw.PromisedAt); err != nil {
		return fmt.Errorf("reading a registration: %w", err)
	}
	if err := validDate("ship_date", raw.ShipDate); err != nil {
		return fmt.Errorf("reading a registration: %w", err)
	}
	return r.validAct(raw)
}

// validEvent checks what the rules cannot do without. A zone that is no zone
// is taken for one that is not known: the instant is given beside it.
func validEvent(raw *schemas.CarrierEvent) error {
	if raw.ETADate != nil && raw.ETAAt != nil {
		return errors.New("reading a carrier event: eta_date and eta_at are both given; give one")
	}
	for _, err := range []error{
		validTime("occurred_at", &raw.OccurredAt),
		validTime("received_at", raw.ReceivedAt),
		validTime("eta_at", raw.ETAAt),
		validDate("eta_date", raw.ETADate),
	} {
		if err != nil {
			return fmt.Errorf("reading a carrier event: %w", err)
		}
	}
	return nil
}

func validDate(field string, date *string) error {
	if text(date) == "" {
		return nil
	}
	at, ok := parseDay(*date)
	if !ok {
		return fmt.Errorf("%s is %q, which is no calendar day such as 2026-05-04", field, *date)
	}
	return validTime(field, &at)
}

func validTime(field string, at *time.Time) error {
	if at == nil || firstYear <= at.UTC().Year() && at.UTC().Year() <= lastYear {
		return nil
	}
	return fmt.Errorf("%s is in the year %d; times lie between %d and %d", field, at.UTC().Year(), firstYear, lastYear)
}
