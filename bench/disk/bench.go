package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"waybill/bench/report"
	"waybill/bench/rig"
	"waybill/internal/embedded"
	"waybill/pipeline/tracking"
)

// Part is the name by which this is run.
const Part = "disk"

// aim is what an event may take, bytes.
const aim = 80

// Options are those of this part alone.
type Options struct {
	Parcels int      `help:"Simulated parcels that disk stores, twice; about 10 events each." name:"disk-parcels" default:"10000"`
	Sources []string `help:"What disk stores: simulated, payloads, scms, olist, recorded." name:"disk-sources" enum:"simulated,payloads,scms,olist,recorded" default:"simulated,payloads,scms,olist,recorded"`
	Outside string   `help:"Folder with the real timelines and payloads that are no part of the program. What is not there is left out." name:"disk-outside" type:"path" default:"../shared/data"`
	Keep    string   `help:"Folder for the databases, which are kept there to be looked at. Empty: none is kept." name:"disk-keep" type:"path" placeholder:"DIR"`
}

// Validate refuses what gives no figure.
func (o *Options) Validate() error {
	if o.Parcels < 1 {
		return fmt.Errorf("--disk-parcels is %d: at least 1 is needed", o.Parcels)
	}
	return nil
}

// Run measures.
func Run(ctx context.Context, common *rig.Options, o *Options) (_ *report.Section, err error) {
	sender, err := newSender(common, o)
	if err != nil {
		return nil, err
	}
	dir := o.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "waybill-bench-"); err != nil {
			return nil, fmt.Errorf("making a folder for ClickHouse: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	server, err := embedded.StartClickHouse(ctx, embedded.ClickHouseOptions{DataDir: dir, Logger: rig.Warnings()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	var all []*held
	for _, source := range sender.sources() {
		if !slices.Contains(o.Sources, source.name) {
			continue
		}
		h, err := sender.weigh(ctx, server.Addr(), &source)
		if err != nil {
			return nil, fmt.Errorf("weighing the events of %s: %w", source.name, err)
		}
		if h == nil {
			fmt.Fprintf(os.Stderr, "disk: %s is left out, for its files are not in %s\n", source.name, o.Outside)
			continue
		}
		fmt.Fprintf(os.Stderr, "disk: %s, %d events, %.1f bytes each\n", source.name, h.events, h.per(h.of("tracking_events").Disk))
		all = append(all, h)
	}
	return (&results{Options: o, held: all}).section(), nil
}

// weigh stores the events of a source in a database of its own and says what it
// takes; nil where the source has none.
func (s *sender) weigh(ctx context.Context, server string, from *source) (_ *held, err error) {
	records, err := from.read()
	if err != nil || len(records) == 0 {
		return nil, err
	}
	to, err := openStore(ctx, server, "disk_"+from.name, s.codecs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.conn.Close()) }()
	rules := tracking.Config{Codecs: s.codecs, Model: s.knows.Model, Maps: s.knows.Maps, Carriers: s.knows.Carriers, ReorderHold: tracking.DefaultReorderHold}
	if err := to.fill(ctx, rules, records); err != nil {
		return nil, err
	}
	if err := to.merge(ctx); err != nil {
		return nil, err
	}
	h, err := to.measure(ctx)
	if err != nil {
		return nil, err
	}
	h.source = from
	return h, nil
}
