package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"waybill/bench/rig"
	"waybill/connectors/dialects"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/connectors/simulate/shape"
	"waybill/internal/config"
	"waybill/internal/knowledge"
	"waybill/schemas"
)

// source is what fills a database of its own.
type source struct {
	name  string
	about string
	read  func() ([]replay.Record, error)
}

// sender makes the records of all sources.
type sender struct {
	Options
	seed   uint64
	codecs *schemas.Codecs
	knows  *knowledge.Knowledge
}

func (s *sender) sources() []source {
	return []source{
		{name: "simulated", about: fmt.Sprintf("%d parcels of the simulator's own carriers", s.Parcels), read: s.simulated},
		{name: "payloads", about: fmt.Sprintf("%d simulated parcels of real carriers, told in the payloads of %d carriers and platforms with their codes, numbers and places, and read from these", s.Parcels, len(shape.Names())), read: s.told},
		{name: "scms", about: "the real shipments that are part of the program", read: func() ([]replay.Record, error) { return s.timeline("scms", replay.SCMS()) }},
		{name: "olist", about: "real orders, where their file is at hand", read: s.olist},
		{name: "recorded", about: fmt.Sprintf("real answers of carriers and platforms, where their files are at hand; each parcel %d times under other numbers, on other days", copies), read: s.recorded},
	}
}

// start is when the first simulated parcel is registered.
func start() time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }

func (s *sender) options() simulate.Options {
	return simulate.Options{Parcels: s.Parcels, Seed: s.seed, Start: start(), Duration: 28 * 24 * time.Hour, Tenant: tenant, DuplicateRate: duplicateRate, DisorderRate: duplicateRate}
}

func (s *sender) simulated() ([]replay.Record, error) {
	records, _, err := simulate.Generate(s.options())
	return records, err
}

// told has each shape tell its share of the parcels.
func (s *sender) told() ([]replay.Record, error) {
	var records []replay.Record
	names := shape.Names()
	for i, name := range names {
		teller, err := shape.Named(name, s.knows.Model, s.knows.Maps)
		if err != nil {
			return nil, err
		}
		o := s.options()
		o.Parcels, o.Seed, o.Carriers = max(1, s.Parcels/len(names)), s.seed+uint64(i), teller.Carriers
		maker, err := simulate.NewMaker(o)
		if err != nil {
			return nil, err
		}
		for at := range o.Parcels {
			parcel, err := maker.Parcel(at)
			if err != nil {
				return nil, err
			}
			if records, err = s.hear(records, teller, parcel); err != nil {
				return nil, fmt.Errorf("reading what %s tells: %w", name, err)
			}
		}
	}
	replay.Order(records)
	return records, nil
}

// hear adds a parcel's registrations, and the events that are read from what is
// told of it.
func (s *sender) hear(records []replay.Record, teller *shape.Shape, parcel *simulate.Parcel) ([]replay.Record, error) {
	for i := range parcel.Told {
		if parcel.Told[i].Registration != nil {
			records = append(records, parcel.Told[i].Record)
		}
	}
	told, err := teller.Tell(parcel)
	if err != nil {
		return nil, err
	}
	for _, p := range told {
		reading, err := dialects.Parse(p.Source, p.Payload, dialects.Options{Received: p.ReceivedAt, Way: dialects.Push, Carriers: s.knows.Carriers})
		if err != nil {
			return nil, err
		}
		for i := range reading.Events {
			records = append(records, replay.Record{Arrival: p.ReceivedAt, Event: &reading.Events[i]})
		}
	}
	return records, nil
}

func (s *sender) olist() ([]replay.Record, error) {
	name := filepath.Join(s.Outside, "timelines", "olist_orders_dev.csv.gz")
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s.timeline("olist", replay.Files([]string{name}, nil)[0])
}

func (s *sender) timeline(mapName string, in replay.Input) ([]replay.Record, error) {
	m, err := replay.LoadMap(mapName)
	if err != nil {
		return nil, err
	}
	batch, err := replay.Load(replay.LoadOptions{Map: m, Carriers: s.knows.Carriers, Codecs: s.codecs, Tenant: tenant}, in)
	if err != nil {
		return nil, err
	}
	return batch.Records, nil
}

// newSender loads what every source needs.
func newSender(common *rig.Options, o *Options) (*sender, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	knows, err := knowledge.Load(config.Knowledge{})
	if err != nil {
		return nil, err
	}
	return &sender{Options: *o, seed: common.Seed, codecs: codecs, knows: knows}, nil
}
