package layout

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Note is what a committed offset carries beside the position (rules E1 and
// E8): the task's stream time, whether the input's tick was handled, which
// topics the offset and the state belong to and how many partitions they had,
// so that a topic which was deleted and made anew, or grown, is noticed.
// Brokers delete the offsets of a deleted topic; those of the other inputs
// tell that there were some.
type Note struct {
	StreamTime time.Time // zero for none
	Ended      bool
	Input      [16]byte // topic id
	Changelog  [16]byte
	Inputs     []string // all inputs of the task: each has an offset of the same commit
	Partitions int32    // of each input and the changelog; 0 when the note does not say
}

// Versions of the note. The first does not have the partition count.
const (
	noteV1 = "w1"
	noteV2 = "w2"
)

// String writes the note as seven fields with blanks between, for people who
// look at a group with Kafka's own tools.
func (n Note) String() string {
	ended, ms := "open", int64(0)
	if n.Ended {
		ended = "ended"
	}
	if !n.StreamTime.IsZero() {
		ms = n.StreamTime.UnixMilli()
	}
	return strings.Join([]string{
		noteV2, strconv.FormatInt(ms, 10), ended,
		base64.RawURLEncoding.EncodeToString(n.Input[:]), base64.RawURLEncoding.EncodeToString(n.Changelog[:]),
		strings.Join(n.Inputs, ","), strconv.FormatInt(int64(n.Partitions), 10),
	}, " ")
}

// ParseNote reads a note. Offsets that were set by an operator's tool carry
// none: ok is false and the position stands alone.
func ParseNote(s string) (n Note, ok bool, err error) {
	bad := func(format string, args ...any) (Note, bool, error) {
		return Note{}, false, fmt.Errorf("reading the metadata %q of a committed offset: %w", s, fmt.Errorf(format, args...))
	}
	fields := strings.Fields(s)
	if len(fields) == 0 || fields[0] != noteV1 && fields[0] != noteV2 {
		return Note{}, false, nil
	}
	if want := map[string]int{noteV1: 6, noteV2: 7}[fields[0]]; len(fields) != want {
		return bad("it has %d fields, not %d", len(fields), want)
	}
	ms, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return bad("it has no stream time: %w", err)
	}
	if ms != 0 {
		n.StreamTime = time.UnixMilli(ms).UTC()
	}
	n.Ended = fields[2] == "ended"
	for i, id := range []*[16]byte{&n.Input, &n.Changelog} {
		raw, err := base64.RawURLEncoding.DecodeString(fields[3+i])
		if err != nil || len(raw) != len(id) {
			return bad("there is no topic id in field %d", 4+i)
		}
		copy(id[:], raw)
	}
	n.Inputs = strings.Split(fields[5], ",")
	if fields[0] == noteV2 {
		count, err := strconv.ParseInt(fields[6], 10, 32)
		if err != nil || count < 0 {
			return bad("%q is no number of partitions", fields[6])
		}
		n.Partitions = int32(count)
	}
	return n, true, nil
}
