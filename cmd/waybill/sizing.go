package main

import (
	"fmt"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"

	"waybill/internal/sizing"
)

type sizingCmd struct {
	formatFlag
	ParcelsPerDay float64 `help:"Parcels that are registered on a day." required:"" placeholder:"N"`
	Scans         float64 `help:"Raw events of a parcel." default:"11"`
	Webhooks      float64 `help:"Webhooks of a parcel, to all endpoints." default:"3"`
	Peak          float64 `help:"The highest rate in the average one's." default:"5"`
	FollowedDays  float64 `help:"Days for which a parcel has state: its window, and what comes after." default:"60"`
	LogDays       float64 `help:"Days for which topics keep records." default:"7"`
	TableDays     float64 `help:"Days for which ClickHouse keeps rows." default:"400"`
}

func (*sizingCmd) Help() string {
	return `Cores are those of the machine that the constants were measured on, six tenths busy at the peak; disk has half as much again for
compactions and merges, and topics have three replicas. docs/sizing.md says how the model was fitted, and by how much it errs.

Examples:

    waybill sizing --parcels-per-day 1000000
    waybill sizing --parcels-per-day 450e6 --peak 5.2 --format json`
}

func (c *sizingCmd) Run() error {
	constants, err := sizing.Measured()
	if err != nil {
		return err
	}
	plan, err := sizing.New(sizing.Question{
		ParcelsPerDay: c.ParcelsPerDay, Scans: c.Scans, Webhooks: c.Webhooks, Peak: c.Peak,
		FollowedDays: c.FollowedDays, LogDays: c.LogDays, TableDays: c.TableDays,
	}, constants)
	if err != nil {
		return wrongUseError{err}
	}
	if c.json() {
		return printJSON(plan)
	}
	printPlan(&plan)
	return nil
}

func printPlan(p *sizing.Plan) {
	t := table.NewWriter()
	t.SetOutputMirror(os.Stdout)
	t.SetStyle(table.StyleLight)
	t.AppendRows([]table.Row{
		{"raw events a second", fmt.Sprintf("%.0f, at the peak %.0f", p.EventsPerSecond, p.PeakPerSecond)},
		{"cores for tracking", p.TrackingCores},
		{"cores for delivery", p.DeliveryCores},
		{"cores for ClickHouse and its sink", p.TableCores},
		{"cores of all brokers", p.BrokerCores},
		{"instances of Waybill, of 4 cores", p.Instances},
		{"partitions of each topic", p.Partitions},
		{"memory of an instance", size(p.Memory)},
		{"disk of all brokers", size(p.BrokerDisk)},
		{"disk for state, of all instances", size(p.StateDisk)},
		{"disk of ClickHouse", size(p.TableDisk)},
	})
	t.Render()
	fmt.Printf("\nMeasured on: %s.\n", p.Constants.Measured)
}

// size writes bytes in the unit that has at most four digits before the point.
func size(bytes float64) string {
	units := []string{"MB", "GB", "TB", "PB"}
	bytes /= 1e6
	for len(units) > 1 && bytes >= 10_000 {
		bytes, units = bytes/1000, units[1:]
	}
	return fmt.Sprintf("%.0f %s", bytes, units[0])
}
