package shipmentlog

import (
	"slices"
	"time"
)

// Parcel is what is known of a number, of all its lives: how it stands, who
// follows it, and what became of each raw event. The epoch says which life a
// thing is of. Times are UTC.
type Parcel struct {
	Shipments        []Shipment        `json:"shipments"`
	Registrations    []Registration    `json:"registrations"`
	Exceptions       []Exception       `json:"exceptions"`
	Acknowledgements []Acknowledgement `json:"acknowledgements"`
	ETAChanges       []ETAChange       `json:"eta_changes"`
	Events           []Event           `json:"events"`
	Decisions        []Decision        `json:"decisions"`
	Webhooks         []Webhook         `json:"webhooks"`
}

// Shipment is a life of the number, newest first.
type Shipment struct {
	Epoch    time.Time `ch:"epoch" json:"epoch"`
	Revision uint64    `ch:"version" json:"revision"`
	Status   string    `ch:"status" json:"status"`
	Code     string    `ch:"code" json:"code"`
	Leg      string    `ch:"leg" json:"leg"`
	// StatusAt is when PresentEventID occurred, the event that the status is of.
	StatusAt       *time.Time `ch:"status_at" json:"status_at"`
	PresentEventID string     `ch:"present_event_id" json:"present_event_id"`
	Terminal       bool       `ch:"terminal" json:"terminal"`
	// ClockStart and ClockStop are rule D7's.
	ClockStart     *time.Time `ch:"clock_start" json:"clock_start"`
	ClockStop      *time.Time `ch:"clock_stop" json:"clock_stop"`
	ClockStopCode  string     `ch:"clock_stop_code" json:"clock_stop_code"`
	DeliveredAt    *time.Time `ch:"delivered_at" json:"delivered_at"`
	DeliveredLocal string     `ch:"delivered_local" json:"delivered_local"`
	ETA            *Target    `ch:"-" json:"eta"`
	OriginalETA    *Target    `ch:"-" json:"original_eta"`
	LastScanAt     *time.Time `ch:"last_scan_at" json:"last_scan_at"`
	StalledAt      *time.Time `ch:"stalled_at" json:"stalled_at"`
	NotFoundAt     *time.Time `ch:"not_found_at" json:"not_found_at"`
	// Attempts are deliveries that failed.
	Attempts  int32     `ch:"attempts" json:"attempts"`
	Closed    bool      `ch:"closed" json:"closed"`
	UpdatedAt time.Time `ch:"updated_at" json:"updated_at"`
}

// Exception is a time in which something was wrong (D6).
type Exception struct {
	Epoch          time.Time  `ch:"epoch" json:"epoch"`
	OpeningEventID string     `ch:"opening_event_id" json:"opening_event_id"`
	Code           string     `ch:"code" json:"code"`
	Party          string     `ch:"party" json:"party"`
	Severity       int32      `ch:"severity" json:"severity"`
	OpenedAt       time.Time  `ch:"opened_at" json:"opened_at"`
	ClosedAt       *time.Time `ch:"closed_at" json:"closed_at"`
	ClosingEventID string     `ch:"closing_event_id" json:"closing_event_id"`
	ClosingCode    string     `ch:"closing_code" json:"closing_code"`
}

// Acknowledgement is an exception that a tenant took in hand (R7).
type Acknowledgement struct {
	Epoch          time.Time `ch:"epoch" json:"epoch"`
	Tenant         string    `ch:"tenant" json:"tenant"`
	RegistrationID string    `ch:"registration_id" json:"registration_id"`
	OpeningEventID string    `ch:"opening_event_id" json:"opening_event_id"`
	AcknowledgedAt time.Time `ch:"acknowledged_at" json:"acknowledged_at"`
	Actor          string    `ch:"actor" json:"actor"`
}

