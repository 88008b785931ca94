package tracking

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
	"waybill/schemas/status"
)

const (
	day = 24 * time.Hour
	// never is the due time of what is not due at all.
	never = int64(1<<63 - 1)
)

// Defaults of Config.
const (
	DefaultReorderHold     = 2 * time.Second
	DefaultOrphanHold      = 72 * time.Hour
	DefaultAfterEnd        = 30 * day
	DefaultLongestLife     = 400 * day
	DefaultClosedRetention = 730 * day
	DefaultNewLifeAfter    = 180 * day
	DefaultHistory         = 256
	DefaultStalledAfter    = 72 * time.Hour
	DefaultAtRiskChance    = 0.7
	DefaultFlood           = 1000
	DefaultPollInterval    = 2 * time.Hour
	DefaultPollDelivering  = 30 * time.Minute
)

// Carriers is what the rules know of carriers. connectors/carriers has it.
type Carriers interface {
	// Canonical gives a carrier's slug from any spelling or alias (I1).
	Canonical(carrier string) string
	// CheckNumber judges a tracking number by its carrier's published form
	// (R2). When known is false nothing is known of the carrier's numbers, and
	// the number is taken unchecked. When valid is false, reason says why.
	CheckNumber(carrier, number string) (known, valid bool, reason string)
	// Tracked judges a product of a carrier (R3); service is nil when none is
	// named. When known is false the table does not have the carrier. When
	// tracked is false, reason says why, in a sentence for the tenant.
	Tracked(carrier string, service *schemas.ServiceLevel) (known, tracked bool, reason string)
	// Polled tells whether there is a poller that asks the carrier (D8).
	Polled(carrier string) bool
}

// Accounts tell who has an account by which a carrier can be asked (C3).
// connectors/polling has them.
type Accounts interface {
	// Has tells whether a tenant has one for a carrier, by slug.
	Has(tenant, carrier string) bool
}

// Maps turn the words of sources into codes of the status model, for sources
// that do not do so themselves.
type Maps interface {
	// Lookup gives the code for a carrier's own code and status by the map of
	// the source, else by that of the carrier, else for the words of its
	// description, and the version of what answered. ok is false where nothing
	// has an answer.
	Lookup(source, carrier, rawCode, rawStatus, description string) (code, version string, ok bool)
}

// Quotas are the limits of tenants (R8). pipeline/quotas has them.
type Quotas interface {
	// Limit gives the units that a tenant may use in a calendar month. When
	// limited is false, there is no limit.
	Limit(tenant string) (units int64, limited bool)
}

// Config is what the job is made of. Codecs, Model and Carriers are required.
// A duration of 0 stands for its default, except ReorderHold, where it means 0.
type Config struct {
	Codecs   *schemas.Codecs
	Model    *status.Model
	Carriers Carriers
	// Maps may be nil: then what no source has mapped is unknown.unmapped.
	Maps Maps
	// Dialects writes the bodies of webhooks. Nil: all in Waybill's own form.
	Dialects *body.Dialects

	// ReorderHold is how long a new event waits for what occurred before it
	// (O1). 0 releases at once; DefaultReorderHold is what to begin with.
	ReorderHold time.Duration
	// OrphanHold is how long an event waits for its registration (R9).
	OrphanHold time.Duration
	// AfterEnd is how long live state stays after the end of the parcel's life
	// and of the last window (D9).
	AfterEnd time.Duration
	// LongestLife is how long live state stays after the last thing that
	// happened (D9).
	LongestLife time.Duration
	// ClosedRetention is how long a closed record stays (D9).
	ClosedRetention time.Duration
	// NewLifeAfter is the silence after the end of a parcel's life from which
	// on a scan begins a new shipment (I1).
	NewLifeAfter time.Duration
	// StalledAfter is how long a parcel may be without a physical scan where the
	// baselines do not know what is usual (D3).
	StalledAfter time.Duration
	// AtRiskChance is the chance to miss its measure from which on a parcel is at
	// risk, above 0 and below 1; 0 stands for the default (D4).
	AtRiskChance float64
	// History is how many events a shipment's state holds.
	History int
	// Flood is how many new events of one shipment are taken on one day of
	// stream time.
	Flood int
	// Polls lets carriers that have a poller be asked (D8). It is not for
	// replays: the past cannot be asked about, and a replay would ask for months
	// of it at once.
	Polls bool
	// Accounts say whose account a poll can use. nil: it is not known, and the
	// poller finds out.
	Accounts Accounts
	// PollInterval is how long after the last poll, or the last event, a carrier
	// is asked again, and PollDelivering the same while the parcel is out for
	// delivery (D8).
	PollInterval, PollDelivering time.Duration
	// KnownCarriers refuses registrations for carriers that Carriers does not
	// have (R3).
	KnownCarriers bool
	// Quotas limit what tenants may register. Nil limits nobody.
	Quotas Quotas
	// Operators are tenants that may withdraw what a carrier said (O8, R7).
	Operators []string
	// Decided is told of each decision and its rule, to count them. A call that is
	// undone has told of its own, and tells of them again. nil: nobody counts.
	Decided func(decision, rule string)
	// Replay: the log holds what a change of carrier led to (R7), so it is not
	// written again.
	Replay bool
}

