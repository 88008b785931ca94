package job

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

// Pieces stay what they are, whatever comes after them.
func TestArena(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Arena
		var pieces [][]byte
		var want []string
		for range rapid.IntRange(1, 20).Draw(t, "pieces") {
			said := rapid.IntRange(0, ArenaChunk/2).Draw(t, "said")
			n := rapid.IntRange(0, ArenaChunk*2/3).Draw(t, "length")
			piece := append(a.Room(said), noise(n)...)
			if rapid.Bool().Draw(t, "not wanted after all") {
				continue
			}
			if n > 0 {
				piece[0] = byte(len(pieces))
			}
			pieces, want = append(pieces, a.Take(piece)), append(want, string(piece))
		}
		for _, piece := range pieces {
			_ = append(piece, "not into the next one"...)
		}
		for i, piece := range pieces {
			require.Equal(t, want[i], string(piece))
		}
	})
	var a Arena
	require.Nil(t, a.Take(nil))
	require.Equal(t, "key", string(a.Copy("key")))
	require.Less(t, testing.AllocsPerRun(1000, func() { a.Copy("0123456789") }), 0.5)
}

// A transaction takes the memory of the last one, but for a chunk that one large
// piece was made for.
func TestArenaIsUsedAgain(t *testing.T) {
	var a Arena
	text := noise(2 * ArenaChunk)
	write := func(n, pieces int) (first *byte) {
		for range pieces {
			if piece := a.Take(append(a.Room(n), text[:n]...)); first == nil {
				first = &piece[0]
			}
		}
		return first
	}
	first := write(1000, 300)
	a.Again()
	require.Len(t, a.spare, 5)
	again := write(1000, 300)
	require.Empty(t, a.spare)
	require.NotSame(t, first, again, "the chunk that was filled last is the first to be filled again")
	a.Again()
	write(2*ArenaChunk, 1)
	a.Again()
	require.Empty(t, a.spare, "nothing is kept that the last transaction did not need")
	require.Less(t, testing.AllocsPerRun(20, func() { write(1000, 100); a.Again() }), 1.0)
}

// Outputs of a call that nobody lent memory to are good until the next one.
func TestCallHasMemoryOfItsOwn(t *testing.T) {
	c := NewCall("a", 0, time.Time{}, nil, time.Time{}, nil)
	one := c.Arena().Copy("one")
	two := c.Arena().Copy("two")
	require.Equal(t, "one two", string(one)+" "+string(two))
	c.Reset("a", 0, time.Time{}, nil, time.Time{}, nil)
	require.Same(t, &one[0], &c.Arena().Copy("new")[0])
	var lent Arena
	c.Lend(&lent)
	kept := c.Arena().Copy("kept")
	c.Reset("a", 0, time.Time{}, nil, time.Time{}, nil)
	c.Arena().Copy("more")
	require.Equal(t, "kept", string(kept))
}
