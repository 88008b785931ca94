package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"waybill/internal/listing"
)

// webhookFlags choose among a tenant's webhooks, for the commands that ask for
// them.
type webhookFlags struct {
	Endpoint string `help:"Those of one endpoint." placeholder:"ID"`
	Shipment string `help:"Those of one parcel, as CARRIER:NUMBER." placeholder:"PARCEL"`
	Since    string `help:"From when: a day, a time, or how long ago, such as 3d or 12h." placeholder:"WHEN"`
	Until    string `help:"Until when, not included: likewise." placeholder:"WHEN"`
}

// parcel reads --shipment. Both are empty when it is not given.
func (f *webhookFlags) parcel(g *globals) (carrier, number string, err error) {
	if f.Shipment == "" {
		return "", "", nil
	}
	carrier, number, ok := strings.Cut(f.Shipment, ":")
	if !ok {
		return "", "", wrongUseError{fmt.Errorf("--shipment is %q; it is carrier and number, such as royal-mail:AB123456785GB", f.Shipment)}
	}
	return parcelArgs{Carrier: carrier, TrackingNumber: number}.canonical(g)
}

// span reads --since and --until. A zero time is no end.
func (f *webhookFlags) span(now time.Time) (since, until time.Time, err error) {
	since, err = whenOrAgo("--since", f.Since, now)
	if err == nil {
		until, err = whenOrAgo("--until", f.Until, now)
	}
	if err != nil {
		return since, until, wrongUseError{err}
	}
	return since, until, nil
}

// wrongQuestion makes an error about what was asked one of wrong use.
func wrongQuestion(err error) error {
	if _, is := errors.AsType[*listing.InputError](err); is {
		return wrongUseError{err}
	}
	return err
}
