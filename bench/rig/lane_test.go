package rig

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"
)

// All that the other wrote is written once in each pass, in order, and never
// ahead of its share.
func TestLaneWritesWhatTheOtherWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &lane{partition: 3, inputs: rapid.IntRange(1, 50).Draw(t, "inputs")}
		want := map[string][]string{}
		for topic := range rapid.IntRange(0, 4).Draw(t, "topics") {
			name := fmt.Sprintf("topic-%d", topic)
			for i := range rapid.IntRange(1, 120).Draw(t, "records") {
				value := fmt.Sprintf("%s/%d", name, i)
				l.add(&kgo.Record{Topic: name, Partition: 3, Key: []byte("key"), Value: []byte(value)})
				want[name] = append(want[name], value)
			}
		}
		passes := rapid.IntRange(1, 3).Draw(t, "passes")
		wrote := map[string][]string{}
		aborted := rapid.IntRange(0, passes*l.inputs-1).Draw(t, "handled before a transaction that is aborted")
		for handled := 1; handled <= passes*l.inputs; handled++ {
			if handled == aborted {
				before := l.progress()
				l.pass(func(*kgo.Record) {})
				l.returnTo(before)
			}
			l.pass(func(r *kgo.Record) {
				require.Equal(t, int32(3), r.Partition)
				require.Equal(t, "key", string(r.Key))
				wrote[r.Topic] = append(wrote[r.Topic], string(r.Value))
			})
			for name, records := range want {
				require.InDelta(t, float64(len(records)*handled)/float64(l.inputs), len(wrote[name]), 1)
			}
		}
		require.Len(t, wrote, len(want))
		for name, records := range want {
			for i, value := range wrote[name] {
				require.Equal(t, records[i%len(records)], value)
			}
			require.Len(t, wrote[name], passes*len(records))
		}
	})
}

// What was written to a partition from which nothing was read is written as
// well.
func TestLaneAdopts(t *testing.T) {
	lanes := []*lane{{partition: 0}, {partition: 1, inputs: 1}}
	lanes[0].add(&kgo.Record{Topic: "out", Value: []byte("sent on")})
	lanes[1].add(&kgo.Record{Topic: "out", Value: []byte("its own")})
	adopt(lanes)
	var wrote []string
	lanes[1].pass(func(r *kgo.Record) { wrote = append(wrote, fmt.Sprintf("%d: %s", r.Partition, r.Value)) })
	require.Equal(t, []string{"1: its own", "0: sent on"}, wrote)
	adopt([]*lane{{}})
}
