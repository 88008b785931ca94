package body

import (
	"time"

	"waybill/schemas"
)

// Shipment is the shipment as it stood when the webhook was made, for the
// eyes of one tenant (R10).
type Shipment struct {
	Carrier        string     `json:"carrier"`
	TrackingNumber string     `json:"tracking_number"`
	Epoch          time.Time  `json:"epoch"`
	Status         string     `json:"status"`
	Code           string     `json:"code"`
	Leg            string     `json:"leg"`
	StatusAt       *time.Time `json:"status_at"`
	Terminal       bool       `json:"terminal"`
	// Corrected: the status is the tenant's own correction (R7) and not the
	// carrier's.
	Corrected   bool       `json:"corrected,omitempty"`
	DeliveredAt *time.Time `json:"delivered_at"`
	Attempts    int        `json:"attempts"`
	// StalledAt is when it was found that no physical scan came for too long;
	// null when one came since (D3).
	StalledAt *time.Time `json:"stalled_at"`

	ETA         *Target `json:"eta"`
	OriginalETA *Target `json:"original_eta"`
	Promised    *Target `json:"promised"`
	Delay       Delay   `json:"delay"`
	Clock       Clock   `json:"clock"`
	// Exceptions are oldest first.
	Exceptions []Exception `json:"exceptions"`

	ServiceLevel *schemas.ServiceLevel `json:"service_level"`
	Origin       *schemas.Address      `json:"origin"`
	Destination  *schemas.Address      `json:"destination"`
}

// Target is when the parcel should be there: a day, with its zone where
// that is known, or an instant.
type Target struct {
	Date string     `json:"date"`
	Zone string     `json:"zone"`
	At   *time.Time `json:"at"`
}

// Delay is what D2 says. Measure is promised, original_eta, or empty.
type Delay struct {
	Measure   string     `json:"measure"`
	Delayed   bool       `json:"delayed"`
	DelayedAt *time.Time `json:"delayed_at"`
	ClearedAt *time.Time `json:"cleared_at"`
	// AtRiskAt is since when a delay is likely (D4); null when it is not, and
	// once it is a fact.
	AtRiskAt *time.Time `json:"at_risk_at"`
	// DelayS is by how much the stop of the clock missed the measure, in seconds,
	// 0 in time; AccountableS is that less the time in exceptions that are not
	// the carrier's (D6). Null before the stop and without a measure.
	DelayS       *int64 `json:"delay_s"`
	AccountableS *int64 `json:"accountable_delay_s"`
}

// Exception is a time in which something was wrong (D6), as the tenant is shown
// it, and when it took it in hand (R7).
type Exception struct {
	OpeningEventID string     `json:"opening_event_id"`
	Code           string     `json:"code"`
	Party          string     `json:"party"`
	Severity       int        `json:"severity"`
	OpenedAt       time.Time  `json:"opened_at"`
	ClosedAt       *time.Time `json:"closed_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy string     `json:"acknowledged_by"`
}

// Clock is the measured service (D7). The duration is null while it runs,
// and when it stopped before it started.
type Clock struct {
	StartedAt          *time.Time `json:"started_at"`
	StoppedAt          *time.Time `json:"stopped_at"`
	StoppedLocal       string     `json:"stopped_local"`
	StopCode           string     `json:"stop_code"`
	DurationS          *int64     `json:"duration_s"`
	StoppedBeforeStart bool       `json:"stopped_before_start"`
}
