package tracking

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/connectors/replay"
	"waybill/connectors/simulate"
	"waybill/schemas"
	"waybill/schemas/status"
)

// The standard load: duplicates and disorder as shares of the raw events.
const (
	duplicateRate = 0.05
	disorderRate  = 0.05
	tenant        = "bench"
	endpointID    = "ep_bench"
)

// load is what a turn works off: simulated parcels, encoded. A raw event is a
// carrier event as it was sent, duplicates among them.
type load struct {
	records       []kgo.Record // in order of arrival
	tickAt        time.Time    // after the last arrival and every reorder hold
	registrations rig.Tally
	events        rig.Tally
	endpoint      []byte // the tenant's one endpoint, as on webhook-endpoints
}

func newLoad(parcels int, seed uint64) (*load, error) {
	codecs, err := schemas.NewCodecs()
	if err != nil {
		return nil, err
	}
	records, err := Standard(parcels, seed)
	if err != nil {
		return nil, err
	}
	l := &load{records: make([]kgo.Record, 0, len(records))}
	for i := range records {
		if err := l.add(codecs, &records[i]); err != nil {
			return nil, fmt.Errorf("encoding the load: %w", err)
		}
	}
	l.tickAt = records[len(records)-1].Arrival.Add(time.Minute)
	l.endpoint, err = codecs.WebhookEndpoint.Encode(Endpoint())
	return l, err
}

// Standard makes the standard load: registrations of parcels and their raw
// events, in order of arrival.
func Standard(parcels int, seed uint64) ([]replay.Record, error) {
	records, _, err := simulate.Generate(simulate.Options{
		Parcels: parcels, Seed: seed, Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Tenant: tenant,
		DuplicateRate: duplicateRate, DisorderRate: disorderRate,
	})
	return records, err
}

func (l *load) add(codecs *schemas.Codecs, r *replay.Record) (err error) {
	out := kgo.Record{Topic: r.Topic(), Key: []byte(r.Key), Timestamp: r.Arrival}
	if r.Registration != nil {
		out.Value, err = codecs.Registration.Encode(r.Registration)
		l.registrations.Add(&out)
	} else {
		out.Value, err = codecs.CarrierEvent.Encode(r.Event)
		l.events.Add(&out)
	}
	l.records = append(l.records, out)
	return err
}

// Endpoint is the tenant's one endpoint. It wants what a shop tells its
// customers: about one webhook for each fourth raw event.
func Endpoint() *schemas.WebhookEndpoint {
	return &schemas.WebhookEndpoint{
		EndpointID: endpointID, Tenant: tenant, Revision: 1, URL: "https://receiver.example/webhooks",
		Types: []string{schemas.TypeStatusChanged}, Statuses: []string{"IN_TRANSIT", status.OutForDelivery, status.Delivered}, Secrets: []schemas.EndpointSecret{},
		Headers: map[string]string{}, Order: schemas.OrderShipment, Schedule: []int64{}, State: schemas.EndpointEnabled,
	}
}
