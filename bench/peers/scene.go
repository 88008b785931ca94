package peers

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
	"waybill/internal/topics"
	"waybill/schemas"
)

// scene is what one turn of one contender stands on: the topics of its prefix,
// with the load on them, and a folder.
type scene struct {
	*rig.Stage
	prefix     string
	dir        string
	partitions int
}

// newScene makes the topics and puts the load on them, which nobody sees yet.
func newScene(ctx context.Context, b *bench, v *venue, c *contender, prefix string) (_ *scene, err error) {
	dir, err := os.MkdirTemp("", "waybill-bench-peer-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for a turn: %w", err)
	}
	inputs := make([]string, 0, len(c.inputs))
	for _, topic := range c.inputs {
		inputs = append(inputs, prefix+topic)
	}
	stage, err := rig.NewStageOn(rig.Lent{Broker: v}, inputs...)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &scene{Stage: stage, prefix: prefix, dir: dir, partitions: b.common.Partitions}
	if c.warms {
		err = s.warm(ctx, c, b.warm)
	}
	if err == nil {
		err = s.furnish(ctx, c, b.load)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up the topics of %s: %w", c.name, err), s.remove(ctx))
	}
	return s, nil
}

func (s *scene) furnish(ctx context.Context, c *contender, l *load) error {
	if _, err := topics.Create(ctx, s.Client, topics.Layout{Prefix: s.prefix, Partitions: s.partitions, Replication: 1, Replay: true}); err != nil {
		return err
	}
	if err := s.create(ctx, s.prefix, c); err != nil {
		return err
	}
	r := &kgo.Record{Topic: s.prefix + schemas.TopicWebhookEndpoints, Key: []byte(c.endpoint), Value: l.endpoint}
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) { produce(r) }); err != nil {
		return err
	}
	if err := s.Open(ctx); err != nil {
		return err
	}
	return s.Fill(ctx, func(produce func(*kgo.Record)) { l.write(produce, s.prefix, c.inputs, s.partitions) })
}

// warm makes the topics of a first load and puts it on them, for all to see.
func (s *scene) warm(ctx context.Context, c *contender, l *load) error {
	if err := s.create(ctx, s.warmPrefix(), c, schemas.TopicDeadLetters); err != nil {
		return err
	}
	if err := s.Fill(ctx, func(produce func(*kgo.Record)) { l.write(produce, s.warmPrefix(), c.inputs, s.partitions) }); err != nil {
		return err
	}
	return s.Open(ctx)
}

func (s *scene) warmPrefix() string { return "warm-" + s.prefix }

// create makes the topics that a contender has for itself, and others. Records of
// the past would be gone at once if retention were not off.
func (s *scene) create(ctx context.Context, prefix string, c *contender, more ...string) error {
	admin := kadm.NewClient(s.Client)
	forever, compact := "-1", "compact"
	for _, topic := range append(more, c.topics...) {
		settings := map[string]*string{"retention.ms": &forever}
		if topic == c.changelog {
			settings["cleanup.policy"] = &compact
		}
		if _, err := admin.CreateTopic(ctx, int32(s.partitions), 1, settings, prefix+topic); err != nil {
			return fmt.Errorf("making the topic %s: %w", prefix+topic, err)
		}
	}
	return nil
}

// remove deletes all topics of the turn, and its folder.
func (s *scene) remove(ctx context.Context) error {
	admin := kadm.NewClient(s.Client)
	all, err := admin.ListTopics(ctx)
	var own []string
	for _, topic := range all.Names() {
		for _, prefix := range []string{s.prefix, s.warmPrefix()} {
			if len(topic) > len(prefix) && topic[:len(prefix)] == prefix {
				own = append(own, topic)
			}
		}
	}
	if err == nil && len(own) > 0 {
		_, err = admin.DeleteTopics(ctx, own...)
	}
	return errors.Join(err, s.Close(), os.RemoveAll(s.dir))
}
