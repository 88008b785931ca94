package rig

import (
	"context"
	"errors"
	"fmt"
	"os"

	"waybill/internal/apachekafka"
)

// Lent is a broker that outlives a stage.
type Lent struct{ Broker }

// Close implements Broker.
func (Lent) Close() error { return nil }

// StartGenuine starts one broker of Apache Kafka for all turns, each of which has
// topics and groups of its own: one that has just begun takes several times as
// long for a transaction until Java has compiled what it does. The error is
// apachekafka.ErrUnavailable where this machine cannot run it.
func StartGenuine(ctx context.Context) (lent Lent, stop func() error, err error) {
	dir, err := os.MkdirTemp("", "waybill-bench-kafka-")
	if err != nil {
		return lent, nil, fmt.Errorf("making a folder for Apache Kafka: %w", err)
	}
	cluster, err := apachekafka.Start(ctx, apachekafka.Options{Dir: dir, Measured: true})
	if err != nil {
		return lent, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return Lent{cluster}, func() error { return errors.Join(cluster.Close(), os.RemoveAll(dir)) }, nil
}
