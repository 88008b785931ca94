package rig_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/bench/rig"
)

// coresKind is a process that says which cores it has.
const coresKind = "cores"

type coresOrder struct{}

type coresSaid struct {
	Has   string `json:"has"`
	Procs int    `json:"procs"`
}

type coresProcess struct{ rig.Background }

func newCores(*coresOrder) (rig.Measured, error) { return new(coresProcess), nil }

// Prepare implements rig.Measured.
func (p *coresProcess) Prepare(ctx context.Context) (any, error) {
	p.Start(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil })
	return coresSaid{ownCores(), runtime.GOMAXPROCS(0)}, nil
}

// ownCores is what Linux says of this process: cores by number, as in 0-1,3.
func ownCores() string {
	status, _ := os.ReadFile("/proc/self/status") // other systems have none
	_, rest, _ := strings.Cut(string(status), "Cpus_allowed_list:")
	list, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(list)
}

// A measured process has its cores from its first thread on, what stands beside
// it has the others, and the one that starts them keeps its own.
func TestProcessesArePinned(t *testing.T) {
	before := ownCores()
	if !strings.HasPrefix(before, "0-") {
		t.Skip("needs Linux, and the cores 0 and 1")
	}
	t.Setenv("GOMAXPROCS", "") // it would hide how many cores a process finds
	sets := rig.Sets{Measured: rig.Cores{0}, Rest: rig.Cores{1}}
	ctx := rig.Footing{Sets: sets}.In(t.Context())
	for want, start := range map[*rig.Cores]func() (*rig.Process, error){
		&sets.Measured: func() (*rig.Process, error) { return rig.Start(ctx, coresKind, "", coresOrder{}) },
		&sets.Rest:     func() (*rig.Process, error) { return rig.StartBeside(ctx, coresKind, coresOrder{}) },
	} {
		p, err := start()
		require.NoError(t, err)
		var said coresSaid
		require.NoError(t, p.Said(&said))
		require.Error(t, p.Close(), "it was not let end")
		require.Equal(t, coresSaid{Has: want.String(), Procs: 1}, said)
	}
	require.Equal(t, before, ownCores())
}
