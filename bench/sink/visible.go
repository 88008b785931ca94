package sink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"waybill/analytics"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/webhooks"
	"waybill/internal/roles"
	"waybill/schemas"
)

// VisiblePart is the name of the part that measures how soon a carrier event is
// seen by a final read.
const VisiblePart = "visible"

const (
	visibleRate    = 1000 // events a second
	visibleSeconds = 20
	visibleCold    = 2 * visibleRate // the first events, which meet new connections and are not counted
	probeEvery     = 20              // one event in so many is looked for
	lookEvery      = 5 * time.Millisecond
)

// delays are how long events took from their producer to a final read, in
// milliseconds.
type delays struct{ p50, p99, most, look float64 }

// Visible measures from the moment that a carrier event is handed to its
// producer until a final read of ClickHouse shows it.
func Visible(ctx context.Context, common *rig.Options) (*report.Section, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	var turns []delays
	for i := range common.Warmups + common.Turns {
		d, err := visible(ctx, common, &webhooks.Parcels{Codecs: codecs, Count: visibleRate * visibleSeconds})
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", VisiblePart, err)
		}
		fmt.Fprintf(os.Stderr, "%s: turn %d of %d: P50 %.0f ms, P99 %.0f ms, most %.0f ms\n", VisiblePart, i+1, common.Warmups+common.Turns, d.p50, d.p99, d.most)
		if i >= common.Warmups {
			turns = append(turns, d)
		}
	}
	return visibleSection(common, turns), nil
}

// visible is one turn.
func visible(ctx context.Context, common *rig.Options, load *webhooks.Parcels) (d delays, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, common.Patience, fmt.Errorf("it took more than %s", common.Patience))
	defer cancel()
	s, err := newScene(ctx, common.Partitions, []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	p, err := s.start(ctx, "", roles.Tracking, roles.ClickHouse)
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Begin(); err != nil {
		return d, err
	}
	if err := s.register(p.Alive(), load); err != nil {
		return d, err
	}
	events, err := load.Events()
	if err != nil {
		return d, err
	}
	w := newWatch(s, load.Count)
	var sent []time.Time
	g, ctx := errgroup.WithContext(p.Alive())
	g.Go(func() (err error) {
		sent, err = rig.Pace(ctx, s.Addrs(), events, visibleRate)
		return err
	})
	g.Go(func() error { return w.run(ctx) })
	if err := g.Wait(); err != nil {
		return d, err
	}
	if err := s.reported(p.Alive(), load.Count-1); err != nil {
		return d, err
	}
	_, err = p.End()
	return w.delays(sent), err
}

// register makes the parcels known, and waits until they are.
func (s *scene) register(ctx context.Context, load *webhooks.Parcels) error {
	registrations, err := load.Registrations()
	if err != nil {
		return err
	}
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) {
		for _, r := range registrations {
			produce(r)
		}
	}); err != nil {
		return err
	}
	if err := s.Open(ctx); err != nil {
		return err
	}
	if err := s.Handled(ctx, roles.Tracking); err != nil {
		return err
	}
	for { // they are in the tables, too
		n, err := s.number(ctx, "SELECT count() FROM "+sunk+".registrations FINAL")
		if err != nil || int(n) == load.Count {
			return err
		}
		if !rig.Pause(ctx, lookEvery) {
			return fmt.Errorf("waiting for the registrations in ClickHouse, of which %d are there: %w", n, context.Cause(ctx))
		}
	}
}

// reported refuses a turn after which the report on a parcel does not show its
// event.
func (s *scene) reported(ctx context.Context, number int) error {
	found, err := analytics.FindReport("shipment")
	if err != nil {
		return err
	}
	result, err := analytics.Run(ctx, s.conn, found, analytics.Params{TrackingNumber: webhooks.TrackingNumber(number)})
	if err != nil {
		return err
	}
	for _, row := range result.Rows {
		if fmt.Sprint(row[3]) == "event" {
			return nil
		}
	}
	return fmt.Errorf("the report on parcel %s shows no event", webhooks.TrackingNumber(number))
}

func visibleSection(common *rig.Options, turns []delays) *report.Section {
	of := func(figure func(delays) float64) report.Spread { return report.SpreadBy(turns, figure) }
	p99 := of(func(d delays) float64 { return d.p99 })
	t := report.NewTable("", "P50 ms", "P99 ms", "most ms", "one look ms")
	t.AppendRow([]any{
		"from the producer to a final read", of(func(d delays) float64 { return d.p50 }).In(0), p99.In(0),
		of(func(d delays) float64 { return d.most }).In(0), of(func(d delays) float64 { return d.look }).In(0),
	})
	return &report.Section{
		Part: VisiblePart, Title: "from a carrier event to a final read of ClickHouse",
		Conditions: []string{
			fmt.Sprintf("%d events a second, each of a parcel of its own; %d in a turn, the first %d of them not counted, every %dth looked for; hold 0; %d turns, %d partitions",
				visibleRate, visibleRate*visibleSeconds, visibleCold, probeEvery, common.Turns, common.Partitions),
			"tracking and the sink in one process; sender, broker, ClickHouse and who looks have the cores of the rest",
		},
		Blocks: []report.Block{{Table: t, Note: "From the moment that an event is handed to its producer until a read shows it; *one look* is the median time of such a read, which is in it."}},
		Aims:   []report.Aim{{What: "P99 from the producer to a final read", Unit: "ms", Want: 2000, Have: p99.Median, AtMost: true}},
	}
}
