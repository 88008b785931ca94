package reshard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/pipeline/stream/layout"
)

// survey is what is there: topics, what the group has committed, and where the
// logs begin and end.
type survey struct {
	cfg    *Config
	counts map[string]int32    // by logical name, as all that follows
	ids    map[string][16]byte // of topics
	start  map[string]map[int32]int64
	end    map[string]map[int32]int64
	tasks  map[int32]map[string]layout.Committed // by partition, of each that any input has
	from   int32                                 // partitions that the state was written with
	noted  bool                                  // from stands in the notes
}

// look asks for everything. Offsets of a transaction that is about to end are
// waited for.
func look(ctx context.Context, cfg *Config, client *kgo.Client) (*survey, error) {
	s := &survey{cfg: cfg, counts: map[string]int32{}, ids: map[string][16]byte{}, tasks: map[int32]map[string]layout.Committed{}}
	admin := kadm.NewClient(client)
	details, err := admin.ListTopics(ctx, cfg.full()...)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the topics of %s: %w", cfg.App, err)
	}
	for _, name := range cfg.names() {
		d := details[cfg.Prefix+name]
		s.counts[name], s.ids[name] = int32(len(d.Partitions)), d.ID
	}
	if s.start, err = s.listed(admin.ListStartOffsets(ctx, cfg.full()...)); err != nil {
		return nil, err
	}
	if s.end, err = s.listed(admin.ListEndOffsets(ctx, cfg.full()...)); err != nil {
		return nil, err
	}
	fetched, err := committed(ctx, cfg, admin)
	if err != nil {
		return nil, err
	}
	for _, name := range cfg.Inputs {
		for p := range s.counts[name] {
			if err := s.take(name, p, fetched); err != nil {
				return nil, err
			}
		}
	}
	return s, s.findFrom()
}

func (s *survey) listed(offsets kadm.ListedOffsets, err error) (map[string]map[int32]int64, error) {
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("asking where topics begin and end: %w", err)
	}
	out := map[string]map[int32]int64{}
	for _, name := range s.cfg.names() {
		out[name] = map[int32]int64{}
		for p, o := range offsets[s.cfg.Prefix+name] {
			out[name][p] = o.Offset
		}
	}
	return out, nil
}

// committed returns what the group has committed, once no transaction is about
// to change that.
func committed(ctx context.Context, cfg *Config, admin *kadm.Client) (kadm.OffsetResponses, error) {
	patient, cancel := context.WithTimeout(ctx, cfg.Patience)
	defer cancel()
	for {
		asked := kadm.RequireStable(ctx)
		if cfg.DryRun {
			asked = ctx
		}
		fetched, err := admin.FetchOffsets(asked, cfg.group())
		if errors.Is(err, kerr.GroupIDNotFound) {
			return nil, nil
		}
		if err == nil {
			err = fetched.Error()
		}
		if err == nil {
			return fetched, nil
		}
		err = fmt.Errorf("reading the committed offsets of group %s: %w", cfg.group(), err)
		if !errors.Is(err, kerr.UnstableOffsetCommit) || !pause(patient) {
			return nil, err
		}
	}
}

// pause waits a moment before something is looked at again, and returns false
// when the context ended.
func pause(ctx context.Context) bool {
	moment := time.NewTimer(100 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-moment.C:
		return true
	}
}

// take keeps what is committed for one partition of an input.
func (s *survey) take(input string, partition int32, fetched kadm.OffsetResponses) error {
	c := layout.Committed{Offset: -1}
	if at, ok := fetched.Lookup(s.cfg.Prefix+input, partition); ok && at.At >= 0 {
		c.Offset = at.At
		var err error
		if c.Note, c.Noted, err = layout.ParseNote(at.Metadata); err != nil {
			return fmt.Errorf("looking at the committed offset of %s%s/%d: %w", s.cfg.Prefix, input, partition, err)
		}
	}
	if s.tasks[partition] == nil {
		s.tasks[partition] = map[string]layout.Committed{}
	}
	s.tasks[partition][input] = c
	return nil
}

