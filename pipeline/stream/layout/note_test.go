package layout

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNoteRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Note{
			Ended:      rapid.Bool().Draw(t, "ended"),
			Inputs:     rapid.SliceOfN(rapid.StringMatching(`[a-z._-]{1,9}`), 1, 4).Draw(t, "inputs"),
			Partitions: rapid.Int32Range(0, 10_000).Draw(t, "partitions"),
		}
		if ms := rapid.Int64Range(0, 1<<45).Draw(t, "time"); ms > 0 {
			n.StreamTime = time.UnixMilli(ms).UTC()
		}
		copy(n.Input[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "input"))
		copy(n.Changelog[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "changelog"))
		got, ok, err := ParseNote(n.String())
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, n, got)
	})
}

// Notes of the first version stay readable: they do not say how many
// partitions there were.
func TestNoteOfTheFirstVersion(t *testing.T) {
	id := strings.Repeat("A", 22)
	n, ok, err := ParseNote("w1 1300000000000 ended " + id + " " + id + " first,second")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, Note{StreamTime: time.UnixMilli(1_300_000_000_000).UTC(), Ended: true, Inputs: []string{"first", "second"}}, n)
}

// Offsets that an operator's tool has set bear nothing, or something else.
func TestForeignNotes(t *testing.T) {
	for _, s := range []string{"", "one-0-3b1c", "w3 later"} {
		_, ok, err := ParseNote(s)
		require.NoError(t, err)
		require.False(t, ok)
	}
	id := strings.Repeat("A", 22)
	for _, s := range []string{
		"w1", "w1 x open " + id + " " + id + " first", "w1 5 open AAAA " + id + " first", "w1 5 open " + id + " " + id + " first 4",
		"w2 5 open " + id + " " + id + " first", "w2 5 open " + id + " " + id + " first four", "w2 5 open " + id + " " + id + " first -1",
	} {
		_, _, err := ParseNote(s)
		require.Error(t, err)
	}
}

func FuzzParseNote(f *testing.F) {
	f.Add(Note{Ended: true, Inputs: []string{"first", "second"}, Partitions: 12}.String())
	f.Fuzz(func(t *testing.T, s string) {
		n, ok, err := ParseNote(s)
		if ok && err == nil {
			again, _, err := ParseNote(n.String())
			require.NoError(t, err)
			require.Equal(t, n, again)
		}
	})
}
