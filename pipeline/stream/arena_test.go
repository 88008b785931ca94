package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Pieces stay what they are, whatever comes after them.
func TestArena(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena
		var pieces [][]byte
		var want []string
		for range rapid.IntRange(1, 20).Draw(t, "pieces") {
			said := rapid.IntRange(0, arenaChunk/2).Draw(t, "said")
			n := rapid.IntRange(0, arenaChunk*2/3).Draw(t, "length")
			piece := append(a.room(said), noise(n)...)
			if rapid.Bool().Draw(t, "not wanted after all") {
				continue
			}
			if n > 0 {
				piece[0] = byte(len(pieces))
			}
			pieces, want = append(pieces, a.take(piece)), append(want, string(piece))
		}
		for _, piece := range pieces {
			_ = append(piece, "not into the next one"...)
		}
		for i, piece := range pieces {
			require.Equal(t, want[i], string(piece))
		}
	})
	var a arena
	require.Nil(t, a.take(nil))
	require.Equal(t, "key", string(a.copy("key")))
	require.Less(t, testing.AllocsPerRun(1000, func() { a.copy("0123456789") }), 0.5)
}
