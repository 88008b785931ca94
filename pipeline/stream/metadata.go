package stream

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// commitNote is what a committed offset carries beside the position (rules E1
// and E8): the task's stream time, whether the input's tick was handled, and
// which topics the offset and the state belong to, so that a topic that was
// deleted and made anew is noticed. Brokers delete the offsets of a deleted
// topic; those of the other inputs tell that there were some.
type commitNote struct {
	streamTime time.Time // zero for none
	ended      bool
	input      [16]byte
	changelog  [16]byte
	inputs     []string // all inputs of the task: each has an offset of the same commit
}

const noteVersion = "w1"

// String writes the note as six fields with blanks between, for people who
// look at a group with Kafka's own tools.
func (n commitNote) String() string {
	ended := "open"
	if n.ended {
		ended = "ended"
	}
	return strings.Join([]string{
		noteVersion, strconv.FormatInt(toMillis(n.streamTime), 10), ended,
		base64.RawURLEncoding.EncodeToString(n.input[:]), base64.RawURLEncoding.EncodeToString(n.changelog[:]),
		strings.Join(n.inputs, ","),
	}, " ")
}

// parseNote reads a note. Offsets that were set by an operator's tool carry
// none: ok is false and the position stands alone.
func parseNote(s string) (n commitNote, ok bool, err error) {
	fields := strings.Fields(s)
	if len(fields) == 0 || fields[0] != noteVersion {
		return commitNote{}, false, nil
	}
	if len(fields) != 6 {
		return commitNote{}, false, fmt.Errorf("reading the metadata of a committed offset: %q has %d fields, not 6", s, len(fields))
	}
	ms, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return commitNote{}, false, fmt.Errorf("reading the metadata of a committed offset: %q has no stream time: %w", s, err)
	}
	n.streamTime, n.ended = fromMillis(ms), fields[2] == "ended"
	for i, id := range []*[16]byte{&n.input, &n.changelog} {
		raw, err := base64.RawURLEncoding.DecodeString(fields[3+i])
		if err != nil || len(raw) != len(id) {
			return commitNote{}, false, fmt.Errorf("reading the metadata of a committed offset: %q has no topic id in field %d", s, 4+i)
		}
		copy(id[:], raw)
	}
	n.inputs = strings.Split(fields[5], ",")
	return n, true, nil
}

// toMillis returns milliseconds since 1970, 0 for the zero time.
func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the reverse of toMillis.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
