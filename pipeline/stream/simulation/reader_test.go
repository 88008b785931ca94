//go:build synctests

package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"waybill/pipeline/stream"

	"github.com/twmb/franz-go/pkg/kgo"
)

// follow reads what is committed on the outputs until the client is closed.
func (w *world) follow() {
	for {
		fetches := w.client.PollFetches(context.Background())
		if fetches.IsClientClosed() {
			return
		}
		w.mu.Lock()
		fetches.EachRecord(w.take)
		w.mu.Unlock()
	}
}

func (w *world) take(r *kgo.Record) {
	if w.read[r.Topic] == nil {
		w.read[r.Topic] = map[int32]int64{}
	}
	if r.Offset < w.read[r.Topic][r.Partition] {
		w.note(errors.New("it was read before"), r)
	}
	w.read[r.Topic][r.Partition] = r.Offset + 1
	if r.Attrs.IsControl() {
		return
	}
	switch r.Topic {
	case "state":
		w.log = append(w.log, r)
	case "standing":
		w.stands[string(r.Key)] = string(r.Value)
	case "dead":
		var c command
		w.note(json.Unmarshal(r.Value, &c), r)
		w.dead = append(w.dead, c)
	default:
		var e entry
		w.note(json.Unmarshal(r.Value, &e), r)
		w.entries[string(r.Key)] = append(w.entries[string(r.Key)], e)
	}
}

func (w *world) note(err error, r *kgo.Record) {
	if err != nil && w.bad == nil {
		w.bad = fmt.Errorf("reading %s/%d@%d: %w", r.Topic, r.Partition, r.Offset, err)
	}
}

// watch looks again and again whether a committed offset runs back.
func (w *world) watch(ctx context.Context) {
	last := map[string]map[int32]int64{}
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if group := w.cluster.GroupInfo("ledger"); group != nil {
			for topic, partitions := range group.Commits {
				if last[topic] == nil {
					last[topic] = map[int32]int64{}
				}
				for p, commit := range partitions {
					if commit.Offset < last[topic][p] {
						w.fail(fmt.Errorf("the committed offset of %s/%d ran back from %d to %d", topic, p, last[topic][p], commit.Offset))
					}
					last[topic][p] = commit.Offset
				}
			}
		}
	}
}

// glance is how often watch looks.
const glance = 200 * time.Millisecond

// fail takes note of what must never be, the first of it.
func (w *world) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bad == nil {
		w.bad = err
	}
}

func (w *world) broken() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bad
}

// caught tells whether the group has committed all that its inputs hold, and
// the reader has seen all that is committed.
func (w *world) caught() bool {
	group := w.cluster.GroupInfo("ledger")
	if group == nil {
		return false
	}
	inputs := []string{"first", "second"}
	if w.plan.clock == stream.Live {
		inputs = append(inputs, "rerouted")
	}
	for _, topic := range inputs {
		for _, p := range w.cluster.PartitionInfos(topic) {
			commit, ok := group.Commits[topic][p.Partition]
			if p.HighWatermark > p.LogStartOffset && (!ok || commit.Offset < p.HighWatermark) {
				return false
			}
		}
	}
	return w.readAll("out", "standing", "dead", "state")
}

// readAll tells whether the reader of the world has seen all of some topics.
func (w *world) readAll(topics ...string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, topic := range topics {
		for _, p := range w.cluster.PartitionInfos(topic) {
			if w.read[topic][p.Partition] < p.HighWatermark {
				return false
			}
		}
	}
	return true
}

// payload is what the job wrote of a value of the changelog or a store; the
// runtime has put its envelope before it.
func payload(value []byte) string {
	if i := strings.Index(string(value), `{"Count"`); i >= 0 {
		return string(value[i:])
	}
	return ""
}
