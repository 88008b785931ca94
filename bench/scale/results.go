package scale

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/bench/report"
	"waybill/bench/rig"
)

// busy is the share of its cores from which a process is the bound.
const busy = 0.85

// linearShare is what a curve keeps of linear growth, by its aim, in percent.
const linearShare = 80

func (b *bench) section(c *curve) *report.Section {
	load, partitions := fmt.Sprintf("the standard load of %d parcels, with the default hold", b.ScaleParcels), b.common.Partitions
	s := &report.Section{Part: Part + c.name, Title: c.title, Blocks: []report.Block{{Table: b.table(c), Note: boundNote}}}
	switch {
	case c.linear:
		partitions = spread(partitions)
		s.Conditions = append(s.Conditions, "the broker, the load and all others have the last core alone, always")
		s.Aims = b.aims(c)
	case c.name == "shipments":
		load = fmt.Sprintf("%d scans of shipments that are followed, nine of ten for the newest tenth, with the default hold", b.Events)
	case c.name == "delivery":
		load = fmt.Sprintf("%d webhooks", b.webhooks.Webhooks)
	}
	s.Conditions = append([]string{fmt.Sprintf("%s; %d turns, %d partitions", load, b.common.Turns, partitions)}, s.Conditions...)
	if len(c.points) == 0 {
		s.Conditions = append(s.Conditions, "no place of this curve on this machine: it needs two cores, and --pin")
	}
	return s
}

const boundNote = "*bound* is who kept its cores busy to 85 % or more; *waiting* is none: on commits, the network of the machine, the disk."

func (b *bench) table(c *curve) table.Writer {
	t := report.NewTable(c.what, "records/s", "% of linear", "% of limit", "CPU µs/record", "cores", "cores, broker", "cores, others", "peak MB", "state MB", "bound")
	for _, p := range c.points {
		turns := c.turns[p.At]
		of := func(figure func(figure) float64, decimals int) string {
			return report.SpreadBy(turns, figure).In(decimals)
		}
		linear, limit := "", ""
		if c.linear {
			linear = fmt.Sprintf("%.0f", c.ofLinear(p))
		}
		if turns[0].Limit.Records > 0 {
			limit = of(func(f figure) float64 { return 100 * f.Rate() / f.Limit.Rate() }, 0)
		}
		t.AppendRow(table.Row{
			p.At, of(rate, 0), linear, limit, of(cost, 1),
			of(func(f figure) float64 { return f.Cores(f.Used.CPU) }, 1), of(func(f figure) float64 { return f.Cores(f.Broker) }, 1),
			of(func(f figure) float64 { return f.Cores(f.Others) }, 1), of(func(f figure) float64 { return float64(f.Used.Peak) / 1e6 }, 0),
			of(func(f figure) float64 { return float64(f.State) / 1e6 }, 0), b.bound(p, turns),
		})
	}
	return t
}

func rate(f figure) float64 { return f.Rate() }
func cost(f figure) float64 { return f.Cost() }

// ofLinear is the rate at a place in what the first one's promises, in percent.
func (c *curve) ofLinear(p point) float64 {
	first := c.points[0]
	promised := report.SpreadBy(c.turns[first.At], rate).Median / float64(first.At) * float64(p.At)
	return 100 * report.SpreadBy(c.turns[p.At], rate).Median / promised
}

// bound names the resource that was, by the cores that each kept busy.
func (b *bench) bound(p point, turns []figure) string {
	f := b.footing(p)
	median := func(of func(figure) float64) float64 { return report.SpreadBy(turns, of).Median }
	ours := median(func(f figure) float64 { return f.Cores(f.Used.CPU) })
	rest := median(func(f figure) float64 { return f.Cores(f.Broker) })
	others := median(func(f figure) float64 { return f.Cores(f.Others) })
	switch all := b.machine.Cores; {
	case ours >= busy*float64(orAll(f.Measured, all)):
		return "our cores"
	case rest >= busy*float64(orAll(f.Rest, all)):
		return "the broker's cores"
	case ours+rest+others >= busy*float64(all):
		return "other programs"
	default:
		return "waiting"
	}
}

func orAll(set rig.Cores, all int) int {
	if len(set) == 0 {
		return all
	}
	return len(set)
}

// aims are that growth stays near to linear, until the limit is what bounds it.
func (b *bench) aims(c *curve) (aims []report.Aim) {
	for _, p := range c.points[min(1, len(c.points)):] {
		aims = append(aims, report.Aim{
			What: fmt.Sprintf("%s, %d", c.what, p.At), Unit: "% of linear", Want: linearShare, Have: c.ofLinear(p),
			Note: fmt.Sprintf(" (the bound: %s)", b.bound(p, c.turns[p.At])),
		})
	}
	return aims
}

// chart draws a curve: ours, the limit of the same run, and linear growth; or
// what a record costs.
func (b *bench) chart(c *curve) *report.Chart {
	ours, limit, linear := report.Line{Name: "ours"}, report.Line{Name: "pass-through limit"}, report.Line{Name: "linear", Dashed: true}
	of := rate
	ch := &report.Chart{Title: c.title, X: c.what, Y: "records a second", LogX: !c.linear, Under: b.machine.Line()}
	if c.cost {
		of, ch.Y = cost, "processor time of our process, µs a record"
	}
	for _, p := range c.points {
		turns, x := c.turns[p.At], float64(p.At)
		y := report.SpreadBy(turns, of).Median
		ours.Points = append(ours.Points, report.Point{X: x, Y: y})
		if turns[0].Limit.Records > 0 && !c.cost {
			limit.Points = append(limit.Points, report.Point{X: x, Y: report.SpreadBy(turns, func(f figure) float64 { return f.Limit.Rate() }).Median})
		}
		if c.linear {
			linear.Points = append(linear.Points, report.Point{X: x, Y: ours.Points[0].Y * x / ours.Points[0].X})
		}
	}
	ch.Lines = []report.Line{ours, limit, linear}
	return ch
}
