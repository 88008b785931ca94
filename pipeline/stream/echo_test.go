package stream

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// away is an echo that was sent a while ago and has not come.
func away(t *testing.T, back func()) *echo {
	e := &echo{back: back}
	e.open()
	t.Cleanup(e.close)
	e.away.Store(true)
	e.sent = time.Now().Add(-time.Hour)
	return e
}

// Echoes follow one another at intervals, and one that takes long is late.
func TestEchoIsLate(t *testing.T) {
	var e echo
	now := time.Now()
	look := func(after time.Duration) [2]bool {
		late, next := e.look(now.Add(after))
		return [2]bool{late, next}
	}
	require.Equal(t, [2]bool{false, true}, look(0), "the first")
	require.Equal(t, [2]bool{false, false}, look(echoEvery-1), "it is back, and the next not due")
	require.Equal(t, [2]bool{false, true}, look(echoEvery))
	e.away.Store(true)
	require.Equal(t, [2]bool{false, false}, look(echoEvery+echoLate))
	require.Equal(t, [2]bool{true, false}, look(echoEvery+echoLate+1))
}

// One that was said to be late tells when it has come.
func TestEchoComesBack(t *testing.T) {
	came := 0
	e := away(t, func() { came++ })
	require.True(t, e.late())
	e.send()
	require.Equal(t, 1, came)
	require.False(t, e.away.Load())
	e.away.Store(true)
	e.send()
	require.Equal(t, 1, came, "nobody has waited for it")
}

// An echo comes by itself, and one that is under way when it ends leaves nothing
// behind.
func TestEchoGoesRound(t *testing.T) {
	var e echo
	require.False(t, e.late())
	eventually(t, func() bool { return !e.away.Load() }, "it is back")
	e.close()
	e.away.Store(true)
	e.send()
	require.False(t, e.away.Load())
}

// While much work is under way and what comes back is heard late, a worker reads no
// more, but wakes keys that were asked for. It is woken when that is over.
func TestWorkWaitsForTheNetwork(t *testing.T) {
	s := &session{cfg: &Config{Perform: perform, MaxInFlightWork: 10 * muchWork}}
	s.pool = pool{bell: &s.bell, inFlight: muchWork, gauge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "work", Help: "Work."})}
	late := away(t, s.bell.ring)
	s.pool.echo.back, s.pool.echo.read, s.pool.echo.write, s.pool.echo.sent = late.back, late.read, late.write, late.sent
	s.pool.echo.away.Store(true)
	require.True(t, s.saturated())
	require.False(t, s.crowded())
	s.pool.inFlight--
	require.False(t, s.saturated(), "so little does no harm")
	s.pool.inFlight++
	s.pool.echo.send()
	require.True(t, s.bell.rung)
	require.False(t, s.saturated())
}

// BenchmarkEcho is what one costs.
func BenchmarkEcho(b *testing.B) {
	came := make(chan struct{})
	e := &echo{back: func() { came <- struct{}{} }}
	e.open()
	defer e.close()
	for b.Loop() {
		e.held.Store(true)
		go e.send()
		<-came
	}
}
