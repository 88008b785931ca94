package rig

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	const line = "4242 (a b) c) S 17 4242 4242 0 -1 4194560 900 0 3 0 250 31 5 6 20 0 9 0 100 200 300"
	parent, used := parseStat([]byte(line))
	require.Equal(t, "17", parent)
	require.Equal(t, 2810*time.Millisecond, used)

	for _, broken := range []string{"", "4242", "4242 (a) S 17", "4242 (a) S 17 1 1 0 -1 1 1 1 1 1 x 31 5 6"} {
		parent, used = parseStat([]byte(broken))
		require.Empty(t, parent)
		require.Zero(t, used)
	}
}

func TestParseMachine(t *testing.T) {
	require.Equal(t, 10*time.Millisecond*(1+2+3+6+7+8), parseMachine([]byte("cpu  1 2 3 1000 2000 6 7 8 9 10")))
	require.Zero(t, parseMachine(nil))
}
