package rig_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
)

func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{rig.LimitKind: rig.Kind(rig.NewLimit), coresKind: rig.Kind(newCores)})
}

// A turn whose work cannot be done says why, and does not wait for ever.
func TestBrokenWorkEndsTheTurn(t *testing.T) {
	_, err := rig.Start(t.Context(), rig.LimitKind, "", &rig.LimitOrder{Source: []string{"127.0.0.1:1"}, Inputs: []string{"in"}, Partitions: 1, Passes: 1, Workers: 1})
	require.ErrorContains(t, err, "reading what the other has worked on")
	_, err = rig.Start(t.Context(), "unheard of", "", nil)
	require.ErrorContains(t, err, `no kind "unheard of"`)
}
