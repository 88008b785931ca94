package layout

import (
	"fmt"
	"slices"
	"strings"
)

// Topics are those of a job that must have the same number of partitions, by
// logical name.
type Topics struct {
	Prefix     string
	Inputs     []string // in merge order
	Changelog  string
	Partitions int32
	IDs        map[string][16]byte
}

// Counted refuses topics that have another number of partitions now than
// they had when the state was written. A count of 0 is not known.
func (t Topics) Counted(was int32) error {
	all := t.Prefix + strings.Join(append(slices.Clip(t.Inputs), t.Changelog), ", "+t.Prefix)
	switch {
	case was == 0 || was == t.Partitions:
		return nil
	case was > t.Partitions:
		return fmt.Errorf("the state was written when %s had %d partitions, and now they have %d, so they were deleted and made anew, and what they held is lost. To begin anew, delete the group and make the changelog anew as well",
			all, was, t.Partitions)
	}
	return fmt.Errorf("the state was written when %s had %d partitions, and now they have %d: keys have moved to other partitions than their state. Stop all instances of the job and run `waybill reshard`, which moves the state after them",
		all, was, t.Partitions)
}

// Committed is what a group has committed for one partition of an input.
type Committed struct {
	Offset int64 // -1 for none
	Note   Note
	Noted  bool // not set by an operator's tool
}

// Task is what a group has committed for one partition of a job, and where the
// logs begin and end, by logical name of the input.
type Task struct {
	Topics

	Group      string
	Partition  int32
	Committed  map[string]Committed // of each input
	Start, End map[string]int64
}

// Check refuses offsets that do not fit the topics as they are: to go on from
// them would leave records out, or handle them again, in silence. Offsets that
// an operator has set are taken as they are where the log has them.
func (t Task) Check() error {
	for _, topic := range t.Inputs {
		if err := t.checkInput(topic, t.Committed[topic]); err != nil {
			return err
		}
	}
	return nil
}

func (t Task) checkInput(topic string, c Committed) error {
	for _, other := range c.Note.Inputs {
		if at, mine := t.Committed[other]; mine && at.Offset < 0 {
			return fmt.Errorf("starting partition %d: group %s has committed %s, and with it %s, but the offset of %s has gone: the topic was deleted and made anew since, or its offset was. Decide where to go on, and set the offset (kafka-consumer-groups --reset-offsets)",
				t.Partition, t.Group, t.Prefix+topic, t.Prefix+other, t.Prefix+other)
		}
	}
	if c.Offset < 0 {
		return nil
	}
	at := fmt.Sprintf("starting partition %d of %s at the committed offset %d", t.Partition, t.Prefix+topic, c.Offset)
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s. Decide where to go on, and set the offsets of group %s (kafka-consumer-groups --reset-offsets)",
			at, fmt.Sprintf(format, args...), t.Group)
	}
	start, end := t.Start[topic], t.End[topic]
	switch {
	case c.Noted && c.Note.Input != t.IDs[topic]:
		return refuse("the topic was deleted and made anew since")
	case c.Noted && c.Note.Changelog != t.IDs[t.Changelog]:
		return refuse("the changelog %s was deleted and made anew since, so the state is lost", t.Prefix+t.Changelog)
	case c.Offset < start:
		return refuse("the log begins at %d, so retention has removed records that were never handled", start)
	case c.Offset > end:
		return refuse("the log ends at %d, so it was truncated or made anew", end)
	}
	if err := t.Counted(c.Note.Partitions); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}
