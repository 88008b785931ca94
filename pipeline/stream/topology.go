package stream

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"waybill/pipeline/stream/layout"
)

// topology is what the broker says about the topics of a runtime. Partition
// counts are fixed for the life of the process: which partition a key lies on
// depends on them.
type topology struct {
	partitions int32 // of each input and the changelog
	counts     map[string]int32
	ids        map[string][16]byte // by logical name
	missing    []string            // full names
}

// look asks for all topics and does not judge. It asks the broker itself: what
// the client has heard may be older than the topics.
func look(ctx context.Context, cfg *Config, client *kgo.Client) (*topology, error) {
	names := append(cfg.inputs(), cfg.Changelog, cfg.DeadLetters)
	for _, b := range cfg.Broadcasts {
		names = append(names, b.Topic)
	}
	req := kmsg.NewPtrMetadataRequest()
	for _, name := range names {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = new(cfg.Prefix + name)
		req.Topics = append(req.Topics, topic)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("asking for topics: %w", err)
	}
	top := &topology{counts: map[string]int32{}, ids: map[string][16]byte{}}
	for _, topic := range resp.Topics {
		name := strings.TrimPrefix(*topic.Topic, cfg.Prefix)
		err := kerr.ErrorForCode(topic.ErrorCode)
		switch {
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			top.missing = append(top.missing, *topic.Topic)
		case err != nil:
			return nil, fmt.Errorf("asking for topic %s: %w", *topic.Topic, err)
		default:
			top.counts[name], top.ids[name] = int32(len(topic.Partitions)), topic.TopicID
		}
	}
	top.partitions = top.counts[cfg.Inputs[0]]
	return top, nil
}

// patientLooks is how often topics are asked for before those that are missing
// are believed to be, with the waits of retry: 3 s in all. Brokers hear of new
// topics one after the other, some time after their maker has.
const patientLooks = 6

// survey asks for all topics and checks that they fit together. What is wrong
// with them names the topic, and ends Run; missing ones do not yet (errGone).
func survey(ctx context.Context, cfg *Config, client *kgo.Client) (*topology, error) {
	top, err := look(ctx, cfg, client)
	if err != nil {
		return nil, err
	}
	if len(top.missing) > 0 {
		return nil, fmt.Errorf("checking topics: %s missing on the broker: create them first: %w", strings.Join(top.missing, ", "), errGone)
	}
	return top, top.check(cfg)
}

// layout is what commits are checked by.
func (top *topology) layout(cfg *Config) layout.Topics {
	return layout.Topics{Prefix: cfg.Prefix, Inputs: cfg.inputs(), Changelog: cfg.Changelog, Partitions: top.partitions, IDs: top.ids}
}

func (top *topology) check(cfg *Config) error {
	for _, name := range append(cfg.inputs(), cfg.Changelog) {
		if n := top.counts[name]; n != top.partitions {
			return stopError{fmt.Errorf("checking topics: %s has %d partitions but %s has %d: the inputs and the changelog of a job must have the same number, for state and records of a key meet by it. If one was grown, run `waybill reshard` to the larger number; one that was made wrong and holds nothing may be made anew",
				cfg.Prefix+name, n, cfg.Prefix+cfg.Inputs[0], top.partitions)}
		}
	}
	return nil
}
