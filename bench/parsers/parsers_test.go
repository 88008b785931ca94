package parsers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/parsers"
	"waybill/bench/rig"
	"waybill/connectors/simulate/shape"
)

// Each dialect of the simulator has its row, and its aim is judged.
func TestRun(t *testing.T) {
	section, err := parsers.Run(t.Context(), &rig.Options{Turns: 1, Seed: 1}, &parsers.Options{Payloads: 2, Least: time.Millisecond})
	require.NoError(t, err)
	require.Len(t, section.Blocks, 1)
	require.Equal(t, len(shape.Names()), section.Blocks[0].Table.Length())
	require.Len(t, section.Aims, 1)
	require.Positive(t, section.Aims[0].Have)
}
