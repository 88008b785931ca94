package replay

import (
	"fmt"
	"strings"
	"time"

	"waybill/connectors/dialects"
)

// Batch is what was read from files.
type Batch struct {
	// Records in the order in which they are published.
	Records []Record
	// Rows counts the rows or lines that were read, refused ones included.
	Rows int
	// Refused lists the rows that gave no record, in the order of the files.
	Refused []Refusal
	// Failures are what the sources of payloads could not tell.
	Failures []dialects.Failure
}

// Refusal says why one row gave no record. The other rows go on.
type Refusal struct {
	File string `json:"file"`
	// Line is where the row begins, from 1.
	Line int `json:"line"`
	// Column and Value are the cell at fault; Column is empty when it is not
	// one cell.
	Column  string `json:"column"`
	Value   string `json:"value"`
	Problem string `json:"problem"`
}

// maxShown bounds how much of a cell an error shows, in bytes.
const maxShown = 80

func (r Refusal) String() string {
	if r.Column == "" {
		return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Problem)
	}
	return fmt.Sprintf("%s:%d: column %s: %q: %s", r.File, r.Line, r.Column, shorten(r.Value), r.Problem)
}

func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown], "") + "..."
}

// Counts gives the number of registrations and of carrier events.
func (b *Batch) Counts() (registrations, events int) {
	for _, r := range b.Records {
		if r.Registration != nil {
			registrations++
		}
	}
	return registrations, len(b.Records) - registrations
}

// longestWindow is the longest window that a registration may have (rule R1).
const longestWindow = 30 * 24 * time.Hour

// TickTime is a time by which everything that the records start has ended: a
// full window after the last arrival, and after the last occurrence, for an
// event that is received before it occurred is held until then (rule T3). It
// is zero when there are no records.
func TickTime(records []Record) time.Time {
	var last time.Time
	for _, r := range records {
		last = laterOf(last, r.Arrival)
		if r.Event != nil {
			last = laterOf(last, r.Event.OccurredAt)
		}
	}
	if last.IsZero() {
		return last
	}
	return last.Add(longestWindow)
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
