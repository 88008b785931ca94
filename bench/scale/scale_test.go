package scale

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/bench/deployed"
	"waybill/bench/rig"
	"waybill/bench/rig/rigtest"
	"waybill/bench/webhooks"
)

// A test binary is also the measured processes, and a broker.
func TestMain(m *testing.M) {
	rigtest.Main(m, rig.Kinds{
		rig.LimitKind: rig.Kind(rig.NewLimit), deployed.Kind: rig.Kind(deployed.New), webhooks.ReceiverKind: rig.Kind(webhooks.NewReceiver),
	})
}

// The curves, each with a few places and little work, from end to end.
func TestCurves(t *testing.T) {
	common := &rig.Options{Turns: 1, Partitions: 2, Seed: 1, Patience: 3 * time.Minute, Pin: "none"}
	ctx, err := rig.StandOn(t.Context(), common)
	require.NoError(t, err)
	o := &Options{ScaleParcels: 30, Events: 200, Shipments: []int{50, 100}, Spread: []int{1, 3}, Endpoints: []int{1, 20}, Pictures: t.TempDir()}
	for name, want := range map[string]string{
		"shipments": "shipments that are followed", "partitions": "partitions of each topic", "endpoints": "endpoints of the tenant", "delivery": "endpoints",
	} {
		section, err := Run(ctx, common, o, &webhooks.Options{Webhooks: 60}, name, false)
		require.NoError(t, err)
		require.Contains(t, section.Terminal(), want)
		svg, err := os.ReadFile(filepath.Join(o.Pictures, Part+name+".svg"))
		require.NoError(t, err)
		require.Contains(t, string(svg), `class="line a"`)
	}
	for _, name := range []string{"cores", "processes"} { // nothing is pinned here
		section, err := Run(ctx, common, o, &webhooks.Options{Webhooks: 60}, name, false)
		require.NoError(t, err)
		require.Contains(t, strings.Join(section.Conditions, "\n"), "no place of this curve")
	}
	_, err = Run(ctx, common, o, &webhooks.Options{}, "length", false)
	require.ErrorContains(t, err, `no curve "length", only cores, `)
}

// Processes share the work evenly before it is let loose.
func TestProcessesShare(t *testing.T) {
	common := &rig.Options{Turns: 1, Partitions: 6, Seed: 1, Patience: 3 * time.Minute}
	b, err := newBench(t.Context(), common, &Options{ScaleParcels: 60})
	require.NoError(t, err)
	f, err := b.measure(t.Context(), point{At: 2, Processes: 2, Partitions: 6})
	require.NoError(t, err)
	require.Positive(t, f.Records)
	require.Positive(t, f.State)
	require.Greater(t, f.Log, int64(f.Records))
	require.Equal(t, limitPasses*f.Records, f.Limit.Records)
}

// The last core is the others', however many our processes have.
func TestFooting(t *testing.T) {
	b := &bench{ground: rig.Footing{Sets: rig.Sets{Measured: rig.Cores{0, 1}, Rest: rig.Cores{2, 3}}}}
	for _, c := range []struct {
		p              point
		measured, rest string
	}{
		{point{Processes: 1}, "0-1", "2-3"},
		{point{Processes: 1, Cores: 3}, "0-2", "3"},
		{point{Processes: 2, Cores: 1}, "0-1", "3"},
	} {
		f := b.footing(c.p)
		require.Equal(t, c.measured, f.Measured.String())
		require.Equal(t, c.rest, f.Rest.String())
	}
}

// The bound is named by who kept its cores busy.
func TestBound(t *testing.T) {
	b := &bench{ground: rig.Footing{Sets: rig.Sets{Measured: rig.Cores{0, 1}, Rest: rig.Cores{2, 3}}}, machine: rig.Machine{Cores: 4}}
	of := func(ours, broker, others time.Duration) string {
		return b.bound(point{}, []figure{{Turn: rig.Turn{Took: time.Second, Used: rig.Usage{CPU: ours}, Broker: broker, Others: others}}})
	}
	require.Equal(t, "our cores", of(1900*time.Millisecond, time.Second, 0))
	require.Equal(t, "the broker's cores", of(time.Second, 1800*time.Millisecond, 0))
	require.Equal(t, "other programs", of(time.Second, time.Second, 1800*time.Millisecond))
	require.Equal(t, "waiting", of(time.Second, time.Second, time.Second))
}

// The model is fitted on real turns, and its constants are written.
func TestSizing(t *testing.T) {
	common := &rig.Options{Turns: 1, Partitions: 2, Seed: 1, Patience: time.Minute}
	o := &Options{ScaleParcels: 1000, Constants: filepath.Join(t.TempDir(), "constants.json")}
	section, err := Sizing(t.Context(), common, o, &webhooks.Options{Webhooks: 60})
	require.NoError(t, err)
	require.Contains(t, section.Terminal(), "bytes a parcel that is followed")
	text, err := os.ReadFile(o.Constants)
	require.NoError(t, err)
	require.Contains(t, string(text), `"errors_percent": {`)
}

// The constant is the slope of what it was fitted on, and its error is that of
// the last place.
func TestFit(t *testing.T) {
	c := &curve{turns: map[int][]figure{}}
	for records, bytes := range map[int]int64{10: 1100, 20: 2100, 30: 3100, 60: 8000} {
		c.turns[records] = []figure{{Turn: rig.Turn{Records: records}, Log: bytes}}
	}
	for _, at := range []int{10, 20, 30, 60} {
		c.points = append(c.points, point{At: at})
	}
	k := constants()[2]
	each, off, err := k.fit(c)
	require.NoError(t, err)
	require.InDelta(t, 100, each, 1e-9)
	require.InDelta(t, 100*(6100.0/8000-1), off, 1e-9)

	_, _, err = (&constants()[1]).fit(c)
	require.EqualError(t, err, "broker: the largest load was too small to measure µs of processor time a raw event; raise --scale-parcels")
}