// ETAChange is a move of the carrier's ETA (D1). From is nil for the first.
type ETAChange struct {
	Epoch          time.Time `ch:"epoch" json:"epoch"`
	CausingEventID string    `ch:"causing_event_id" json:"causing_event_id"`
	ChangedAt      time.Time `ch:"changed_at" json:"changed_at"`
	From           *Target   `ch:"-" json:"from"`
	To             *Target   `ch:"-" json:"to"`
	Source         string    `ch:"source" json:"source"`
	Reason         string    `ch:"reason" json:"reason"`
}

// Event is an event of the history, a carrier's or one that the rules noticed,
// in the order of when it occurred (O2). One that belongs to a registration names
// its tenant.
type Event struct {
	EventID        string            `ch:"event_id" json:"event_id"`
	Epoch          time.Time         `ch:"epoch" json:"epoch"`
	Type           string            `ch:"type" json:"type"`
	Tenant         string            `ch:"tenant" json:"tenant"`
	RegistrationID string            `ch:"registration_id" json:"registration_id"`
	Status         string            `ch:"status" json:"status"`
	Code           string            `ch:"code" json:"code"`
	Milestone      bool              `ch:"milestone" json:"milestone"`
	StopTheClock   bool              `ch:"stops_clock" json:"stop_the_clock"`
	ActionRequired bool              `ch:"action_required" json:"action_required"`
	Party          string            `ch:"party" json:"party"`
	Severity       int32             `ch:"severity" json:"severity"`
	Leg            string            `ch:"leg" json:"leg"`
	OccurredAt     time.Time         `ch:"occurred_at" json:"occurred_at"`
	OccurredLocal  string            `ch:"occurred_local" json:"occurred_local"`
	OccurredText   string            `ch:"occurred_text" json:"occurred_text"`
	OccurredZone   string            `ch:"occurred_zone" json:"occurred_zone"`
	Precision      string            `ch:"occurred_precision" json:"occurred_precision"`
	Confidence     string            `ch:"occurred_confidence" json:"occurred_confidence"`
	ReceivedAt     time.Time         `ch:"received_at" json:"received_at"`
	ArrivedAt      time.Time         `ch:"arrived_at" json:"arrived_at"`
	Location       Location          `ch:"-" json:"location"`
	Source         string            `ch:"source" json:"source"`
	SourceKind     string            `ch:"source_kind" json:"source_kind"`
	AlsoFrom       []string          `ch:"also_from" json:"also_from"`
	RawCode        string            `ch:"raw_code" json:"raw_code"`
	RawStatus      string            `ch:"raw_status" json:"raw_status"`
	Description    string            `ch:"description" json:"description"`
	SignedBy       string            `ch:"signed_by" json:"signed_by"`
	MapVersion     string            `ch:"map_version" json:"map_version"`
	ModelVersion   string            `ch:"model_version" json:"model_version"`
	PreviousStatus string            `ch:"previous_status" json:"previous_status"`
	Decision       string            `ch:"decision" json:"decision"`
	Evidence       map[string]string `ch:"evidence" json:"evidence"`
	Actor          string            `ch:"actor" json:"actor"`
	ObjectCreated  time.Time         `ch:"object_created" json:"object_created"`
	ObjectUpdated  time.Time         `ch:"object_updated" json:"object_updated"`
}

// Location is where an event happened, as far as the source says.
type Location struct {
	Name       string `ch:"location_name" json:"name"`
	City       string `ch:"location_city" json:"city"`
	State      string `ch:"location_state" json:"state"`
	PostalCode string `ch:"location_postal_code" json:"postal_code"`
	Country    string `ch:"location_country" json:"country"`
}

