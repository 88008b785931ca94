package remap

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"waybill/internal/knowledge"
	"waybill/internal/playback"
	"waybill/pipeline/tracking"
	"waybill/schemas"
)

// Options say what to read and by what to map it. All but the filter and
// progress are required.
type Options struct {
	Conn        driver.Conn
	Codecs      *schemas.Codecs
	Knows       *knowledge.Knowledge // with the maps that are on trial
	ReorderHold time.Duration
	Filter      Filter
	Progress    func(done, total int) // parcels; called with each
}

// Run compares. It reads parcel by parcel, so memory does not grow with them.
func Run(ctx context.Context, o Options) (*Summary, error) {
	rules, err := tracking.NewJob(tracking.Config{
		Codecs: o.Codecs, Model: o.Knows.Model, Carriers: o.Knows.Carriers, ReorderHold: o.ReorderHold,
	})
	if err != nil {
		return nil, err
	}
	now, err := lastArrival(ctx, o.Conn)
	if err != nil {
		return nil, err
	}
	if o.Filter.Last > 0 {
		o.Filter.Since = now.Add(-o.Filter.Last)
	}
	until := now.Add(o.ReorderHold) // the last events are released, too (O1)
	s, r := newSummary(), recoder{maps: o.Knows.Maps, source: o.Filter.Source}
	c := comparer{rules: rules, codecs: o.Codecs, until: until, players: make(map[string]*playback.Player), recoder: r, summary: s}
	each := c.compare
	if o.Progress != nil {
		total, err := countParcels(ctx, o.Conn, o.Filter)
		if err != nil {
			return nil, err
		}
		done := 0
		each = func(p *parcel) error {
			done++
			o.Progress(done, total)
			return c.compare(p)
		}
	}
	if err := read(ctx, o.Conn, o.Filter, each); err != nil {
		return nil, err
	}
	return s.finish(), nil
}

// lastArrival is the end of the history: timers that are due by then fire.
func lastArrival(ctx context.Context, conn driver.Conn) (time.Time, error) {
	var at time.Time
	if err := conn.QueryRow(ctx, "SELECT max(arrived_at) FROM tracking_events").Scan(&at); err != nil {
		return at, fmt.Errorf("reading the end of the history: %w", err)
	}
	return at, nil
}
