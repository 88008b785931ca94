package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"waybill/connectors/dialects"
	"waybill/connectors/replay"
	"waybill/schemas"
)

// copies is how many parcels are made of each recorded one.
const copies = 300

// spread is how many days the copies lie apart.
const spread = 365

// recorded reads the recorded answers. Those that tell of no event add nothing.
func (s *sender) recorded() ([]replay.Record, error) {
	chance := rand.New(rand.NewPCG(s.seed, copies)) // it is to be the same again
	var records []replay.Record
	err := filepath.WalkDir(filepath.Join(s.Outside, "payloads"), func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		payload, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("reading a recorded answer: %w", err)
		}
		reading, err := dialects.Parse(dialects.Auto, payload, dialects.Options{
			Received: start(), Way: dialects.Poll, Carriers: s.knows.Carriers,
			Carrier: s.knows.Carriers.Canonical(filepath.Base(filepath.Dir(path))), Number: "AB123456785GB",
		})
		if _, unread := errors.AsType[*dialects.PayloadError](err); unread { // an error page is no event
			return nil
		}
		if err != nil {
			return err
		}
		for _, events := range byParcel(reading.Events) {
			for range copies {
				records = append(records, another(events, chance)...)
			}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	replay.Order(records)
	return records, err
}

// byParcel puts the events of each parcel together.
func byParcel(events []schemas.CarrierEvent) map[string][]schemas.CarrierEvent {
	parcels := make(map[string][]schemas.CarrierEvent)
	for _, e := range events {
		parcels[e.Carrier+":"+e.TrackingNumber] = append(parcels[e.Carrier+":"+e.TrackingNumber], e)
	}
	return parcels
}

// another makes a parcel to which the same happens under another number and on
// another day. Each event is told a while after it happened.
func another(events []schemas.CarrierEvent, chance *rand.Rand) []replay.Record {
	number := otherNumber(events[0].TrackingNumber, chance)
	days := chance.IntN(spread)
	first := events[0].OccurredAt
	for i := range events {
		if events[i].OccurredAt.Before(first) {
			first = events[i].OccurredAt
		}
	}
	move := start().Truncate(24*time.Hour).Sub(first.Truncate(24*time.Hour)) + time.Duration(days)*24*time.Hour
	records := []replay.Record{{
		Arrival: first.Add(move - 24*time.Hour).Truncate(time.Millisecond),
		Registration: &schemas.Registration{
			Tenant: tenant, Carrier: events[0].Carrier, TrackingNumber: number, Reference: fmt.Sprintf("ORDER-%08d", chance.IntN(1e8)),
			WindowDays: 30, Backfill: schemas.BackfillNone,
		},
	}}
	for _, e := range events {
		e.TrackingNumber = number
		e.OccurredAt = e.OccurredAt.Add(move)
		e.OccurredLocal, e.OccurredText = moved(e.OccurredLocal, move), moved(e.OccurredText, move)
		told := e.OccurredAt.Add(time.Duration(chance.Int64N(int64(time.Hour)))).Truncate(time.Millisecond)
		e.ReceivedAt = &told
		records = append(records, replay.Record{Arrival: told, Event: &e})
	}
	return records
}

// otherNumber puts another digit in the place of each.
func otherNumber(number string, chance *rand.Rand) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0' + rune(chance.IntN(10))
		}
		return r
	}, number)
}

// moved moves a time in words, where its day is written as a machine would.
func moved(text string, by time.Duration) string {
	if len(text) < len(time.DateOnly) {
		return text
	}
	day, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	if err != nil {
		return text
	}
	return day.Add(by).Format(time.DateOnly) + text[len(time.DateOnly):]
}