// Decision is the last word on one raw event, in the order of the log. One that
// is held says in its reason until when.
type Decision struct {
	Epoch        time.Time `ch:"epoch" json:"epoch"`
	Topic        string    `ch:"source_topic" json:"source_topic"`
	Partition    int32     `ch:"source_partition" json:"source_partition"`
	Offset       int64     `ch:"source_offset" json:"source_offset"`
	Version      uint64    `ch:"version" json:"version"`
	Decision     string    `ch:"decision" json:"decision"`
	Rule         string    `ch:"rule" json:"rule"`
	Reason       string    `ch:"reason" json:"reason"`
	Warnings     []string  `ch:"warnings" json:"warnings"`
	EventID      string    `ch:"event_id" json:"event_id"`
	OtherEventID string    `ch:"other_event_id" json:"other_event_id"`
	Code         string    `ch:"code" json:"code"`
	RawCode      string    `ch:"raw_code" json:"raw_code"`
	Source       string    `ch:"source" json:"source"`
	OccurredAt   time.Time `ch:"occurred_at" json:"occurred_at"`
	ReceivedAt   time.Time `ch:"received_at" json:"received_at"`
	ArrivedAt    time.Time `ch:"arrived_at" json:"arrived_at"`
	DecidedAt    time.Time `ch:"decided_at" json:"decided_at"`
}

// Webhook is what was sent to whom, and how it went: delivered, expired,
// cancelled, or open while it is tried on. One that waits for another before it,
// or for its endpoint, is open and has no attempt.
type Webhook struct {
	WebhookID      string     `ch:"job_id" json:"webhook_id"`
	Epoch          time.Time  `ch:"epoch" json:"epoch"`
	RegistrationID string     `ch:"registration_id" json:"registration_id"`
	Tenant         string     `ch:"tenant" json:"tenant"`
	EndpointID     string     `ch:"endpoint_id" json:"endpoint_id"`
	Type           string     `ch:"type" json:"type"`
	Sequence       int64      `ch:"sequence" json:"sequence"`
	CreatedAt      time.Time  `ch:"created_at" json:"created_at"`
	Attempts       uint64     `ch:"attempts" json:"attempts"`
	Outcome        string     `ch:"outcome" json:"outcome"`
	Reason         string     `ch:"reason" json:"reason"`
	StatusCode     int32      `ch:"status_code" json:"status_code"`
	LastAttempt    *time.Time `ch:"last_attempt" json:"last_attempt"`
	NextAttemptAt  *time.Time `ch:"next_attempt_at" json:"next_attempt_at"`
}

// Lives gives each life of the number alone, the newest first. Decisions of no
// life, as on an event that nobody follows, come last, without a shipment.
func (p *Parcel) Lives() []*Parcel {
	var lives []*Parcel
	known := make(map[int64]bool, len(p.Shipments))
	for _, s := range p.Shipments {
		at := s.Epoch.UnixMilli()
		known[at] = true
		is := func(epoch time.Time) bool { return epoch.UnixMilli() == at }
		lives = append(lives, &Parcel{
			Shipments:        []Shipment{s},
			Registrations:    only(p.Registrations, func(r *Registration) bool { return is(r.Epoch) }),
			Exceptions:       only(p.Exceptions, func(x *Exception) bool { return is(x.Epoch) }),
			Acknowledgements: only(p.Acknowledgements, func(a *Acknowledgement) bool { return is(a.Epoch) }),
			ETAChanges:       only(p.ETAChanges, func(c *ETAChange) bool { return is(c.Epoch) }),
			Events:           only(p.Events, func(v *Event) bool { return is(v.Epoch) }),
			Decisions:        only(p.Decisions, func(d *Decision) bool { return is(d.Epoch) }),
			Webhooks:         only(p.Webhooks, func(h *Webhook) bool { return is(h.Epoch) }),
		})
	}
	rest := only(p.Decisions, func(d *Decision) bool { return !known[d.Epoch.UnixMilli()] })
	if len(rest) > 0 || len(lives) == 0 {
		lives = append(lives, &Parcel{Decisions: rest})
	}
	return lives
}

// only gives those that are wanted, in their order. It is never nil.
func only[T any](all []T, wanted func(*T) bool) []T {
	kept := slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !wanted(&v) })
	if kept == nil {
		return []T{}
	}
	return kept
}
