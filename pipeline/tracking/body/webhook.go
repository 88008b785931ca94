package body

import (
	"time"

	"waybill/schemas"
)

// Webhook is what a webhook says, in Waybill's own form, version 1. Times are
// RFC 3339, UTC; fields that are not known are null or empty.
type Webhook struct {
	// Version is the version of this form.
	Version string `json:"version"`
	// ID is the webhook's id, the same over all attempts.
	ID string `json:"id"`
	// Type is the most specific type that the endpoint chose, Types all that
	// fit, the specific first.
	Type  string   `json:"type"`
	Types []string `json:"types"`
	// Created is when the webhook was made.
	Created time.Time `json:"created"`
	// Sequence is 1, 2, 3 ... per registration and endpoint, without gaps.
	// Revision counts the shipment's changes; it has gaps (O3).
	Sequence int64 `json:"sequence"`
	Revision int64 `json:"revision"`

	Registration Registration `json:"registration"`
	Event        Event        `json:"event"`
	Shipment     Shipment     `json:"shipment"`

	// Present is the event that the shipment's status comes from, for the
	// dialects that show one; Waybill's own form has it in Shipment.
	Present *Event `json:"-"`

	// PreviousStatus is the status that was told before, empty at first.
	PreviousStatus string `json:"previous_status"`
	// FirstTimeInStatus: the registration was never told this status before.
	FirstTimeInStatus bool `json:"first_time_in_status"`
	// Changed names what of the shipment changed.
	Changed []string `json:"changed"`
	// Historical: it occurred before the registration and is sent because of
	// the backfill (R5).
	Historical bool `json:"historical"`
	// Position is where in the history an amendment lies, from 1 for the
	// oldest (O4); 0 for what is no amendment.
	Position int `json:"position"`

	// History is there where the endpoint asks for it, oldest first.
	History []Event `json:"history,omitempty"`
	// HistoryOmitted: the endpoint asks for the history and it was left out,
	// because the body would have been too large (W12) or because more of a
	// backfill follows, whose last webhook has it.
	HistoryOmitted bool `json:"history_omitted,omitempty"`
}

// Registration is what the tenant gave.
type Registration struct {
	ID           string    `json:"id"`
	State        string    `json:"state"`
	Metadata     string    `json:"metadata"`
	Reference    string    `json:"reference"`
	Transaction  string    `json:"transaction"`
	Tags         []string  `json:"tags"`
	ShipDate     *string   `json:"ship_date"`
	RegisteredAt time.Time `json:"registered_at"`
	ExpiresAt    time.Time `json:"expires_at"`
}

// Event is one event of the history, or one that the rules noticed.
type Event struct {
	// ObjectID is the event's identity; it never changes.
	ObjectID      string    `json:"object_id"`
	ObjectCreated time.Time `json:"object_created"`
	ObjectUpdated time.Time `json:"object_updated"`

	Code   string `json:"code"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Status string `json:"status"`

	Milestone      bool   `json:"milestone"`
	StopTheClock   bool   `json:"stop_the_clock"`
	ActionRequired bool   `json:"action_required"`
	Party          string `json:"party"`
	Severity       int    `json:"severity"`
	Leg            string `json:"leg"`

	OccurredAt         time.Time `json:"occurred_at"`
	OccurredLocal      string    `json:"occurred_local"`
	OccurredZone       string    `json:"occurred_zone"`
	OccurredText       string    `json:"occurred_text"`
	OccurredPrecision  string    `json:"occurred_precision"`
	OccurredConfidence string    `json:"occurred_confidence"`
	ReceivedAt         time.Time `json:"received_at"`
	ArrivedAt          time.Time `json:"arrived_at"`

	Location    *schemas.Location `json:"location"`
	RawCode     string            `json:"raw_code"`
	Description string            `json:"description"`
	SignedBy    string            `json:"signed_by"`
	MapVersion  string            `json:"map_version"`
	// ByHand: the tenant said so itself (R7).
	ByHand bool `json:"by_hand,omitempty"`
	// Evidence is what the rules saw, on events that they noticed.
	Evidence map[string]string `json:"evidence,omitempty"`
}
