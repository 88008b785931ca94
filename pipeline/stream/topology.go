package stream

import (
	"context"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// topology is what the broker says about the topics of a runtime. Partition
// counts are fixed for the life of the process: which partition a key lies on
// depends on them.
type topology struct {
	partitions int32 // of each input and the changelog
	counts     map[string]int32
	ids        map[string][16]byte // by logical name
}

// survey asks for all topics and checks that they fit together. What is wrong
// with them names the topic, and ends Run.
func survey(ctx context.Context, cfg *Config, client *kgo.Client) (*topology, error) {
	names := append(cfg.inputs(), cfg.Changelog, cfg.DeadLetters)
	for _, b := range cfg.Broadcasts {
		names = append(names, b.Topic)
	}
	full := make([]string, len(names))
	for i, name := range names {
		full[i] = cfg.Prefix + name
	}
	details, err := kadm.NewClient(client).ListTopics(ctx, full...)
	if err != nil {
		return nil, fmt.Errorf("asking for topics: %w", err)
	}
	top := &topology{counts: map[string]int32{}, ids: map[string][16]byte{}}
	var missing []string
	for i, name := range names {
		d, ok := details[full[i]]
		if !ok || d.Err != nil && strings.Contains(d.Err.Error(), "UNKNOWN_TOPIC") {
			missing = append(missing, full[i])
			continue
		}
		if d.Err != nil {
			return nil, fmt.Errorf("asking for topic %s: %w", full[i], d.Err)
		}
		top.counts[name], top.ids[name] = int32(len(d.Partitions)), d.ID
	}
	if len(missing) > 0 {
		return nil, stopError{fmt.Errorf("checking topics: %s missing on the broker: create them first", strings.Join(missing, ", "))}
	}
	return top, top.check(cfg)
}

func (top *topology) check(cfg *Config) error {
	top.partitions = top.counts[cfg.Inputs[0]]
	for _, name := range append(cfg.inputs(), cfg.Changelog) {
		if n := top.counts[name]; n != top.partitions {
			return stopError{fmt.Errorf("checking topics: %s has %d partitions but %s has %d: the inputs and the changelog of a job must have the same number, for state and records of a key meet by it; make %s anew with %d",
				cfg.Prefix+name, n, cfg.Prefix+cfg.Inputs[0], top.partitions, cfg.Prefix+name, top.partitions)}
		}
	}
	return nil
}
