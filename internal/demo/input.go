package demo

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/internal/knowledge"
)

// input is what is played, and what is known of it beforehand.
type input struct {
	records               []replay.Record
	registrations, events int
	refused               int // rows that gave no record
	// scms and simulated are known when the shipped shipments are played; both
	// were worked out without the pipeline, scms by a reading of its own.
	scms      *replay.SCMSTruth
	simulated *simulate.Summary
}

// read makes the records that are to be published.
func (d *demo) read() (*input, error) {
	shipped := d.Input == ""
	name, source := "scms", replay.SCMS()
	if !shipped {
		name, source = d.Map, replay.Files([]string{d.Input}, os.Stdin)[0]
	}
	batch, err := d.load(name, source)
	if err != nil {
		return nil, err
	}
	disorder := replay.Disorder{Duplicates: disorderRate, Swaps: disorderRate, Seed: disorderSeed}
	in := &input{records: disorder.Apply(batch.Records), refused: len(batch.Refused)}
	if shipped {
		if err := in.addTruth(); err != nil {
			return nil, err
		}
	}
	for i := range in.records {
		if in.records[i].Registration != nil {
			in.registrations++
		}
	}
	in.events = len(in.records) - in.registrations
	return in, nil
}

func (d *demo) load(name string, source replay.Input) (*replay.Batch, error) {
	m, err := replay.LoadMap(name)
	if err != nil {
		return nil, err
	}
	knows, err := knowledge.Load(d.Settings.Knowledge)
	if err != nil {
		return nil, err
	}
	batch, err := replay.Load(replay.LoadOptions{Map: m, Carriers: knows.Carriers, Codecs: d.codecs, Tenant: tenant}, source)
	if err != nil {
		return nil, err
	}
	for _, refusal := range batch.Refused {
		d.Logger.Warn("a row was refused", "refusal", refusal.String())
	}
	if len(batch.Records) == 0 {
		return nil, fmt.Errorf("playing %s: no row of it gave a record", source.Name)
	}
	return batch, nil
}

// addTruth reads the shipped shipments a second time, by other code, and adds
// simulated parcels that begin when the shipments have ended.
func (in *input) addTruth() error {
	truth, err := replay.ReadSCMSTruth(replay.SCMS())
	if err != nil {
		return err
	}
	last := slices.MaxFunc(in.records, func(a, b replay.Record) int { return a.Arrival.Compare(b.Arrival) })
	simulated, truths, err := simulate.Generate(simulate.Options{
		Parcels: simulatedParcels, Seed: simulatedSeed, Start: last.Arrival.Truncate(24*time.Hour).AddDate(0, 0, 1),
		Tenant: tenant, DuplicateRate: disorderRate, DisorderRate: disorderRate,
	})
	if err != nil {
		return err
	}
	if len(simulated) == 0 {
		return errors.New("simulating parcels: there are none")
	}
	summary := simulate.Summarize(truths)
	in.records = append(in.records, simulated...)
	in.scms, in.simulated = &truth, &summary
	return nil
}
