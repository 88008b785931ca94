package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/bench/rig"
)

// The topics of the job, and its group.
const (
	app             = "count"
	inputTopic      = "events"
	outputTopic     = "counts"
	changelogTopic  = "count-state"
	deadLetterTopic = "dead-letters"
)

// scene is what lies on a broker: so many records, for keys of which the state
// has so many.
type scene struct {
	partitions int
	records    int
	bytes      int // of each record's value
	keys       int
	access     access
	seed       uint64
	prefix     string // of topics and group
}

// stage starts a broker with the topics, and the records as often as passes
// says. The group has committed the starts of the inputs: so it is one that
// may have state.
func (sc scene) stage(ctx context.Context, passes int) (*rig.Stage, error) {
	s, err := sc.emptyStage(ctx)
	if err != nil {
		return nil, err
	}
	if err := sc.fill(ctx, s, passes); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// fill writes the records, and leaves their transaction open.
func (sc scene) fill(ctx context.Context, s *rig.Stage, passes int) error {
	return s.Fill(ctx, func(produce func(*kgo.Record)) {
		for range passes {
			sc.write(produce)
		}
	})
}

// emptyStage is one without records, which come later.
func (sc scene) emptyStage(ctx context.Context) (*rig.Stage, error) {
	s, err := rig.NewStage(ctx, sc.prefix+inputTopic)
	if err != nil {
		return nil, err
	}
	return s, sc.prepare(ctx, s)
}

// prepare makes the topics and the group, or closes the stage.
func (sc scene) prepare(ctx context.Context, s *rig.Stage) error {
	if err := sc.furnish(ctx, s); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func (sc scene) furnish(ctx context.Context, s *rig.Stage) error {
	admin := kadm.NewClient(s.Client)
	compacted := map[string]*string{"cleanup.policy": new("compact")}
	if _, err := admin.CreateTopic(ctx, int32(sc.partitions), 1, compacted, sc.prefix+changelogTopic); err != nil {
		return fmt.Errorf("making the changelog: %w", err)
	}
	made, err := admin.CreateTopics(ctx, int32(sc.partitions), 1, nil, sc.prefix+inputTopic, sc.prefix+outputTopic, sc.prefix+deadLetterTopic)
	if err == nil {
		err = made.Error()
	}
	if err != nil {
		return fmt.Errorf("making topics: %w", err)
	}
	var starts kadm.Offsets
	for p := range int32(sc.partitions) {
		starts.AddOffset(sc.prefix+inputTopic, p, 0, -1)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := admin.CommitAllOffsets(ctx, sc.prefix+app, starts)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, kerr.UnknownTopicOrPartition) || ctx.Err() != nil: // a broker may not know yet of a topic that was just made
			return fmt.Errorf("setting the group's offsets to the start: %w", err)
		}
		<-tick.C
	}
}

// write writes the records once.
func (sc scene) write(produce func(*kgo.Record)) {
	next := sc.source()
	for range sc.records {
		produce(next())
	}
}

// source makes the records one after the other. Each begins with its number.
func (sc scene) source() func() *kgo.Record {
	random := rand.New(rand.NewPCG(sc.seed, 0))
	filler := make([]byte, sc.bytes-markBytes)
	for i := range filler {
		filler[i] = byte('a' + random.IntN(16)) // text that packs by half or so
	}
	number := uint64(0)
	return func() *kgo.Record {
		value := append(binary.BigEndian.AppendUint64(make([]byte, 0, sc.bytes), number), filler...)
		number++
		return &kgo.Record{Topic: sc.prefix + inputTopic, Key: appendKey(nil, sc.access.pick(random, sc.keys)), Value: value}
	}
}

// countOf is a count.
func countOf(count *kgo.Record) uint64 { return binary.BigEndian.Uint64(count.Value) }

// numberOf is the number of the record that a count came out for.
func numberOf(count *kgo.Record) int { return int(binary.BigEndian.Uint64(count.Value[8:])) }
