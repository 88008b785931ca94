package stream

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Of ten thousand pieces of work that are under way at once, those of the tasks
// that go to another process are cancelled, and the others end while the process
// does. Each is heard of once by its key, and none is begun twice.
func TestMuchWorkUnderWay(t *testing.T) {
	t.Parallel()
	const partitions, n = 4, 10_000
	d := deploy(t, partitions)
	cfg := d.config(Live)
	cfg.Workers, cfg.MaxInFlightWork, cfg.ShutdownTimeout = 2, n, patient
	var begun atomic.Int64
	release := make(chan struct{})
	cfg.Perform = func(ctx context.Context, request any) any {
		begun.Add(1)
		select {
		case <-ctx.Done():
		case <-release:
		}
		return request
	}
	first := d.start(cfg)
	var starts []*kgo.Record
	for k := range n / 2 {
		key := fmt.Appendf(nil, "k%d", k)
		starts = append(starts, &kgo.Record{Topic: "first", Partition: -1, Key: key, Value: []byte("work 1")},
			&kgo.Record{Topic: "first", Partition: -1, Key: key, Value: []byte("work 2")})
	}
	d.produce(starts...)
	eventually(t, func() bool { return begun.Load() == n }, "all is under way")
	first.caught()

	cfg.Instance = "two"
	second := d.start(cfg)
	eventually(t, func() bool { return len(second.Progress()) == partitions/2 && second.Ready() }, "half of the tasks have moved")
	first.cancel()
	close(release)
	require.NoError(t, first.end())
	second.stop()
	require.EqualValues(t, n, begun.Load(), "nothing was begun twice")
	outputs := d.outputs()
	require.Equal(t, n/2, len(outputs)) //nolint:testifylint // ten thousand keys are not to be shown
	for key, values := range outputs {
		require.ElementsMatch(t, []string{"done 1", "done 2"}, values, key)
	}
	last := map[string][]byte{}
	for _, r := range d.read("state") {
		last[string(r.Key)] = r.Value
	}
	for key, value := range last {
		require.Nil(t, value, key)
	}
}
