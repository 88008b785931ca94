package clickhouse

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAges(t *testing.T) {
	var a ages
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	of := func(lag int64, second int) time.Duration { return a.of("t", 0, lag, at(second)) }
	settled := func(second int) { a.settled(map[string]map[int32]time.Time{"t": {0: at(second)}}, at(502)) }

	a.from("t", 0, at(100))
	require.Equal(t, 300*time.Second, of(5, 400), "a start with a backlog")
	a.from("t", 0, at(350))
	settled(310)
	require.Equal(t, 90*time.Second, of(2, 400))
	settled(200)
	require.Equal(t, 90*time.Second, of(2, 400), "another's late record takes nothing back")
	require.Zero(t, of(0, 500))
	require.Equal(t, 2*time.Second, of(1, 502), "after a quiet time it counts from the last look")
	settled(9000)
	require.Equal(t, 8*time.Second, of(1, 510), "a clock that is ahead")
	a.forget("t", 0)
	require.Zero(t, of(1, 600), "nothing is read yet")
	require.Equal(t, 10*time.Second, of(1, 610))
}
