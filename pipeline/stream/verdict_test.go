package stream

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
)

// A failure that matters is told, though the end of the context came with it.
func TestVerdict(t *testing.T) {
	broken := storeError{errors.New("the disk is full")}
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx       context.Context
		err, want error
	}{
		"ended in order":       {ended, nil, nil},
		"ended meanwhile":      {ended, context.Canceled, nil},
		"the store as well":    {ended, errors.Join(context.Canceled, broken), broken},
		"the network as well":  {ended, errors.Join(context.Canceled, kerr.NotCoordinator), nil},
		"fails by itself":      {t.Context(), broken, broken},
		"a part was cancelled": {t.Context(), context.Canceled, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, verdict(c.ctx, c.err), c.want) })
	}
}

// Whatever ended the context of Run, it is no failure of the runtime: not even
// while there is no broker yet.
func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cfg := valid()
	cfg.Brokers = []string{"127.0.0.1:1"}
	caused, end := context.WithCancelCause(t.Context())
	end(stopError{errors.New("another part of the process has failed")})
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	for _, ctx := range []context.Context{caused, late} {
		r, err := New(cfg, tally{})
		require.NoError(t, err)
		require.NoError(t, r.Run(ctx))
	}
}

// A session that fails after a long time is a new trouble, and nothing that
// works again.
func TestNewTroubleIsNotTheEndOfTheOld(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	ctx, cancel := context.WithCancel(d.ctx())
	log := &lines{}
	cfg := d.config(Live)
	cfg.Logger = slog.New(slog.NewTextHandler(log, nil))
	looks := 0
	cfg.now = func() time.Time { // each session lasts two minutes
		if looks++; looks > 6 {
			cancel()
		}
		return time.Unix(0, 0).Add(time.Duration(looks) * 2 * time.Minute)
	}
	r, err := New(cfg, tally{})
	require.NoError(t, err)
	r.cfg.Inputs = []string{"missing"}
	r.asking = d.client
	r.top, err = look(ctx, &r.cfg, r.asking)
	require.NoError(t, err)
	w := &worker{r: r, name: "tally-one-0"}
	require.NoError(t, w.run(ctx))
	require.Positive(t, log.count("does not work"))
	require.Zero(t, log.count("works again"))
}
