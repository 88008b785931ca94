package shipmentlog

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// place is where a page of a list ends: the row's time that the list is sorted
// by, and its key. It holds nothing that its reader has not seen.
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

func (p *place) text() string {
	data, _ := json.Marshal(p) //nolint:errchkjson // numbers and strings have a JSON form
	return base64.RawURLEncoding.EncodeToString(data)
}

// readPlace reads what text gave, for the same question.
func readPlace(text string, question uint64) (*place, error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	p := &place{}
	if err == nil {
		err = json.Unmarshal(data, p)
	}
	if err != nil || p.TrackingNumber == "" {
		return nil, &InputError{"after", "it is no cursor; take it from the page before, unchanged"}
	}
	if p.Question != question {
		return nil, &InputError{"after", "it is of a list with other filters or another order; begin without it, or ask as before"}
	}
	return p, nil
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
