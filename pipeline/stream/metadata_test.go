package stream

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNoteRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := commitNote{
			streamTime: fromMillis(rapid.Int64Range(0, 1<<45).Draw(t, "time")),
			ended:      rapid.Bool().Draw(t, "ended"),
			inputs:     rapid.SliceOfN(rapid.StringMatching(`[a-z._-]{1,9}`), 1, 4).Draw(t, "inputs"),
		}
		copy(n.input[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "input"))
		copy(n.changelog[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "changelog"))
		got, ok, err := parseNote(n.String())
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, n, got)
	})
}

// Offsets that an operator's tool has set bear nothing, or something else.
func TestForeignNotes(t *testing.T) {
	for _, s := range []string{"", "one-0-3b1c", "w2 later"} {
		_, ok, err := parseNote(s)
		require.NoError(t, err)
		require.False(t, ok)
	}
	id := strings.Repeat("A", 22)
	for _, s := range []string{"w1", "w1 x open " + id + " " + id + " first", "w1 5 open AAAA " + id + " first"} {
		_, _, err := parseNote(s)
		require.Error(t, err)
	}
}

func FuzzParseNote(f *testing.F) {
	f.Add(commitNote{ended: true, inputs: []string{"first", "second"}}.String())
	f.Fuzz(func(t *testing.T, s string) {
		n, ok, err := parseNote(s)
		if ok && err == nil {
			again, _, err := parseNote(n.String())
			require.NoError(t, err)
			require.Equal(t, n, again)
		}
	})
}
