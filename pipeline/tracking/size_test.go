package tracking

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/tracking/body"
	"waybill/schemas"
)

// usualScans are the scans of a usual parcel: code, hours after the
// registration, place, words.
var usualScans = []struct {
	code, raw, name, city, words string
	hours                        int
}{
	{"info.received", "EVAIE", "", "", "Sender has dispatched the item", 1},
	{"transit.picked_up", "EVPPA", "Leeds Mail Centre", "Leeds", "Item received by carrier", 9},
	{"transit.processing", "EVDAC", "Leeds Mail Centre", "Leeds", "Item sorted", 12},
	{"transit.departed_facility", "EVIMC", "Leeds Mail Centre", "Leeds", "Item left the mail centre", 15},
	{"transit.arrived_facility", "EVBAH", "National Parcel Hub", "Daventry", "Item arrived at the hub", 20},
	{"transit.departed_facility", "EVIMC", "National Parcel Hub", "Daventry", "Item left the mail centre", 26},
	{"transit.arrived_destination", "EVDAV", "Greenford Mail Centre", "London", "Item arrived in the region", 30},
	{"transit.at_delivery_depot", "EVIAV", "Ealing Delivery Office", "London", "Item is at the delivery office", 34},
	{"ofd.out", "EVGPD", "Ealing Delivery Office", "London", "Item is out for delivery", 36},
	{"delivered.signed", "EVKSP", "Ealing Delivery Office", "London", "Item delivered and signed for", 40},
}

func usualRegistration() *schemas.Registration {
	promise := "2026-05-07"
	return &schemas.Registration{
		Tenant: "acme-retail", Carrier: "royal-mail", TrackingNumber: "AB123456785GB", Reference: "order-1000042",
		PromisedDate: &promise, ServiceLevel: &schemas.ServiceLevel{Token: "tracked-24"},
		Origin: &schemas.Address{Country: "GB"}, Destination: &schemas.Address{City: "London", PostalCode: "W5 2BS", Country: "GB"},
	}
}

func usualEvents() []*schemas.CarrierEvent {
	events := make([]*schemas.CarrierEvent, len(usualScans))
	for i, s := range usualScans {
		at := day1.Add(time.Duration(s.hours)*time.Hour + time.Duration(i*i)*17*time.Second)
		received := at.Add(90*time.Second + time.Duration(i)*137*time.Millisecond)
		local := at.Add(time.Hour).Format(localLayout)
		events[i] = &schemas.CarrierEvent{
			Carrier: "royal-mail", TrackingNumber: "AB123456785GB", Code: s.code, RawCode: s.raw, Description: s.words,
			Source: "royal-mail-push", SourceKind: schemas.SourceCarrierPush, MapVersion: "royal-mail-3",
			OccurredAt: at, OccurredLocal: local, OccurredText: local, OccurredZone: "Europe/London", ReceivedAt: &received,
			Location:          &schemas.Location{Name: s.name, City: s.city, Country: "GB"},
			OccurredPrecision: schemas.PrecisionSecond, OccurredConfidence: schemas.ConfidenceGiven, Leg: schemas.LegForward,
		}
	}
	return events
}

// The state of a usual parcel with 10 scans is under 1 KB.
func TestStateOfAUsualParcelIsSmall(t *testing.T) {
	w := newWorld(t, nil)
	w.endpoint(&schemas.WebhookEndpoint{EndpointID: "ep_2f6b7c1d", Tenant: "acme-retail"})
	w.register(day1, usualRegistration())
	for _, e := range usualEvents() {
		w.event(e.ReceivedAt.Add(200*time.Millisecond), e)
	}
	w.advance(w.now.Add(time.Minute))
	t.Logf("%d bytes with 10 scans", len(w.state["royal-mail:AB123456785GB"]))
	require.Less(t, len(w.state["royal-mail:AB123456785GB"]), 1<<10)
	w.advance(w.now.Add(90 * day))
	t.Logf("%d bytes as a closed record", len(w.state["royal-mail:AB123456785GB"]))
	require.Less(t, len(w.state["royal-mail:AB123456785GB"]), 1<<9)
}

