package shipmentlog

import (
	"time"

	"waybill/internal/listing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// place is where a page of a list ends: the row's time that the list is sorted
// by, and its key.
type place struct {
	// Question is of which tenant, filter and order it is.
	Question       uint64 `json:"q"`
	AtMS           int64  `json:"t"`
	Carrier        string `json:"c"`
	TrackingNumber string `json:"n"`
	EpochMS        int64  `json:"e"`
	RegistrationID string `json:"r"`
}

func placeOf(r *Registration, column string, question uint64) *place {
	at := r.RegisteredAt
	if column == OldestUpdate {
		at = r.UpdatedAt
	}
	return &place{question, at.UnixMilli(), r.Carrier, r.TrackingNumber, r.Epoch.UnixMilli(), r.RegistrationID}
}

// readPlace reads the cursor of a place, for the same question.
func readPlace(text string, question uint64) (*place, error) {
	p, err := listing.ReadCursor(text, func(p *place) bool { return p.TrackingNumber != "" })
	if err != nil {
		return nil, err
	}
	if p.Question != question {
		return nil, &listing.InputError{Field: "after", Problem: "it is of a list with other filters or another order; begin without it, or ask as before"}
	}
	return &p, nil
}

func (p *place) params() []any {
	ms := func(name string, at int64) any {
		return clickhouse.DateNamed(name, time.UnixMilli(at), clickhouse.MilliSeconds)
	}
	return []any{
		ms("after_at", p.AtMS), clickhouse.Named("after_carrier", p.Carrier), clickhouse.Named("after_number", p.TrackingNumber),
		ms("after_epoch", p.EpochMS), clickhouse.Named("after_id", p.RegistrationID),
	}
}
