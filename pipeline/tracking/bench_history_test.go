package tracking

import (
	"strconv"
	"testing"
	"time"

	"waybill/pipeline/stream/job"
	"waybill/schemas"
)

// BenchmarkHistory plays long histories: what one more event costs must not
// grow with them by more than the bytes that are moved. Figures are per raw
// event; "late" is a history that comes in backwards, "two" one that two sources
// tell.
func BenchmarkHistory(b *testing.B) {
	for _, kind := range []string{"in order", "late", "two"} {
		for _, events := range []int{16, 64, 256} {
			b.Run(kind+"/events="+strconv.Itoa(events), func(b *testing.B) {
				w := newWorld(b, func(c *Config) { c.ReorderHold = 0 })
				tables := map[string]any{schemas.TopicWebhookEndpoints: w.table}
				inputs := longHistory(b, w, kind, events)
				b.ReportAllocs()
				b.ResetTimer()
				for i := 0; i < b.N; i += events {
					benchParcel(b, w, tables, inputs)
				}
			})
		}
	}
}

func longHistory(b *testing.B, w *world, kind string, events int) []job.Input {
	inputs := []job.Input{benchInput(b, w, schemas.TopicRegistrations, day1, w.codecs.Registration, usualRegistrationRecord())}
	usual := usualEvents()
	for i := range events {
		e := *usual[1+i%8] // none ends the parcel's life
		n := i
		if kind == "two" && i%2 == 1 {
			e.Source, e.RawCode, n = "aggregator", "A", i-1
			e.Code = usual[1+(i-1)%8].Code
		}
		e.OccurredAt = day1.Add(time.Duration(n) * 37 * time.Minute)
		e.OccurredLocal, e.OccurredText = "", ""
		arrived := e.OccurredAt.Add(time.Minute)
		if kind == "late" {
			e.OccurredAt = day1.Add(time.Duration(events-i) * 37 * time.Minute)
			arrived = day1.Add(200*time.Hour + time.Duration(i)*time.Second)
		}
		e.ReceivedAt = &arrived
		inputs = append(inputs, benchInput(b, w, schemas.TopicCarrierEvents, arrived, w.codecs.CarrierEvent, &e))
	}
	return inputs
}
