package analytics

import (
	"slices"
	"time"
)

// Explanation is everything known of one parcel: how it stands and who follows
// it, and for each raw event what became of it, by which rule, and against which
// other event. The epoch says which life of the number a thing is of.
type Explanation struct {
	Shipments        []ExplainedShipment        `json:"shipments"`
	Registrations    []ExplainedRegistration    `json:"registrations"`
	Exceptions       []ExplainedException       `json:"exceptions"`
	Acknowledgements []ExplainedAcknowledgement `json:"acknowledgements"`
	ETAChanges       []ExplainedETAChange       `json:"eta_changes"`
	Events           []ExplainedEvent           `json:"events"`
	Decisions        []ExplainedDecision        `json:"decisions"`
	Webhooks         []ExplainedWebhook         `json:"webhooks"`
}

// ExplainedShipment is a life of the number, newest first.
type ExplainedShipment struct {
	Epoch          time.Time  `ch:"epoch" json:"epoch"`
	Revision       uint64     `ch:"version" json:"revision"`
	Status         string     `ch:"status" json:"status"`
	Code           string     `ch:"code" json:"code"`
	Leg            string     `ch:"leg" json:"leg"`
	StatusAt       *time.Time `ch:"status_at" json:"status_at"`
	PresentEventID string     `ch:"present_event_id" json:"present_event_id"`
	Terminal       bool       `ch:"terminal" json:"terminal"`
	ClockStart     *time.Time `ch:"clock_start" json:"clock_start"`
	ClockStop      *time.Time `ch:"clock_stop" json:"clock_stop"`
	ClockStopCode  string     `ch:"clock_stop_code" json:"clock_stop_code"`
	DeliveredAt    *time.Time `ch:"delivered_at" json:"delivered_at"`
	ETA            string     `ch:"eta" json:"eta"`
	OriginalETA    string     `ch:"original_eta" json:"original_eta"`
	LastScanAt     *time.Time `ch:"last_scan_at" json:"last_scan_at"`
	StalledAt      *time.Time `ch:"stalled_at" json:"stalled_at"`
	NotFoundAt     *time.Time `ch:"not_found_at" json:"not_found_at"`
	Attempts       int32      `ch:"attempts" json:"attempts"`
	Closed         bool       `ch:"closed" json:"closed"`
	UpdatedAt      time.Time  `ch:"updated_at" json:"updated_at"`
}

// ExplainedRegistration is a tenant's registration as it stands. What was done by
// hand is among the events, as action.*.
type ExplainedRegistration struct {
	RegistrationID    string     `ch:"registration_id" json:"registration_id"`
	Epoch             time.Time  `ch:"epoch" json:"epoch"`
	Tenant            string     `ch:"tenant" json:"tenant"`
	State             string     `ch:"state" json:"state"`
	Reason            string     `ch:"reason" json:"reason"`
	Actor             string     `ch:"actor" json:"actor"`
	Reference         string     `ch:"reference" json:"reference"`
	RegisteredAt      time.Time  `ch:"registered_at" json:"registered_at"`
	ExpiresAt         time.Time  `ch:"expires_at" json:"expires_at"`
	Backfill          string     `ch:"backfill" json:"backfill"`
	Promise           string     `ch:"promise" json:"promise"`
	Measure           string     `ch:"measure" json:"measure"`
	DelayedAt         *time.Time `ch:"delayed_at" json:"delayed_at"`
	DelayClearedAt    *time.Time `ch:"delay_cleared_at" json:"delay_cleared_at"`
	AtRiskAt          *time.Time `ch:"at_risk_at" json:"at_risk_at"`
	DelayS            *int64     `ch:"delay_s" json:"delay_s"`
	AccountableDelayS *int64     `ch:"accountable_delay_s" json:"accountable_delay_s"`
	Webhooks          int64      `ch:"webhooks" json:"webhooks"`
}

