package riskscore

import (
	"fmt"
	"time"

	"waybill/internal/playback"
	"waybill/schemas"
)

// warn plays the newer parcels with baselines and notes when each rule first
// warned of each, and how the parcel ended.
func warn(o *Options, parcels []*parcel, rows []schemas.Baseline) error {
	table, err := tableOf(o, rows)
	if err != nil {
		return err
	}
	byKey := make(map[string]*parcel, len(parcels))
	for _, p := range parcels {
		byKey[p.records[0].Key] = p
	}
	player, err := newPlayer(o, table, []string{schemas.TopicTrackingEvents}, func(out *playback.Output) error {
		if out.Refused != nil {
			return fmt.Errorf("a record of %s was refused: %w", out.Key, out.Refused)
		}
		for i := range out.Events {
			if p := byKey[out.Key]; p != nil && out.Events[i].Type == schemas.TypeAtRisk {
				p.warn(AtRisk, out.Events[i].OccurredAt)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := play(player, parcels, time.Time{}); err != nil {
		return err
	}
	for _, p := range parcels {
		p.warnSimply(o.Rules.Model)
		p.end(o.Rules.Model)
	}
	return nil
}

// tableOf makes the table as every instance makes it.
func tableOf(o *Options, rows []schemas.Baseline) (*schemas.BaselineTable, error) {
	entries := map[string][]byte{}
	for _, b := range schemas.NewBaselineVersion(rows, o.Split, o.Split, o.Split) {
		value, err := o.Rules.Codecs.Baseline.Encode(&b)
		if err != nil {
			return nil, fmt.Errorf("making the table of baselines: %w", err)
		}
		entries[b.Key()] = value
	}
	return schemas.NewBaselineTable(o.Rules.Codecs.Baseline, entries), nil
}

// warn notes a warning; the first one counts.
func (p *parcel) warn(rule string, at time.Time) {
	if known, is := p.warned[rule]; !is || at.Before(known) {
		p.warned[rule] = at
	}
}

// judge counts, for each horizon and rule. What had not come by the end of the
// file is late if the promised day was over by then.
func (r *Result) judge(parcels []*parcel, end time.Time) {
	var judged []*parcel
	for _, p := range parcels {
		over := p.promised.AddDate(0, 0, 1)
		switch {
		case over.After(p.expires):
			r.Unfollowed++
			continue
		case p.arrived.IsZero() && over.After(end):
			continue // nobody knows
		case p.arrived.IsZero():
			p.late = true
		}
		judged = append(judged, p)
		r.Judged++
		if p.late {
			r.Late++
		}
	}
	for _, days := range Days() {
		r.Horizons = append(r.Horizons, horizon(judged, days))
	}
}

func horizon(parcels []*parcel, days int) Horizon {
	h := Horizon{Days: days, Rules: map[string]Tally{}}
	tallies := map[string]*Tally{}
	for _, rule := range Names() {
		tallies[rule] = &Tally{}
	}
	for _, p := range parcels {
		at := p.promised.AddDate(0, 0, -days)
		if p.registered.After(at) || !p.arrived.IsZero() && !p.arrived.After(at) {
			continue
		}
		h.Open++
		if p.late {
			h.Late++
		}
		for rule, t := range tallies {
			if warned, is := p.warned[rule]; !is || warned.After(at) {
				continue
			}
			t.Warned++
			if p.late {
				t.Right++
			}
		}
	}
	for rule, t := range tallies {
		t.Precision, t.Recall = share(t.Right, t.Warned), share(t.Right, h.Late)
		h.Rules[rule] = *t
	}
	return h
}

func share(of, all int) *float64 {
	if all == 0 {
		return nil
	}
	s := float64(of) / float64(all)
	return &s
}
