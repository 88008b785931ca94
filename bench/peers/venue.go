package peers

import (
	"context"
	"errors"
	"fmt"
	"os"

	"waybill/bench/rig"
	"waybill/internal/apachekafka"
	"waybill/internal/embedded"
)

// venue is one broker for all turns, each of which has topics and a group of its
// own.
type venue struct {
	rig.Broker
	genuine bool
	dir     string
}

// startVenue starts a broker of Apache Kafka, or the embedded one.
func startVenue(ctx context.Context, genuine bool) (*venue, error) {
	dir, err := os.MkdirTemp("", "waybill-bench-peers-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for a broker: %w", err)
	}
	v := &venue{genuine: genuine, dir: dir}
	if genuine {
		v.Broker, err = apachekafka.Start(ctx, apachekafka.Options{Dir: dir, Measured: true})
	} else {
		v.Broker, err = embedded.StartKafka(ctx, embedded.KafkaOptions{DataDir: dir})
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return v, nil
}

// String implements fmt.Stringer.
func (v *venue) String() string {
	if v.genuine {
		return "one broker of Apache Kafka"
	}
	return "the embedded Kafka"
}

// end ends the broker and removes what it wrote.
func (v *venue) end() error { return errors.Join(v.Close(), os.RemoveAll(v.dir)) }
