package replay

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"slices"
	"time"
)

// SCMSTruth is what is true of a file of SCMS shipment lines, found by calendar
// dates alone.
type SCMSTruth struct {
	// Parcels are lines; References are shipments of one or more lines.
	Parcels, References int
	// PurchaseOrders are the lines whose purchase order has a date.
	PurchaseOrders int
	// Early, OnTime and Late compare the delivered day with the scheduled day.
	Early, OnTime, Late int
	// RecordedLater are the lines recorded on a day after they were delivered.
	RecordedLater int
	// DeliveredWebhooks are the deliveries that a tenant hears of: recorded in
	// the 30 days from the registration, and not delivered on a day before it.
	DeliveredWebhooks int
}

// RawEvents is the number of carrier events that the file holds.
func (t *SCMSTruth) RawEvents() int { return t.Parcels + t.PurchaseOrders }

// ReadSCMSTruth reads a file for the truth of it. It shares nothing with the
// map, so that each checks the other: a second reading of the same file by
// other code.
func ReadSCMSTruth(in Input) (SCMSTruth, error) {
	var t SCMSTruth
	references := make(map[string]bool)
	err := in.read(func(text *bufio.Reader) error {
		lines, err := csv.NewReader(text).ReadAll()
		if err != nil || len(lines) == 0 {
			return err
		}
		for i, cells := range lines[1:] {
			cell := func(name string) string {
				if column := slices.Index(lines[0], name); column >= 0 {
					return cells[column]
				}
				return ""
			}
			references[cell("shipment_ref")] = true
			if err := t.count(cell); err != nil {
				return fmt.Errorf("row %d: %w", i+1, err)
			}
		}
		return nil
	})
	t.References = len(references)
	return t, err
}

func (t *SCMSTruth) count(cell func(name string) string) error {
	var days [3]time.Time
	for i, name := range []string{"scheduled_delivery_date", "delivered_date", "recorded_date"} {
		day, err := time.Parse(time.DateOnly, cell(name))
		if err != nil {
			return fmt.Errorf("column %s: %w", name, err)
		}
		days[i] = day
	}
	scheduled, delivered, recorded := days[0], days[1], days[2]
	registered := scheduled.AddDate(0, 0, -20)
	if dayBefore := recorded.AddDate(0, 0, -1); dayBefore.Before(registered) {
		registered = dayBefore
	}
	t.Parcels++
	if cell("po_sent_date") != "" {
		t.PurchaseOrders++
	}
	switch delivered.Compare(scheduled) {
	case -1:
		t.Early++
	case 0:
		t.OnTime++
	default:
		t.Late++
	}
	if recorded.After(delivered) {
		t.RecordedLater++
	}
	if recorded.Before(registered.AddDate(0, 0, 30)) && !delivered.Before(registered) {
		t.DeliveredWebhooks++
	}
	return nil
}