// However much is sent, state and outputs fit a record.
func TestBounds(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Flood = 10 * maxHistory })
	w.live = map[string]any{}
	long := func(what string, i int) string { return fmt.Sprintf("%s %d ", what, i) + strings.Repeat("é", 1000) }
	address := func(i int) *schemas.Address {
		return &schemas.Address{Street: long("street", i), City: long("city", i), State: long("state", i), PostalCode: long("code", i), Country: long("country", i)}
	}
	now := day1
	for i := range maxRegistrations {
		tenant := fmt.Sprint("tenant", i)
		w.endpoint(&schemas.WebhookEndpoint{EndpointID: long("endpoint", i)[:60], Tenant: tenant, History: true, Types: []string{schemas.TypeDelivered}})
		for again := range 3 {
			w.register(now, &schemas.Registration{
				Tenant: tenant, Carrier: "sim", TrackingNumber: "A2", Metadata: long("metadata", i), Reference: long("reference", i),
				Transaction: long("transaction", i), Origin: address(i), Destination: address(-i), IdempotencyKey: fmt.Sprint(again),
				ServiceLevel: &schemas.ServiceLevel{Name: long("service", i), Token: long("token", i), Terms: long("terms", i), ExtendedToken: long("extended", i), ParentToken: long("parent", i)},
			})
		}
	}
	event := func(i int, code string, occurred time.Time) *schemas.CarrierEvent {
		eta := occurred.Add(time.Duration(i) * time.Hour)
		return &schemas.CarrierEvent{
			Carrier: "sim", TrackingNumber: "A2", Code: code, RawCode: long("raw", i), Description: long("text", i), Source: long("source", 0),
			SignedBy: long("signer", i), OccurredText: long("text", i), OccurredLocal: long("local", i), MapVersion: long("map", i),
			Location:   &schemas.Location{Name: long("name", i), City: long("city", i), State: long("state", i), PostalCode: long("code", i), Country: long("country", i)},
			OccurredAt: occurred, ETAAt: &eta, ETAReason: long("reason", i),
		}
	}
	var out outputs
	for i := range 3 * maxHistory {
		now = now.Add(time.Millisecond)
		out = w.event(now, event(i, []string{"exc.weather", "transit.moving", "info.received", "transit.picked_up"}[i%4], now))
	}
	live := w.live["sim:A2"].(*State).newest()
	for id := range uint64(maxForgotten) {
		live.forgotten = append(live.forgotten, id)
	}
	for i := range live.history {
		for n := range maxSources - 1 {
			live.history[i].told = append(live.history[i].told, telling{source: long("source", n+1)[:maxName], kind: schemas.SourcePoll, id: uint64(i)})
		}
		live.gist.add(live.history[i])
	}
	for i := range 2 * maxHeld {
		now = now.Add(time.Millisecond)
		out = w.event(now, event(-i, "transit.moving", now.Add(5*day)))
	}
	data, err := w.job.EncodeState(nil, w.live["sim:A2"])
	require.NoError(t, err)
	t.Logf("%d bytes at most", len(data))
	require.Less(t, len(data), schemas.MaxRecordBytes)
	row, err := w.codecs.Shipment.Encode(&out.shipments[0])
	require.NoError(t, err)
	require.Less(t, len(row), schemas.MaxRecordBytes)
	jobs := w.event(now.Add(time.Second), event(1, "delivered.delivered", now)).and(w.advance(now.Add(time.Minute))).jobs
	require.Len(t, jobs, maxRegistrations)
	for _, j := range jobs {
		require.Less(t, len(j.Body), body.Max)
		require.Contains(t, string(j.Body), `"history_omitted":true`)
	}

	s, err := w.job.DecodeState(data)
	require.NoError(t, err)
	newest := s.(*State).newest()
	require.Len(t, newest.history, maxHistory)
	require.Len(t, newest.forgotten, maxForgotten)
	require.Len(t, newest.etaChanges, maxETAChanges)
	require.Len(t, newest.episodes, maxEpisodes)
	require.LessOrEqual(t, len(newest.held), maxHeld)
}
