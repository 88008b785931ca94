package riskscore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	ch "github.com/ClickHouse/clickhouse-go/v2"

	"waybill/connectors/replay"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

// Options say what is judged. All but Split are required.
type Options struct {
	// Records are registrations with a promised day, and their events, in order
	// of arrival.
	Records []replay.Record
	// Split divides them: parcels that were registered before it are learned
	// from, as far as they were known then; the others are judged. The zero time:
	// where two of three have been registered.
	Split time.Time
	// Rules is what the tracking job is made of.
	Rules tracking.Config
	// ClickHouse is a server, with the name of a database that does not exist. It
	// is made, and dropped at the end.
	ClickHouse ch.Options
}

// Result is what came out.
type Result struct {
	Split time.Time `json:"split"`
	// Learned is how many parcels the baselines come from, Rows how many rows
	// these have.
	Learned int `json:"learned_from"`
	Rows    int `json:"baseline_rows"`
	// Judged is how many parcels were judged, and Late how many of them missed
	// the promise.
	Judged int `json:"judged"`
	Late   int `json:"late"`
	// Unfollowed were left out: the window ends before the promised day does.
	Unfollowed int `json:"unfollowed"`
	// Horizons are the days ahead, the fewest first.
	Horizons []Horizon `json:"horizons"`
}

// Horizon is how the rules did so many days before the promised day, on the
// parcels that were registered and had not arrived by then.
type Horizon struct {
	Days int `json:"days"`
	Open int `json:"open"`
	// Late is how many of the open came late: who warns of all is right so often.
	Late  int              `json:"late"`
	Rules map[string]Tally `json:"rules"`
}

// Tally is how one rule did.
type Tally struct {
	// Warned is how many parcels it had warned of by then, Right how many of
	// these came late.
	Warned int `json:"warned"`
	Right  int `json:"right"`
	// Precision is Right of Warned, null where it warned of none; Recall is Right
	// of all that came late, null where none did.
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
}

// Names of the rules.
const (
	AtRisk   = "at_risk"    // D4
	ETAMoved = "eta_moved"  // the carrier's ETA is past the promise
	Silent   = "silent_48h" // no physical scan for 48 hours
)

// Names lists the rules, ours first.
func Names() []string { return []string{AtRisk, ETAMoved, Silent} }

// Days lists the horizons.
func Days() []int { return []int{1, 2, 3, 5, 7, 10, 14} }

// ErrTooFew says that there is nothing to learn from, or nothing to judge.
var ErrTooFew = errors.New("scoring the forecast: there must be parcels with a promised day on both sides of the split")

// Run scores the forecast.
func Run(ctx context.Context, o Options) (*Result, error) {
	parcels := gather(o.Records)
	if len(parcels) == 0 {
		return nil, ErrTooFew
	}
	if o.Split.IsZero() {
		o.Split = parcels[len(parcels)*2/3].registered
	}
	end := o.Records[len(o.Records)-1].Arrival
	at, _ := slices.BinarySearchFunc(parcels, o.Split, func(p *parcel, split time.Time) int { return p.registered.Compare(split) })
	older, newer := parcels[:at], parcels[at:]
	if len(older) == 0 || len(newer) == 0 {
		return nil, ErrTooFew
	}
	rows, err := learn(ctx, &o, older)
	if err != nil {
		return nil, err
	}
	if err := warn(&o, newer, rows); err != nil {
		return nil, err
	}
	r := &Result{Split: o.Split, Learned: len(older), Rows: len(rows)}
	r.judge(newer, end)
	return r, nil
}

// parcel is one registration and what is known of its end.
type parcel struct {
	records    []replay.Record
	registered time.Time
	expires    time.Time
	promised   time.Time // midnight with which the promised day begins, UTC
	late       bool
	arrived    time.Time // when its end came onto the log; zero: never

	warned map[string]time.Time // by rule, when first
}

// gather puts the records of each parcel together, in the order of their
// registration. Parcels without a promised day are left out.
func gather(records []replay.Record) []*parcel {
	byKey := map[string]*parcel{}
	var parcels []*parcel
	for _, r := range records {
		p := byKey[r.Key]
		if p == nil {
			p = &parcel{warned: map[string]time.Time{}}
			byKey[r.Key] = p
		}
		p.records = append(p.records, r)
		if g := r.Registration; g != nil && g.PromisedDate != nil && p.registered.IsZero() {
			day, err := time.Parse(time.DateOnly, *g.PromisedDate)
			if err != nil {
				continue
			}
			p.registered, p.promised, p.expires = r.Arrival, day, r.Arrival.AddDate(0, 0, windowDays(g))
			parcels = append(parcels, p)
		}
	}
	slices.SortStableFunc(parcels, func(a, b *parcel) int { return a.registered.Compare(b.registered) })
	return parcels
}

const defaultWindowDays = 30

func windowDays(g *schemas.Registration) int {
	if g.WindowDays > 0 {
		return g.WindowDays
	}
	return defaultWindowDays
}

func play(p *playback.Player, parcels []*parcel, until time.Time) error {
	var all []replay.Record
	for _, parcel := range parcels {
		for _, r := range parcel.records {
			if until.IsZero() || r.Arrival.Before(until) {
				all = append(all, r)
			}
		}
	}
	replay.Order(all)
	for i := range all {
		if err := p.Play(&all[i]); err != nil {
			return fmt.Errorf("playing the parcels: %w", err)
		}
	}
	return nil
}