// rules is a checked Config, times in milliseconds.
type rules struct {
	model    *status.Model
	carriers Carriers
	maps     Maps
	dialects *body.Dialects
	zones    *zones

	reorderHold, orphanHold                        int64
	afterEnd, longestLife, closedFor, newLifeAfter int64
	stalledAfter                                   int64
	atRiskChance                                   float64
	pollInterval, pollDelivering                   int64
	history, mostADay                              int
	knownCarriers, polls, replay                   bool
	operators                                      []string
	quotas                                         Quotas
	accounts                                       Accounts
	decided                                        func(decision, rule string)

	registered, missed, invalid, unsupported, noUpdate, unmapped *status.Code
}

func newRules(cfg Config) (*rules, error) {
	if cfg.Codecs == nil || cfg.Model == nil || cfg.Carriers == nil {
		return nil, errors.New("making the tracking job: codecs, status model and carriers are required")
	}
	r := &rules{
		model: cfg.Model, carriers: cfg.Carriers, maps: cfg.Maps, zones: &zones{},
		history: cfg.History, mostADay: cmp.Or(cfg.Flood, DefaultFlood), knownCarriers: cfg.KnownCarriers, polls: cfg.Polls,
		quotas: cfg.Quotas, accounts: cfg.Accounts, operators: cfg.Operators, replay: cfg.Replay, reorderHold: cfg.ReorderHold.Milliseconds(),
		dialects:    cfg.Dialects,
		decided:     cfg.Decided,
		registered:  cfg.Model.Code(status.CodeRegistered),
		missed:      cfg.Model.Code(status.CodeNotFound),
		invalid:     cfg.Model.Code(status.CodeInvalidNumber),
		unsupported: cfg.Model.Code(status.CodeUnsupported),
		noUpdate:    cfg.Model.Code(status.CodeNoUpdate),
		unmapped:    cfg.Model.Code(status.CodeUnmapped),
	}
	if r.history == 0 {
		r.history = DefaultHistory
	}
	if r.history < 1 || r.history > maxHistory {
		return nil, fmt.Errorf("making the tracking job: a history of %d events is not from 1 to %d", r.history, maxHistory)
	}
	if r.atRiskChance = cmp.Or(cfg.AtRiskChance, DefaultAtRiskChance); !(0 < r.atRiskChance && r.atRiskChance < 1) {
		return nil, fmt.Errorf("making the tracking job: the chance of %v to be at risk from is not between 0 and 1", cfg.AtRiskChance)
	}
	if r.mostADay < 1 {
		return nil, fmt.Errorf("making the tracking job: a flood of %d events a day is under 1", r.mostADay)
	}
	if cfg.ReorderHold < 0 {
		return nil, fmt.Errorf("making the tracking job: the reorder hold of %s is negative", cfg.ReorderHold)
	}
	for _, d := range []struct {
		name            string
		given, fallback time.Duration
		into            *int64
	}{
		{"orphan hold", cfg.OrphanHold, DefaultOrphanHold, &r.orphanHold},
		{"time after the end", cfg.AfterEnd, DefaultAfterEnd, &r.afterEnd},
		{"longest life", cfg.LongestLife, DefaultLongestLife, &r.longestLife},
		{"retention of closed records", cfg.ClosedRetention, DefaultClosedRetention, &r.closedFor},
		{"silence before a new life", cfg.NewLifeAfter, DefaultNewLifeAfter, &r.newLifeAfter},
		{"silence that is too long", cfg.StalledAfter, DefaultStalledAfter, &r.stalledAfter},
		{"poll interval", cfg.PollInterval, DefaultPollInterval, &r.pollInterval},
		{"poll interval of what is out for delivery", cfg.PollDelivering, DefaultPollDelivering, &r.pollDelivering},
	} {
		if err := millis(d.name, d.given, d.fallback, d.into); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// millis checks a duration and puts it, or its default, into a field.
func millis(name string, given, fallback time.Duration, into *int64) error {
	if given == 0 {
		given = fallback
	}
	if given < time.Millisecond {
		return fmt.Errorf("making the tracking job: the %s of %s is under a millisecond", name, given)
	}
	*into = given.Milliseconds()
	return nil
}
