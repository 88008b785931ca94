package tracking

import (
	"slices"
	"strings"

	"waybill/schemas"
)

// validAct checks that a registration asks for a known action and has what that
// one needs (R7).
func (r *rules) validAct(raw *schemas.Registration) error {
	if !slices.Contains(actions(), raw.Action) {
		return wrong("action", "there is no action %q; it is one of %s", raw.Action, strings.Join(actions()[1:], ", "))
	}
	if !isAct(raw) {
		return nil
	}
	return r.validActFields(raw)
}

func actions() []string {
	return []string{
		"", schemas.ActionRegister, schemas.ActionStop, schemas.ActionClose, schemas.ActionCorrect,
		schemas.ActionAcknowledge, schemas.ActionChangeCarrier, schemas.ActionRetract, schemas.ActionErase,
	}
}

func (r *rules) validActFields(raw *schemas.Registration) error {
	if raw.EventID != "" && parseEventID(raw.EventID) == 0 {
		return wrong("event_id", "%q is no id; it is 16 hexadecimal digits, as tracking events have it", raw.EventID)
	}
	switch raw.Action {
	case schemas.ActionClose, schemas.ActionCorrect, schemas.ActionRetract, schemas.ActionErase:
		if strings.TrimSpace(raw.Reason) == "" {
			return wrong("reason", "it is empty; %s needs one", raw.Action)
		}
	}
	switch raw.Action {
	case schemas.ActionClose:
		return r.validClosing(raw.Status)
	case schemas.ActionCorrect:
		if r.codeNamed(raw.Status) == nil {
			return wrong("status", "%q is no main status and no code of a parcel; DELIVERED and exc.damaged are such", raw.Status)
		}
		return validTime(recordRegistration, "occurred_at", raw.OccurredAt)
	case schemas.ActionRetract:
		if raw.EventID == "" {
			return wrong("event_id", "it is empty; name the event that is withdrawn")
		}
	case schemas.ActionChangeCarrier:
		return r.validNewCarrier(raw)
	}
	return nil
}

// validClosing checks a status that a parcel is closed with: an end.
func (r *rules) validClosing(name string) error {
	if code := r.codeNamed(name); code != nil && code.Status.Terminal {
		return nil
	}
	return wrong("status", "%q is no end of a parcel's life; it is %s, or a code of one of them",
		name, strings.Join(r.terminalStatuses(), ", "))
}

func (r *rules) validNewCarrier(raw *schemas.Registration) error {
	if raw.NewCarrier == "" {
		return wrong("new_carrier", "it is empty; name the carrier that has the parcel")
	}
	slug := r.carriers.Canonical(raw.NewCarrier)
	if slug == r.carriers.Canonical(raw.Carrier) {
		return wrong("new_carrier", "%q is the carrier that has the parcel already", raw.NewCarrier)
	}
	if _, err := schemas.ShipmentKey(slug, raw.TrackingNumber); err != nil {
		return wrong("new_carrier", "%v", err)
	}
	return nil
}
