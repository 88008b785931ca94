package layout

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// task is one whose offsets fit.
func task() Task {
	topics := Topics{
		Prefix: "p-", Inputs: []string{"first", "second"}, Changelog: "state", Partitions: 4,
		IDs: map[string][16]byte{"first": {1}, "second": {2}, "state": {3}},
	}
	note := func(topic string) Note {
		return Note{Input: topics.IDs[topic], Changelog: topics.IDs["state"], Inputs: topics.Inputs, Partitions: 4}
	}
	return Task{
		Topics: topics, Group: "g", Partition: 3,
		Committed: map[string]Committed{"first": {5, note("first"), true}, "second": {0, note("second"), true}},
		Start:     map[string]int64{"first": 2}, End: map[string]int64{"first": 5, "second": 9},
	}
}

func TestCheck(t *testing.T) {
	change := func(edit func(c *Committed)) func(*Task) {
		return func(task *Task) {
			c := task.Committed["first"]
			edit(&c)
			task.Committed["first"] = c
		}
	}
	cases := []struct {
		name string
		edit func(*Task)
		says string // "" for nothing wrong
	}{
		{"all fits", func(*Task) {}, ""},
		{"nothing committed", func(t *Task) { t.Committed = map[string]Committed{"first": {Offset: -1}, "second": {Offset: -1}} }, ""},
		{"one has gone", change(func(c *Committed) { *c = Committed{Offset: -1} }), "with it p-first, but the offset of p-first has gone"},
		{"an input that came later", func(t *Task) { t.Inputs = append(t.Inputs, "third"); t.Committed["third"] = Committed{Offset: -1} }, ""},
		{"set by hand", change(func(c *Committed) { *c = Committed{Offset: 2} }), ""},
		{"set by hand before the log", change(func(c *Committed) { *c = Committed{Offset: 1} }), "retention has removed records"},
		{"input made anew", func(t *Task) { t.IDs["first"] = [16]byte{9} }, "p-first at the committed offset 5: the topic was deleted and made anew since"},
		{"changelog made anew", func(t *Task) { t.IDs["state"] = [16]byte{9} }, "the changelog p-state was deleted and made anew since"},
		{"removed", func(t *Task) { t.Start["first"] = 6; t.End["first"] = 7 }, "the log begins at 6"},
		{"truncated", func(t *Task) { t.End["first"] = 4 }, "the log ends at 4"},
		{"grown", func(t *Task) { t.Partitions = 12 }, "p-first, p-second, p-state had 4 partitions, and now they have 12: keys have moved to other partitions than their state. Stop all instances of the job and run `waybill reshard`"},
		{"fewer", func(t *Task) { t.Partitions = 2 }, "had 4 partitions, and now they have 2, so they were deleted and made anew"},
		{"a note of the first version", change(func(c *Committed) { c.Note.Partitions = 0 }), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			one := task()
			c.edit(&one)
			err := one.Check()
			if c.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.says)
			}
		})
	}
}
