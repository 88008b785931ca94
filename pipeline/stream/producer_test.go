package stream

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/job"
)

func TestProducerOf(t *testing.T) {
	// "k" belongs on partition 0 of 8 by murmur2, and on 5 by CRC-32.
	for name, c := range map[string]struct {
		key       string
		partition int32
		want      producer
	}{
		"no key":           {"", 3, producerKeyless},
		"CRC-32":           {"k", 5, producerLibrdkafka},
		"its own spelling": {"k", 0, producerSpelling},
		"neither":          {"k", 3, producerOther},
	} {
		t.Run(name, func(t *testing.T) {
			r := job.Record{Position: job.Position{Partition: c.partition}, Key: []byte(c.key)}
			require.Equal(t, c.want, producerOf(r, 8))
		})
	}
}
