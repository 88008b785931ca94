package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/job"
	"waybill/pipeline/stream/layout"
)

// librdkafkaPython is where `make bin/librdkafka` puts a Python that has
// librdkafka.
const librdkafkaPython = "../../bin/librdkafka/bin/python"

// foreign is a record that librdkafka writes.
type foreign struct {
	Topic string  `json:"topic"`
	Key   *string `json:"key"`
	Value string  `json:"value"`
}

// produceForeign writes records with librdkafka and its default partitioner.
func (d *deployment) produceForeign(records []foreign) {
	d.t.Helper()
	python, err := filepath.Abs(librdkafkaPython)
	require.NoError(d.t, err)
	if _, err := os.Stat(python); err != nil {
		d.t.Skipf("no librdkafka for this test: make bin/librdkafka (%v)", err)
	}
	var input bytes.Buffer
	for _, r := range records {
		r.Topic = d.prefix + r.Topic
		require.NoError(d.t, json.NewEncoder(&input).Encode(r))
	}
	command := exec.CommandContext(d.t.Context(), python, "testdata/librdkafka/produce.py", strings.Join(d.brokers, ","))
	command.Stdin = &input
	said, err := command.CombinedOutput()
	require.NoError(d.t, err, "%s", said)
}

// selfNamed is a tally whose records may bear their key in the value, before a
// colon, so that they need none.
type selfNamed struct{ tally }

func (j selfNamed) Decode(r job.Record) (string, any, error) {
	if key, command, named := strings.Cut(string(r.Value), ":"); named {
		return key, command, nil
	}
	return j.tally.Decode(r)
}

// Records of librdkafka, which hashes in another way, and records without a
// key come out as if they had been put right, beside those of a client that
// puts them right: no key's state is split. They are counted by what kind of
// producer wrote them.
func TestRerouteLibrdkafka(t *testing.T) {
	t.Parallel()
	const partitions = 4
	d := deploy(t, partitions)
	registry := prometheus.NewRegistry()
	cfg := d.config(Live)
	cfg.Rerouted, cfg.Registerer = "rerouted", registry
	var records []foreign
	for n := range 100 {
		key := fmt.Sprintf("key-%d", n)
		records = append(records, foreign{"first", &key, "+1"}, foreign{"second", nil, key + ":+1"})
		d.produce(&kgo.Record{Topic: "first", Partition: -1, Key: []byte(key), Value: []byte("+1")})
	}
	d.produceForeign(records)
	i := d.startJob(cfg, selfNamed{})
	i.caught() // what is rerouted
	i.caught() // what came of it
	for key, values := range d.outputs() {
		require.Len(t, values, 3, key)
		for n, value := range values {
			require.Contains(t, value, fmt.Sprintf("sum %d at", n+1), key)
		}
	}
	require.Len(t, d.outputs(), 100)
	require.Empty(t, d.read("dead"))
	wrong := d.misplaced("first", partitions)
	require.Greater(t, wrong, 50, "librdkafka hashes in another way")
	require.InDelta(t, wrong, rerouted(t, registry, "first", producerLibrdkafka), 0)
	require.InDelta(t, 100, rerouted(t, registry, "second", producerKeyless), 0)
	require.InDelta(t, 0, rerouted(t, registry, "first", producerOther), 0)
	i.stop()
}

// misplaced counts the records of a topic that do not lie where their keys
// belong.
func (d *deployment) misplaced(topic string, partitions int) (n int) {
	d.t.Helper()
	for _, r := range d.read(topic) {
		if layout.PartitionOf(r.Key, partitions) != r.Partition {
			n++
		}
	}
	return n
}

// rerouted returns how many records of a topic were rerouted that a kind of
// producer wrote.
func rerouted(t *testing.T, from prometheus.Gatherer, topic string, by producer) (n float64) {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != "waybill_stream_rerouted_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["topic"] == topic && labels["producer"] == string(by) {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}
