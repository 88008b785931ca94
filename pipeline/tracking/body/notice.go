package body

import "time"

// Notice is what a webhook says about another endpoint of the tenant (W8), in
// Waybill's own form, version 1. Times are RFC 3339, UTC.
type Notice struct {
	// Version is the version of this form.
	Version string `json:"version"`
	// ID is the webhook's id, the same over all attempts.
	ID string `json:"id"`
	// Type is what has become of the endpoint; Types is the same in a list.
	Type  string   `json:"type"`
	Types []string `json:"types"`
	// Created is when the webhook was made.
	Created  time.Time `json:"created"`
	Endpoint Endpoint  `json:"endpoint"`
}

// Endpoint is the endpoint that a notice is about, as it then stood.
type Endpoint struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	// State is enabled, disabled or suspended.
	State string `json:"state"`
	// Health is failing, or empty for ok.
	Health string `json:"health"`
	// Reason says why, for people.
	Reason string `json:"reason"`
	// FailingSince is when the first of the failures in a row was seen.
	FailingSince *time.Time `json:"failing_since"`
}

// EncodeNotice writes a webhook about an endpoint. The platforms have none, so
// there is no other form of it.
func EncodeNotice(id, kind string, created time.Time, about *Endpoint) []byte {
	return toJSON(&Notice{
		Version: VersionWaybill, ID: id, Type: kind, Types: []string{kind}, Created: created, Endpoint: *about,
	})
}