// findFrom finds out how many partitions the state was written with: the notes
// say so or, if they do not, the topics while none of them was grown.
func (s *survey) findFrom() error {
	said, started := map[int32]bool{}, false
	for _, task := range s.tasks {
		started = started || begun(task)
		for _, c := range task {
			if c.Note.Partitions > 0 {
				said[c.Note.Partitions] = true
			}
		}
	}
	counts := slices.Sorted(maps.Keys(said))
	switch {
	case len(counts) > 1:
		return fmt.Errorf("looking at the committed offsets of group %s: instances have worked with %v partitions at a time, so a key may have state in two places. To begin anew, make the changelog anew and delete the group", s.cfg.group(), counts)
	case len(counts) == 1:
		s.from, s.noted = counts[0], true
	case s.uniform():
		s.from, s.noted = s.counts[s.cfg.Changelog], !started // if it never worked there is nothing to know
	case !started:
		s.from, s.noted = slices.Min(slices.Collect(maps.Values(s.counts))), true
	default:
		return fmt.Errorf("looking at the committed offsets of group %s: topics were grown already, and no offset says how many partitions there were before. To begin anew, make the changelog anew and delete the group", s.cfg.group())
	}
	return nil
}

// uniform tells whether all topics have the same number of partitions.
func (s *survey) uniform() bool {
	for _, n := range s.counts {
		if n != s.counts[s.cfg.Changelog] {
			return false
		}
	}
	return true
}

// untouched tells whether no topic was grown yet.
func (s *survey) untouched() bool { return s.uniform() && s.counts[s.cfg.Changelog] == s.from }

// topics are those of the layout that the state was written with.
func (s *survey) topics(partitions int32) layout.Topics {
	return layout.Topics{Prefix: s.cfg.Prefix, Inputs: s.cfg.Inputs, Changelog: s.cfg.Changelog, Partitions: partitions, IDs: s.ids}
}

// waiting returns where records wait that the group has not handled, and how
// many offsets that are.
func (s *survey) waiting() (where []string, offsets int64) {
	for _, name := range s.cfg.Inputs {
		for p := range s.counts[name] {
			at := max(s.tasks[p][name].Offset, s.start[name][p])
			if n := s.end[name][p] - at; n > 0 {
				where = append(where, fmt.Sprintf("%s%s/%d (%d)", s.cfg.Prefix, name, p, n))
				offsets += n
			}
		}
	}
	return where, offsets
}

// streamTime is the highest of all tasks (rule E8).
func (s *survey) streamTime() (highest time.Time) {
	for _, task := range s.tasks {
		for _, c := range task {
			if c.Note.StreamTime.After(highest) {
				highest = c.Note.StreamTime
			}
		}
	}
	return highest
}

func (s *survey) report() *Report {
	r := &Report{Group: s.cfg.group(), From: s.from, To: s.cfg.Partitions, StreamTime: s.streamTime()}
	for _, name := range s.cfg.names() {
		if s.counts[name] < s.cfg.Partitions {
			r.Grown = append(r.Grown, s.cfg.Prefix+name)
		}
	}
	_, r.Waiting = s.waiting()
	for p, end := range s.end[s.cfg.Changelog] {
		r.Records += end - s.start[s.cfg.Changelog][p]
	}
	return r
}

// grow adds partitions where they are missing, and waits until the broker
// knows of them.
func (s *survey) grow(ctx context.Context, admin *kadm.Client) error {
	for _, name := range s.cfg.names() {
		if s.counts[name] == s.cfg.Partitions {
			continue
		}
		full := s.cfg.Prefix + name
		answer, err := admin.UpdatePartitions(ctx, int(s.cfg.Partitions), full)
		if err == nil {
			_, err = answer.On(full, nil)
		}
		if err == nil {
			err = answer[full].Err
		}
		// The broker that we asked for the counts may have been behind: whether
		// there are enough is seen below.
		if err != nil && !errors.Is(err, kerr.InvalidPartitions) {
			return fmt.Errorf("growing %s to %d partitions: %w", full, s.cfg.Partitions, err)
		}
	}
	patient, cancel := context.WithTimeout(ctx, s.cfg.Patience)
	defer cancel()
	for {
		details, err := admin.ListTopics(ctx, s.cfg.full()...)
		if err == nil && grown(details, int(s.cfg.Partitions)) {
			return nil
		}
		if !pause(patient) {
			return fmt.Errorf("waiting for the new partitions of %s: %w", strings.Join(s.cfg.full(), ", "), errors.Join(err, context.Cause(patient)))
		}
	}
}

// grown tells whether all partitions are there and have leaders.
func grown(details kadm.TopicDetails, partitions int) bool {
	for _, topic := range details {
		if topic.Err != nil || len(topic.Partitions) != partitions {
			return false
		}
		for _, p := range topic.Partitions {
			if p.Leader < 0 {
				return false
			}
		}
	}
	return true
}
