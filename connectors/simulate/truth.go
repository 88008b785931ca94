package simulate

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Outcomes of a parcel against its promise, by calendar days as written.
const (
	OutcomeEarly   = "early"
	OutcomeOnTime  = "on_time"
	OutcomeLate    = "late"
	OutcomeOpen    = "open"    // not delivered: on its way, returned or lost
	OutcomeInvalid = "invalid" // the number is wrong (rule R2); in no report on time
)

// Truth is what is true of one parcel when its window has ended, whatever was
// sent twice or out of order.
type Truth struct {
	Tenant         string `json:"tenant"`
	Carrier        string `json:"carrier"`
	TrackingNumber string `json:"tracking_number"`
	Reference      string `json:"reference"`
	// FinalStatus is the carrier's main status; PENDING where nothing happened.
	FinalStatus string `json:"final_status"`
	Outcome     string `json:"outcome"`
	// PromisedDate and DeliveredDate are calendar days at the destination,
	// YYYY-MM-DD. DeliveredDate is empty when the parcel was not delivered.
	PromisedDate  string `json:"promised_date"`
	DeliveredDate string `json:"delivered_date"`
	// Events counts raw events, those sent again left out.
	Events         int `json:"events"`
	FailedAttempts int `json:"failed_attempts"`
	// ETAMoves counts how often the carrier named another day than before.
	ETAMoves   int       `json:"eta_moves"`
	Exceptions []Episode `json:"exceptions"`
	Returned   bool      `json:"returned"`
	Lost       bool      `json:"lost"`
	// Expired: the window ended before the parcel's life did (rule R4).
	Expired bool `json:"expired"`
	// Life is 1, or 2 for another parcel with a number that is used again (rule
	// I1).
	Life int `json:"life"`
	// Retractions counts scans that were said by mistake and taken back; such a
	// scan is believed until then.
	Retractions int `json:"retractions"`
	// Transitions are the main statuses that the parcel came to have, in order.
	// It begins as PENDING.
	Transitions []Transition `json:"transitions"`
}

// Transition is a change of a parcel's status, and when it happened, UTC.
type Transition struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
}

// Episode is one exception from its opening to its end (rule D6), by when
// these occurred, UTC.
type Episode struct {
	OpenedCode string    `json:"opened_code"`
	OpenedAt   time.Time `json:"opened_at"`
	// ClosedCode is empty and ClosedAt absent while it is open.
	ClosedCode string     `json:"closed_code"`
	ClosedAt   *time.Time `json:"closed_at"`
}

func outcomeOf(delivered, promised time.Time) string {
	switch delivered.Compare(promised) {
	case -1:
		return OutcomeEarly
	case 0:
		return OutcomeOnTime
	}
	return OutcomeLate
}

// WriteTruth writes truths as NDJSON.
func WriteTruth(w io.Writer, truths []Truth) error {
	e := json.NewEncoder(w)
	for i := range truths {
		if err := e.Encode(&truths[i]); err != nil {
			return fmt.Errorf("writing the truth of parcel %d: %w", i+1, err)
		}
	}
	return nil
}

// Summary counts truths in the way of the reports.
type Summary struct {
	Parcels int `json:"parcels"`
	// Delivered is early, on time and late. Open parcels are not delivered.
	Delivered int `json:"delivered"`
	Early     int `json:"early"`
	OnTime    int `json:"on_time"`
	Late      int `json:"late"`
	Open      int `json:"open"`
	Invalid   int `json:"invalid"`
	Returned  int `json:"returned"`
	Lost      int `json:"lost"`
	Expired   int `json:"expired"`
	Events    int `json:"events"`
	ETAMoves  int `json:"eta_moves"`
	// Exceptions counts episodes by the code that opened them.
	Exceptions     map[string]int `json:"exceptions"`
	OpenExceptions int            `json:"open_exceptions"`
}

// Summarize counts truths.
func Summarize(truths []Truth) Summary {
	s := Summary{Parcels: len(truths), Exceptions: make(map[string]int)}
	for i := range truths {
		t := &truths[i]
		switch t.Outcome {
		case OutcomeEarly:
			s.Early++
		case OutcomeOnTime:
			s.OnTime++
		case OutcomeLate:
			s.Late++
		case OutcomeOpen:
			s.Open++
		case OutcomeInvalid:
			s.Invalid++
		}
		s.Returned += one(t.Returned)
		s.Lost += one(t.Lost)
		s.Expired += one(t.Expired)
		s.Events += t.Events
		s.ETAMoves += t.ETAMoves
		for _, e := range t.Exceptions {
			s.Exceptions[e.OpenedCode]++
			s.OpenExceptions += one(e.ClosedAt == nil)
		}
	}
	s.Delivered = s.Early + s.OnTime + s.Late
	return s
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
