package scale

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/webhooks"
	"waybill/internal/sizing"
)

// SizingPart is the name of the part that fits the capacity model.
const SizingPart = "sizing"

// constant is one of the model's: a total that grows with an amount by so much
// each, beside what it begins with.
type constant struct {
	name   string
	unit   string
	amount func(figure, point) float64
	total  func(figure) float64
	into   func(*sizing.Constants) *float64
}

func constants() []constant {
	events := func(f figure, _ point) float64 { return float64(f.Records) }
	parcels := func(_ figure, p point) float64 { return float64(p.Parcels) }
	micros := func(f figure) float64 { return float64(f.Used.CPU.Microseconds()) }
	return []constant{
		{"tracking", "µs of processor time a raw event", events, micros, func(c *sizing.Constants) *float64 { return &c.TrackingMicros }},
		{"broker", "µs of processor time a raw event", events, func(f figure) float64 { return float64(f.Broker.Microseconds()) }, func(c *sizing.Constants) *float64 { return &c.BrokerMicros }},
		{"log", "bytes of one replica a raw event", events, func(f figure) float64 { return float64(f.Log) }, func(c *sizing.Constants) *float64 { return &c.LogBytes }},
		{"state", "bytes a parcel that is followed", parcels, func(f figure) float64 { return float64(f.State) }, func(c *sizing.Constants) *float64 { return &c.StateBytes }},
	}
}

// Sizing measures tracking with several loads, fits the constants of the
// capacity model on all but the largest, and checks them on that one.
func Sizing(ctx context.Context, common *rig.Options, o *Options, w *webhooks.Options) (*report.Section, error) {
	b, err := newBench(ctx, common, o)
	if err != nil {
		return nil, err
	}
	c := &curve{name: "load", turn: b.measure}
	for _, parts := range []int{2, 4, 6, 12} { // the last is the one that is not fitted on
		parcels := max(1, b.ScaleParcels*parts/6)
		c.points = append(c.points, point{At: parcels, Parcels: parcels, Processes: 1, Partitions: common.Partitions, Alone: true})
	}
	if err := b.follow(ctx, c); err != nil {
		return nil, err
	}
	delivered, _, err := webhooks.Delivered(ctx, common, w, 100)
	if err != nil {
		return nil, err
	}
	found := sizing.Constants{Measured: b.machine.Line(), DeliveryMicros: delivered.Cost(), Errors: map[string]float64{}}
	t := report.NewTable("", "", "fitted", "error at the load that was not used %")
	for _, k := range constants() {
		each, off, err := k.fit(c)
		if err != nil {
			return nil, err
		}
		*k.into(&found), found.Errors[k.name] = round(each), round(off)
		t.AppendRow([]any{k.name, k.unit, fmt.Sprintf("%.1f", each), fmt.Sprintf("%+.0f", off)})
	}
	t.AppendRow([]any{"delivery", "µs of processor time a webhook", fmt.Sprintf("%.1f", found.DeliveryMicros), ""})
	if o.Constants != "" {
		if err := write(o.Constants, found); err != nil {
			return nil, err
		}
	}
	return &report.Section{
		Part: SizingPart, Title: "the constants of the capacity model",
		Conditions: []string{fmt.Sprintf("the standard load of %d, %d and %d parcels; checked on %d; %d turns", c.points[0].At, c.points[1].At, c.points[2].At, c.points[3].At, common.Turns)},
		Blocks:     []report.Block{{Table: t, Note: "Each is the slope of the line of least squares through the medians of the loads, whose beginning is what a process takes before its first\nevent. `waybill sizing` reckons with them."}},
	}, nil
}

// fit gives the slope through all points but the last, and by how many percent
// the line misses that. What the largest load did not move cannot be told.
func (k *constant) fit(c *curve) (each, off float64, err error) {
	var x, y []float64
	for _, p := range c.points {
		turns := c.turns[p.At]
		x = append(x, report.SpreadBy(turns, func(f figure) float64 { return k.amount(f, p) }).Median)
		y = append(y, report.SpreadBy(turns, k.total).Median)
	}
	last := len(x) - 1
	if y[last] == 0 {
		return 0, 0, fmt.Errorf("%s: the largest load was too small to measure %s; raise --scale-parcels", k.name, k.unit)
	}
	begin, each := line(x[:last], y[:last])
	return each, 100 * ((begin+each*x[last])/y[last] - 1), nil
}

// line is that of least squares, through at least two places.
func line(x, y []float64) (begin, slope float64) {
	var mx, my, xx, xy float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xx, xy = xx+(x[i]-mx)*(x[i]-mx), xy+(x[i]-mx)*(y[i]-my)
	}
	slope = xy / xx
	return my - slope*mx, slope
}

func round(v float64) float64 { return math.Round(10*v) / 10 }

func write(path string, c sizing.Constants) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the constants of the capacity model: %w", err)
	}
	return nil
}
