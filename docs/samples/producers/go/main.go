// Command go publishes to Waybill with franz-go: a registration in Avro, an event
// in JSON and one in Avro.
//
//	BROKERS=127.0.0.1:9092 SCHEMAS=schemas/avro go run . royal-mail AB123456785GB
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if len(os.Args) != 3 {
		return errors.New("usage: go run . CARRIER NUMBER")
	}
	carrier, number := os.Args[1], os.Args[2]
	registration, err := newWriter("registration.v2")
	if err != nil {
		return err
	}
	event, err := newWriter("carrier_event.v2")
	if err != nil {
		return err
	}
	// The default partitioner is Kafka's own, and the default acknowledgement
	// that of all replicas, without doubles on retries.
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(os.Getenv("BROKERS"), ",")...))
	if err != nil {
		return fmt.Errorf("making the client: %w", err)
	}
	defer client.Close()

	key := []byte(carrier + ":" + number) // of every record of the parcel
	follow, err := registration.encode(map[string]any{
		"tenant": "default", "carrier": carrier, "tracking_number": number, "reference": "order-17", "promised_date": "2030-12-24",
	})
	if err != nil {
		return err
	}
	now := time.Now()
	pickedUp, err := json.Marshal(map[string]any{
		"carrier": carrier, "tracking_number": number, "source": "sample", "code": "transit.picked_up", "raw_code": "EVPPA",
		"occurred_at": now.Add(-time.Hour),
	})
	if err != nil {
		return err
	}
	delivered, err := event.encode(map[string]any{
		"carrier": carrier, "tracking_number": number, "source": "sample", "code": "delivered.delivered", "raw_code": "EVKSP",
		"occurred_at": now,
	})
	if err != nil {
		return err
	}
	err = client.ProduceSync(context.Background(),
		&kgo.Record{Topic: "registrations", Key: key, Value: follow},
		&kgo.Record{Topic: "carrier-events", Key: key, Value: pickedUp},
		&kgo.Record{Topic: "carrier-events", Key: key, Value: delivered},
	).FirstErr()
	if err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	fmt.Println("published 3 records")
	return nil
}

// writer writes one record of the contract as Avro single objects.
type writer struct {
	schema   *avro.RecordSchema
	header   []byte // C3 01 and the schema's fingerprint, little-endian
	defaults map[string]any
}

// newWriter reads a published schema, by default from the folder schemas/avro.
func newWriter(name string) (*writer, error) {
	file := filepath.Join(os.Getenv("SCHEMAS"), name+".avsc")
	schema, err := avro.ParseFiles(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	record, ok := schema.(*avro.RecordSchema)
	if !ok {
		return nil, fmt.Errorf("%s is of no record", file)
	}
	sum, err := schema.FingerprintUsing(avro.CRC64Avro)
	if err != nil {
		return nil, fmt.Errorf("taking the fingerprint of %s: %w", file, err)
	}
	slices.Reverse(sum)
	defaults := make(map[string]any)
	for _, field := range record.Fields() {
		if field.HasDefault() {
			defaults[field.Name()] = field.Default()
		}
	}
	return &writer{schema: record, header: append([]byte{0xC3, 0x01}, sum...), defaults: defaults}, nil
}

// encode writes a record. What is left out has its default.
func (w *writer) encode(fields map[string]any) ([]byte, error) {
	record := maps.Clone(w.defaults)
	maps.Copy(record, fields)
	body, err := avro.Marshal(w.schema, record)
	if err != nil {
		return nil, fmt.Errorf("encoding a record: %w", err)
	}
	return append(slices.Clone(w.header), body...), nil
}
