package stream

import (
	"hash/crc32"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
)

// crcPlaced is a record as a client on librdkafka puts it.
func crcPlaced(r *kgo.Record, partitions uint32) *kgo.Record {
	r.Partition = int32(crc32.ChecksumIEEE(r.Key) % partitions)
	return r
}

// Two producers with different hashes, and one that writes keys its own way or
// not at all, cannot split a key's state.
func TestReroute(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	cfg := d.config(Live)
	cfg.Rerouted = "rerouted"
	keys := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, key := range keys {
		d.produce(
			&kgo.Record{Topic: "first", Partition: -1, Key: []byte(key), Value: []byte("+1")},
			crcPlaced(&kgo.Record{Topic: "second", Key: []byte(key), Value: []byte("+1")}, 4),
			&kgo.Record{Topic: "first", Partition: 2, Key: []byte(string(key[0] - 32)), Value: []byte("+1")})
	}
	i := d.start(cfg)
	i.caught() // what is rerouted
	i.caught() // what came of it
	i.stop()
	for _, key := range keys {
		require.Len(t, d.outputs()[key], 3, key)
		require.Contains(t, d.outputs()[key][2], "sum 3 at")
	}
	require.Empty(t, d.read("dead"))
	for _, r := range d.read("rerouted") {
		require.Equal(t, layout.PartitionOf(r.Key, 4), r.Partition)
	}
}

// A rerouted record knows where it first came in, and so does its dead letter.
func TestRerouteKeepsFirstPosition(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	cfg := d.config(Live)
	cfg.Rerouted = "rerouted"
	wrong := (layout.PartitionOf([]byte("k"), 4) + 1) % 4
	d.produce(
		&kgo.Record{Topic: "second", Partition: wrong, Key: []byte("k"), Value: []byte("first")},
		&kgo.Record{Topic: "second", Partition: wrong, Key: []byte("k"), Value: []byte("fail"), Headers: []kgo.RecordHeader{{Key: "from", Value: []byte("a test")}}},
		&kgo.Record{Topic: "rerouted", Partition: wrong, Key: []byte("k"), Value: []byte("+1")})
	i := d.start(cfg)
	i.caught()
	i.caught()
	i.stop()
	require.Equal(t, []string{"first second/" + string('0'+wrong) + "@0"}, d.outputs()["k"])
	dead := d.read("dead")
	require.Len(t, dead, 2)
	byValue := map[string]*kgo.Record{string(dead[0].Value): dead[0], string(dead[1].Value): dead[1]}
	require.Equal(t, "second", headerOf(byValue["fail"], job.SourceTopicHeader))
	require.Equal(t, "1", headerOf(byValue["fail"], job.SourceOffsetHeader))
	require.Equal(t, "a test", headerOf(byValue["fail"], "from"))
	require.Contains(t, headerOf(byValue["+1"], job.ErrorHeader), "only the runtime may write to rerouted")
}

// In a replay nothing is rerouted: it would come back at another time.
func TestMisplacedIsRefusedInReplay(t *testing.T) {
	t.Parallel()
	d := deploy(t, 4)
	cfg := d.config(Log)
	cfg.Rerouted = "rerouted"
	at := time.UnixMilli(1_300_000_000_000)
	d.produce(&kgo.Record{Topic: "first", Partition: (layout.PartitionOf([]byte("k"), 4) + 1) % 4, Key: []byte("k"), Value: []byte("+1"), Timestamp: at})
	d.tick(at, 4, "first", "second")
	i := d.start(cfg)
	i.caught()
	i.stop()
	require.Contains(t, headerOf(d.read("dead")[0], job.ErrorHeader), "nothing is rerouted here")
	require.Empty(t, d.outputs())
}
