package stream_test

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"time"

	"waybill/pipeline/stream"
	"waybill/pipeline/stream/job"
)

// counter counts events per carrier. The value of a key is an int.
type counter struct{ job.Quiet }

func (counter) Decode(r job.Record) (key string, event any, err error) {
	return string(r.Key), string(r.Value), nil // an error would make it a dead letter
}

func (counter) Process(c *job.Call, _ job.Input) error {
	count, _ := c.State.(int) // nil at first
	count++
	c.Put(count, time.Time{}) // never to be woken
	c.Emit(job.Output{Topic: "counts", Key: c.Key, Value: strconv.AppendInt(nil, int64(count), 10)})
	return nil
}

func (counter) EncodeState(dst []byte, state any) ([]byte, error) {
	return strconv.AppendInt(dst, int64(state.(int)), 10), nil
}

func (counter) DecodeState(data []byte) (any, error) { return strconv.Atoi(string(data)) }

// A job that counts events per carrier, exactly once: whatever is killed and
// when, no event counts twice and none is left out.
func Example() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	// The topics are there before: the inputs and the changelog with the same
	// number of partitions, records with their carrier as the key.
	broker := newBroker(4, "events", "counts", "counter-state", "dead-letters")
	defer broker.close()
	broker.produce("events", "dhl", "picked up", "ups", "picked up", "dhl", "in transit", "dhl", "delivered")

	runtime, err := stream.New(stream.Config{
		App: "counter", Instance: "host-1", Brokers: broker.addresses,
		Inputs: []string{"events"}, Changelog: "counter-state", DeadLetters: "dead-letters",
	}, counter{})
	if err != nil {
		log.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- runtime.Run(ctx) }()
	if err := runtime.Caught(ctx); err != nil {
		log.Fatal(err)
	}
	stop() // it commits what is in hand
	if err := <-done; err != nil {
		log.Fatal(err)
	}

	counts := broker.newest("counts", 4) // one for each event
	fmt.Println("dhl", counts["dhl"])
	fmt.Println("ups", counts["ups"])
	// Output:
	// dhl 3
	// ups 1
}
