package rig

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
)

func TestPassing(t *testing.T) {
	marks := []mark{{written: 3}, {written: 10}, {written: 25}}
	for written, want := range map[int64]int64{0: 3, 3: 3, 4: 10, 10: 10, 11: 25, 25: 25} {
		require.Equal(t, want, passing(marks, written).written, "of %d", written)
	}
}

// A group that has committed what is behind the last record is done; one that lacks
// a record is not, whether a mark follows or not.
func TestLastMark(t *testing.T) {
	s := &Stage{filled: map[partition]int64{{"in", 0}: 41}}
	for end, want := range map[int64]int64{42: 42, 43: 42, 44: 44} {
		require.Equal(t, want, s.lastMark(kadm.ListedOffset{Topic: "in", Offset: end}), "end %d", end)
	}
	require.Equal(t, int64(43), s.lastMark(kadm.ListedOffset{Topic: "in", Partition: 1, Offset: 43}))
}
