package analytics

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Retention says for how many days rows are kept, by the server's clock. 0: for
// ever. What is past its time goes in merges, within a week or so.
type Retention struct {
	// Shipments is how long a shipment is kept with all that hangs on it,
	// from its epoch: all of it goes together, so that no report comes to see
	// a part of a parcel. Tables shipments, registrations, acknowledgements,
	// exception_episodes, eta_changes, tracking_events.
	Shipments int
	// Events is how long its events are kept, from its epoch too, where that is
	// to be less. 0: as long as the shipment.
	Events int
	// Decisions counts from the arrival of the raw event. Table decisions.
	Decisions int
	// Webhooks is how long their bodies are kept, from their arrival on their
	// topic. Table webhooks.
	Webhooks int
	// Attempts is how long attempts are kept, from when the webhook was made.
	// Table webhook_attempts.
	Attempts int
	// Audit is how long entries of the audit are kept, from when it was asked for.
	// Table audit.
	Audit int
}

// Kept says that a table now keeps its rows for so long.
type Kept struct {
	Table string `json:"table"`
	// Days is for how many; 0: for ever.
	Days int `json:"days"`
}

// String says it in words.
func (k Kept) String() string {
	if k.Days == 0 {
		return "keeping rows of " + k.Table + " for ever"
	}
	return fmt.Sprintf("keeping rows of %s for %d days", k.Table, k.Days)
}

// HandmadeTTLError says that a table that is to keep its rows for a time has a
// TTL that somebody wrote by hand.
type HandmadeTTLError struct {
	// Table is which, TTL what it has, Days for how long it is to keep its rows.
	Table, TTL string
	Days       int
}

func (e *HandmadeTTLError) Error() string {
	return fmt.Sprintf("table %s is to keep its rows for %d days and has another TTL, set by hand: %s. Remove that (ALTER TABLE %s REMOVE TTL), or set 0 days to leave it as it is",
		e.Table, e.Days, e.TTL, e.Table)
}

// lifetime is the rule of one table. The column is one that all versions of a row
// have in common, or an old version could outlive the newest and count again.
type lifetime struct {
	table, column string
	days          int
}

func (r Retention) lifetimes() []lifetime {
	events := r.Shipments
	if r.Events > 0 && (events == 0 || r.Events < events) {
		events = r.Events
	}
	return []lifetime{
		{"tracking_events", "epoch", events},
		{"eta_changes", "epoch", r.Shipments},
		{"exception_episodes", "epoch", r.Shipments},
		{"acknowledgements", "epoch", r.Shipments},
		{"registrations", "epoch", r.Shipments},
		{"shipments", "epoch", r.Shipments},
		{"decisions", "arrived_at", r.Decisions},
		{"webhooks", "arrived_at", r.Webhooks},
		{"webhook_attempts", "created_at", r.Attempts},
		{"audit", "occurred_at", r.Audit},
	}
}

// ttl is the rule as the server writes it.
func (l lifetime) ttl() string { return l.column + " + toIntervalDay(" + strconv.Itoa(l.days) + ")" }

// Retain has tables keep their rows as long as r says, and returns those of which
// that is new. A table that already does is not touched, nor is a TTL that
// somebody wrote by hand, as long as r says nothing of it: else the error is a
// *HandmadeTTLError. It can be run again after any failure.
func Retain(ctx context.Context, options *clickhouse.Options, cluster Cluster, r Retention) (changed []Kept, err error) {
	options = cluster.local(options)
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("connecting to database %q: %w", options.Auth.Database, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to be sent
	var present []struct {
		Table string `ch:"name"`
		TTL   string `ch:"ttl"`
	}
	err = conn.Select(ctx, &present, `
		SELECT name, extract(engine_full, ' TTL (.*) SETTINGS ') AS ttl
		FROM system.tables WHERE database = currentDatabase()`)
	if err != nil {
		return nil, fmt.Errorf("asking how long the tables keep their rows: %w", err)
	}
	ttls := make(map[string]string, len(present))
	for _, p := range present {
		ttls[p.Table] = p.TTL
	}
	for _, l := range r.lifetimes() {
		statement, err := l.change(ttls[l.table])
		if err != nil {
			return changed, err
		}
		if statement == "" {
			continue
		}
		if err := conn.Exec(ctx, cluster.everywhere(statement)+" SETTINGS alter_sync = 0"); err != nil { // what is stored is looked through afterwards
			return changed, fmt.Errorf("having table %s keep its rows for %d days (0: for ever): %w", l.table, l.days, err)
		}
		changed = append(changed, Kept{Table: l.table, Days: l.days})
	}
	return changed, nil
}

// change gives the statement that brings a table with a TTL to the rule; empty:
// none is needed.
func (l lifetime) change(present string) (statement string, err error) {
	ours := regexp.MustCompile(`^` + l.column + ` \+ toIntervalDay\([0-9]+\)$`).MatchString(present)
	switch {
	case present == l.ttl(), l.days == 0 && !ours:
		return "", nil
	case present != "" && !ours:
		return "", &HandmadeTTLError{Table: l.table, TTL: present, Days: l.days}
	case l.days == 0:
		return "ALTER TABLE " + l.table + " REMOVE TTL", nil
	}
	return "ALTER TABLE " + l.table + " MODIFY TTL " + l.ttl(), nil
}