// ExplainedException is a time in which something was wrong (D6).
type ExplainedException struct {
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

// ExplainedAcknowledgement is an exception that a tenant took in hand (R7).
type ExplainedAcknowledgement struct {
	Epoch          time.Time `ch:"epoch" json:"epoch"`
	Tenant         string    `ch:"tenant" json:"tenant"`
	RegistrationID string    `ch:"registration_id" json:"registration_id"`
	OpeningEventID string    `ch:"opening_event_id" json:"opening_event_id"`
	AcknowledgedAt time.Time `ch:"acknowledged_at" json:"acknowledged_at"`
	Actor          string    `ch:"actor" json:"actor"`
}

// ExplainedETAChange is a move of the carrier's ETA (D1).
type ExplainedETAChange struct {
	Epoch          time.Time `ch:"epoch" json:"epoch"`
	CausingEventID string    `ch:"causing_event_id" json:"causing_event_id"`
	ChangedAt      time.Time `ch:"changed_at" json:"changed_at"`
	From           string    `ch:"from" json:"from"`
	To             string    `ch:"to" json:"to"`
	Source         string    `ch:"source" json:"source"`
	Reason         string    `ch:"reason" json:"reason"`
}

// ExplainedEvent is an event of the history, a carrier's or one that the rules
// noticed, in the order of rule O2's first key: when it occurred. Those that
// belong to a registration name its tenant.
type ExplainedEvent struct {
	EventID        string            `ch:"event_id" json:"event_id"`
	Epoch          time.Time         `ch:"epoch" json:"epoch"`
	Type           string            `ch:"type" json:"type"`
	Tenant         string            `ch:"tenant" json:"tenant"`
	RegistrationID string            `ch:"registration_id" json:"registration_id"`
	Status         string            `ch:"status" json:"status"`
	Code           string            `ch:"code" json:"code"`
	Party          string            `ch:"party" json:"party"`
	OccurredAt     time.Time         `ch:"occurred_at" json:"occurred_at"`
	OccurredLocal  string            `ch:"occurred_local" json:"occurred_local"`
	Precision      string            `ch:"occurred_precision" json:"occurred_precision"`
	Confidence     string            `ch:"occurred_confidence" json:"occurred_confidence"`
	ReceivedAt     time.Time         `ch:"received_at" json:"received_at"`
	ArrivedAt      time.Time         `ch:"arrived_at" json:"arrived_at"`
	Source         string            `ch:"source" json:"source"`
	SourceKind     string            `ch:"source_kind" json:"source_kind"`
	AlsoFrom       []string          `ch:"also_from" json:"also_from"`
	RawCode        string            `ch:"raw_code" json:"raw_code"`
	RawStatus      string            `ch:"raw_status" json:"raw_status"`
	Description    string            `ch:"description" json:"description"`
	MapVersion     string            `ch:"map_version" json:"map_version"`
	ModelVersion   string            `ch:"model_version" json:"model_version"`
	PreviousStatus string            `ch:"previous_status" json:"previous_status"`
	Decision       string            `ch:"decision" json:"decision"`
	Evidence       map[string]string `ch:"evidence" json:"evidence"`
	Actor          string            `ch:"actor" json:"actor"`
}

// ExplainedDecision is the last word on one raw event, in the order of the log.
// One that is held says in its reason until when.
type ExplainedDecision struct {
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

// ExplainedWebhook is what was sent to whom, and how it went: delivered, expired,
// cancelled, or open while it is tried on. One that waits for another before it,
// or for its endpoint, is open and has no attempt.
type ExplainedWebhook struct {
	JobID          string     `ch:"job_id" json:"job_id"`
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

// Lives gives the explanation of each life of the number alone, the newest
// first. Decisions of no life, as on an event that nobody follows, come last,
// without a shipment.
func (e *Explanation) Lives() []*Explanation {
	var lives []*Explanation
	known := make(map[int64]bool, len(e.Shipments))
	for _, s := range e.Shipments {
		at := s.Epoch.UnixMilli()
		known[at] = true
		is := func(epoch time.Time) bool { return epoch.UnixMilli() == at }
		lives = append(lives, &Explanation{
			Shipments:        []ExplainedShipment{s},
			Registrations:    only(e.Registrations, func(r ExplainedRegistration) bool { return is(r.Epoch) }),
			Exceptions:       only(e.Exceptions, func(x ExplainedException) bool { return is(x.Epoch) }),
			Acknowledgements: only(e.Acknowledgements, func(a ExplainedAcknowledgement) bool { return is(a.Epoch) }),
			ETAChanges:       only(e.ETAChanges, func(c ExplainedETAChange) bool { return is(c.Epoch) }),
			Events:           only(e.Events, func(v ExplainedEvent) bool { return is(v.Epoch) }),
			Decisions:        only(e.Decisions, func(d ExplainedDecision) bool { return is(d.Epoch) }),
			Webhooks:         only(e.Webhooks, func(h ExplainedWebhook) bool { return is(h.Epoch) }),
		})
	}
	rest := only(e.Decisions, func(d ExplainedDecision) bool { return !known[d.Epoch.UnixMilli()] })
	if len(rest) > 0 || len(lives) == 0 {
		lives = append(lives, &Explanation{Decisions: rest})
	}
	return lives
}

func only[T any](all []T, wanted func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !wanted(v) })
}
