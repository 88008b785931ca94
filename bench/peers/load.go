package peers

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/tracking"
	"waybill/connectors/replay"
	"waybill/schemas"
)

// load is what is worked off: simulated parcels, encoded.
type load struct {
	records  []kgo.Record // in order of arrival
	events   int
	tickAt   time.Time // after the last arrival and every reorder hold
	endpoint []byte    // the one there is, as on webhook-endpoints
}

// newLoad makes the standard load.
func newLoad(codecs *schemas.Codecs, parcels int, seed uint64) (*load, error) {
	records, err := tracking.Standard(parcels, seed)
	if err != nil {
		return nil, err
	}
	return encode(codecs, records)
}

func encode(codecs *schemas.Codecs, records []replay.Record) (l *load, err error) {
	l = &load{records: make([]kgo.Record, 0, len(records)), tickAt: records[len(records)-1].Arrival.Add(time.Hour)}
	if l.endpoint, err = codecs.WebhookEndpoint.Encode(tracking.Endpoint()); err != nil {
		return nil, fmt.Errorf("encoding the endpoint: %w", err)
	}
	for i := range records {
		r := &records[i]
		out := kgo.Record{Topic: r.Topic(), Key: []byte(r.Key), Timestamp: r.Arrival}
		if r.Registration != nil {
			out.Value, err = codecs.Registration.Encode(r.Registration)
		} else {
			out.Value, err = codecs.CarrierEvent.Encode(r.Event)
			l.events++
		}
		if err != nil {
			return nil, fmt.Errorf("encoding the load: %w", err)
		}
		l.records = append(l.records, out)
	}
	return l, nil
}

// write writes the load to the topics of a prefix, and the ticks that end it. With
// one input all of it goes there.
func (l *load) write(produce func(*kgo.Record), prefix string, inputs []string, partitions int) {
	for i := range l.records {
		r := l.records[i] // a client keeps what it is given
		if len(inputs) == 1 {
			r.Topic = inputs[0]
		}
		r.Topic = prefix + r.Topic
		produce(&r)
	}
	for _, topic := range inputs {
		for p := range int32(partitions) {
			produce(&kgo.Record{Topic: prefix + topic, Partition: p, Timestamp: l.tickAt, Headers: []kgo.RecordHeader{{Key: schemas.TickHeader}}})
		}
	}
}
