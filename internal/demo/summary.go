package demo

import (
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
)

// Summary is what came out, in the form of `waybill demo --format json`.
type Summary struct {
	// Refused are rows of the input that gave no record; the log names each.
	Refused int `json:"refused"`
	// Registrations and RawEvents were published, those sent twice included.
	Registrations int `json:"registrations"`
	RawEvents     int `json:"raw_events"`
	// Decisions counts raw events by what became of them.
	Decisions map[string]uint64 `json:"decisions"`
	// TrackingEvents counts carriers' events as they now stand, DerivedEvents
	// what the rules noticed by themselves, by type.
	TrackingEvents uint64            `json:"tracking_events"`
	DerivedEvents  map[string]uint64 `json:"derived_events"`
	Webhooks       Webhooks          `json:"webhooks"`
	// SequenceGaps are numbers that are missing in the sequences of the
	// webhooks that came in.
	SequenceGaps int `json:"sequence_gaps"`
	// ClickHouse counts rows by table, read final.
	ClickHouse map[string]uint64 `json:"clickhouse"`
	Reports    Reports           `json:"reports"`
	// Seconds is how long the whole took, starts included.
	Seconds float64 `json:"seconds"`

	// For the demo's own check: figures by carrier, windows that ended by
	// carrier, and what is known beforehand (nil for a file of one's own).
	carriers  map[string]*carrierFigures
	expired   map[string]uint64
	scms      *replay.SCMSTruth
	simulated *simulate.Summary
}

// Webhooks counts webhooks, tests left out.
type Webhooks struct {
	// Delivered were answered with success, by the log of attempts.
	Delivered uint64 `json:"delivered"`
	// Verified came in with a signature that an independent verifier accepts.
	Verified int `json:"verified"`
	// Failed ended without success.
	Failed uint64            `json:"failed"`
	ByType map[string]uint64 `json:"by_type"`
}

// Reports holds the figures of the reports that are compared.
type Reports struct {
	OnTime      OnTime      `json:"on_time"`
	ScanLatency ScanLatency `json:"scan_latency"`
}

// OnTime counts parcels against their promise.
type OnTime struct {
	Delivered uint64 `json:"delivered"`
	Early     uint64 `json:"early"`
	OnTime    uint64 `json:"on_time"`
	Late      uint64 `json:"late"`
	Unknown   uint64 `json:"unknown"`
	Open      uint64 `json:"open"`
}

// ScanLatency counts deliveries that were recorded on a later day.
type ScanLatency struct {
	LaterThanOccurred uint64 `json:"later_than_occurred"`
}
