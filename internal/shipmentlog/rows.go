package shipmentlog

import "time"

// Rows of tables, before they are what is shown. A version is the shipment's
// revision that wrote a row.
type (
	shipmentRow struct {
		Shipment

		ETADay         *string    `ch:"eta_day"`
		ETAAt          *time.Time `ch:"eta_at"`
		OriginalETADay *string    `ch:"original_eta_day"`
		OriginalETAAt  *time.Time `ch:"original_eta_at"`
	}
	exceptionRow struct {
		Exception

		Version uint64 `ch:"version"`
	}
	acknowledgementRow struct {
		Acknowledgement

		Version uint64 `ch:"version"`
	}
	etaRow struct {
		ETAChange

		Version uint64     `ch:"version"`
		FromDay *string    `ch:"from_day"`
		FromAt  *time.Time `ch:"from_at"`
		ToDay   *string    `ch:"to_day"`
		ToAt    *time.Time `ch:"to_at"`
	}
	eventRow struct {
		Event
		Location

		Version uint64 `ch:"version"`
	}
)

// rows are what is read of a parcel, before anything is left out.
type rows struct {
	shipments        []shipmentRow
	registrations    []registrationRow
	exceptions       []exceptionRow
	acknowledgements []acknowledgementRow
	etaChanges       []etaRow
	events           []eventRow
	decisions        []Decision
	webhooks         []Webhook
}

// parcel puts together what was read. A row that a correction took away has an
// older version than its shipment, and does not count.
func (r *rows) parcel() *Parcel {
	p := &Parcel{Registrations: registrationsOf(r.registrations), Decisions: list(r.decisions), Webhooks: list(r.webhooks)}
	present := make(map[int64]uint64, len(r.shipments))
	p.Shipments = each(r.shipments, func(row *shipmentRow) (Shipment, bool) {
		present[row.Epoch.UnixMilli()] = row.Revision
		row.ETA, row.OriginalETA = target(row.ETADay, nil, row.ETAAt), target(row.OriginalETADay, nil, row.OriginalETAAt)
		return row.Shipment, true
	})
	counts := func(epoch time.Time, version uint64) bool {
		least, known := present[epoch.UnixMilli()]
		return known && version >= least
	}
	p.Exceptions = each(r.exceptions, func(row *exceptionRow) (Exception, bool) {
		return row.Exception, counts(row.Epoch, row.Version)
	})
	p.Acknowledgements = each(r.acknowledgements, func(row *acknowledgementRow) (Acknowledgement, bool) {
		return row.Acknowledgement, counts(row.Epoch, row.Version)
	})
	p.ETAChanges = each(r.etaChanges, func(row *etaRow) (ETAChange, bool) {
		row.From, row.To = target(row.FromDay, nil, row.FromAt), target(row.ToDay, nil, row.ToAt)
		return row.ETAChange, counts(row.Epoch, row.Version)
	})
	p.Events = each(r.events, func(row *eventRow) (Event, bool) {
		row.Event.Location = row.Location
		return row.Event, true
	})
	return p
}

// each makes a list of another, without what it is told to leave out.
func each[R, V any](all []R, show func(*R) (V, bool)) []V {
	made := []V{}
	for i := range all {
		if v, counts := show(&all[i]); counts {
			made = append(made, v)
		}
	}
	return made
}

// list gives an empty list for none, which JSON would call null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
