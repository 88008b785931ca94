package scale

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"waybill/bench/deployed"
	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/bench/webhooks"
	"waybill/internal/config"
	"waybill/schemas"
)

// Part begins the names of the curves' parts, each of which is a section of the
// results.
const Part = "scale-"

// Curves are the names of all there are.
func Curves() []string {
	return []string{"cores", "processes", "shipments", "partitions", "endpoints", "delivery"}
}

// Options are those of this part alone.
type Options struct {
	ScaleParcels int    `help:"Parcels in each turn of scale; about 11 raw events each." default:"10000"`
	Events       int    `help:"Scans in each turn of the curve over shipments." default:"100000"`
	Shipments    []int  `help:"The curve over shipments that are followed. --full adds 10 million." default:"100000,1000000" placeholder:"N"`
	Spread       []int  `help:"The curve over partitions." default:"1,4,16,64,256" placeholder:"N"`
	Endpoints    []int  `help:"The curves over endpoints." default:"1,10,100,1000,10000" placeholder:"N"`
	Constants    string `help:"File for the constants that sizing fits. Empty: none." default:"internal/sizing/constants.json"`
	Pictures     string `help:"Folder for the pictures of scale and soak. Empty: none." default:"docs/pictures"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.ScaleParcels < 1 || o.Events < 1 {
		return fmt.Errorf("--scale-parcels %d, --events %d: at least 1 each is needed", o.ScaleParcels, o.Events)
	}
	for _, n := range slices.Concat(o.Shipments, o.Spread, o.Endpoints) {
		if n < 1 {
			return fmt.Errorf("--shipments, --spread, --endpoints: %d is less than 1", n)
		}
	}
	return nil
}

// mostShipments are what --full adds to the curve.
const mostShipments = 10_000_000

// bench is one run.
type bench struct {
	Options

	common   *rig.Options
	webhooks *webhooks.Options
	codecs   *schemas.Codecs
	settings *config.Settings
	ground   rig.Footing
	machine  rig.Machine
	full     bool
}

// Run measures one curve.
func Run(ctx context.Context, common *rig.Options, o *Options, w *webhooks.Options, name string, full bool) (*report.Section, error) {
	b, err := newBench(ctx, common, o)
	if err != nil {
		return nil, err
	}
	b.webhooks, b.full = w, full
	curves := b.curves()
	i := slices.IndexFunc(curves, func(c *curve) bool { return c.name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no curve %q, only %s", name, strings.Join(Curves(), ", "))
	}
	c := curves[i]
	if err := b.follow(ctx, c); err != nil {
		return nil, err
	}
	if b.Pictures != "" && len(c.points) > 0 {
		if err := report.WriteChart(b.Pictures, Part+c.name, b.chart(c)); err != nil {
			return nil, err
		}
	}
	return b.section(c), nil
}

func newBench(ctx context.Context, common *rig.Options, o *Options) (*bench, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	settings, err := deployed.Settings()
	return &bench{Options: *o, common: common, codecs: codecs, settings: settings, ground: rig.FootingOf(ctx), machine: rig.ThisMachine(ctx)}, err
}

// curve is one question: what grows, and what it gave at each place.
type curve struct {
	name   string
	title  string
	what   string // of its axis
	linear bool   // twice as much should give twice the rate
	cost   bool   // drawn is what a record costs, not the rate
	points []point
	turns  map[int][]figure // by place
	turn   func(context.Context, point) (figure, error)
}

// curves are those that Curves names. Those over cores and processes have no places where
// no cores are set apart.
func (b *bench) curves() []*curve {
	cores := len(b.ground.Measured) + len(b.ground.Rest)
	usual := point{Processes: 1, Partitions: b.common.Partitions}
	grow := func(values []int, set func(*point, int)) (points []point) {
		for _, v := range values {
			p := usual
			p.At = v
			set(&p, v)
			points = append(points, p)
		}
		return points
	}
	upTo := []int{1, 2, 3}[:max(0, min(3, cores-1))] // one is the others'
	shipments := b.Shipments
	if b.full {
		shipments = append(slices.Clone(shipments), mostShipments)
	}
	return []*curve{
		{name: "cores", title: "Tracking, one process on more cores", what: "cores of our process", linear: true, turn: b.measure,
			points: grow(upTo, func(p *point, v int) { p.Cores, p.Partitions = v, spread(p.Partitions) })},
		{name: "processes", title: "Tracking, more processes of one core", what: "processes", linear: true, turn: b.measure,
			points: grow(upTo, func(p *point, v int) { p.Cores, p.Processes, p.Partitions = 1, v, spread(p.Partitions) })},
		{name: "shipments", title: "Tracking, more shipments followed", what: "shipments that are followed", cost: true, turn: b.measure,
			points: grow(shipments, func(p *point, v int) { p.Shipments = v })},
		{name: "partitions", title: "Tracking, more partitions", what: "partitions of each topic", turn: b.measure,
			points: grow(b.Spread, func(p *point, v int) { p.Partitions = v })},
		{name: "endpoints", title: "Tracking, more endpoints of the tenant to choose from", what: "endpoints of the tenant", cost: true, turn: b.measure,
			points: grow(b.Endpoints, func(p *point, v int) { p.Endpoints = v })},
		{name: "delivery", title: "Delivery, webhooks spread over more endpoints", what: "endpoints", turn: b.deliver,
			points: grow(b.Endpoints, func(p *point, v int) { p.Endpoints = v })},
	}
}

// spread makes partitions a number that one, two and three workers share evenly.
func spread(partitions int) int { return (partitions + 5) / 6 * 6 }

// deliver is a turn of delivery.
func (b *bench) deliver(ctx context.Context, p point) (f figure, err error) {
	f.Turn, _, err = webhooks.Delivered(ctx, b.common, b.webhooks, p.Endpoints)
	return f, err
}

// follow takes turns along a curve, so that what else the machine does bears on
// all places alike.
func (b *bench) follow(ctx context.Context, c *curve) error {
	c.turns = map[int][]figure{}
	for i := range b.common.Warmups + b.common.Turns {
		for _, p := range c.points {
			f, err := c.turn(ctx, p)
			if err != nil {
				return fmt.Errorf("measuring %s%s at %d: %w", Part, c.name, p.At, err)
			}
			fmt.Fprintf(os.Stderr, "%s%s: turn %d of %d at %d: %.0f records/s\n", Part, c.name, i+1, b.common.Warmups+b.common.Turns, p.At, f.Rate())
			if i >= b.common.Warmups {
				c.turns[p.At] = append(c.turns[p.At], f)
			}
		}
	}
	return nil
}
