package stream_test

import (
	"context"
	"log"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker is a Kafka broker in the process, for the example.
type broker struct {
	addresses []string
	fake      *kfake.Cluster
	client    *kgo.Client
}

func newBroker(partitions int32, topics ...string) *broker {
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, topics...))
	if err != nil {
		log.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(fake.ListenAddrs()...))
	if err != nil {
		log.Fatal(err)
	}
	return &broker{fake.ListenAddrs(), fake, client}
}

func (b *broker) close() {
	b.client.Close()
	b.fake.Close()
}

// produce writes records: a key, its value, the next key and so on.
func (b *broker) produce(topic string, keysAndValues ...string) {
	for i := 0; i < len(keysAndValues); i += 2 {
		r := &kgo.Record{Topic: topic, Key: []byte(keysAndValues[i]), Value: []byte(keysAndValues[i+1])}
		if err := b.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			log.Fatal(err)
		}
	}
}

// newest returns the newest value of each key among n committed records.
func (b *broker) newest(topic string, n int) map[string]string {
	reader, err := kgo.NewClient(kgo.SeedBrokers(b.addresses...), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		log.Fatal(err)
	}
	defer reader.Close()
	values := map[string]string{}
	for n > 0 {
		reader.PollFetches(context.Background()).EachRecord(func(r *kgo.Record) {
			values[string(r.Key)] = string(r.Value)
			n--
		})
	}
	return values
}
