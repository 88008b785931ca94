package body

import (
	"waybill/schemas"
	"waybill/schemas/shippo"
)

// present gives what a platform calls the status: the shipment's, except that
// an invalid number (R2) is a state of the registration alone.
func (w *Webhook) present() *Event {
	if w.Present == nil || w.Type == schemas.TypeInvalid {
		return &w.Event
	}
	return w.Present
}

// words are the carrier's own, else the name of the code.
func (e *Event) words() string {
	if e.Description != "" {
		return e.Description
	}
	return e.Name
}

// instant writes a target for those who have no days. It is empty where nothing
// is known.
func (g *Target) instant() string {
	if g == nil {
		return ""
	}
	return shippo.Target(g.Date, g.At)
}

// midnight writes a day as its midnight in UTC, as both platforms write one.
func midnight(day string) string { return day + "T00:00:00Z" }
