package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"waybill/internal/sizing"
)

// example are constants that are easy to reckon with.
func example() sizing.Constants {
	return sizing.Constants{TrackingMicros: 30, BrokerMicros: 10, DeliveryMicros: 150, LogBytes: 2000, StateBytes: 500}
}

func question(parcels float64) sizing.Question {
	return sizing.Question{ParcelsPerDay: parcels, Scans: 10, Webhooks: 3, Peak: 5, FollowedDays: 60, LogDays: 7, TableDays: 400}
}

func TestPlan(t *testing.T) {
	p, err := sizing.New(question(8_640_000), example()) // 1,000 raw events a second
	require.NoError(t, err)
	require.InDelta(t, 1000, p.EventsPerSecond, 1e-6)
	require.InDelta(t, 5000, p.PeakPerSecond, 1e-6)
	require.Equal(t, 1, p.TrackingCores) // 0.15 cores of work
	require.Equal(t, 1, p.BrokerCores)
	require.Equal(t, 1, p.DeliveryCores) // 1,500 webhooks a second are 0.225
	require.Equal(t, 1, p.Instances)
	require.Equal(t, 12, p.Partitions)
	require.InDelta(t, 1.5*3*2000*86_400_000*7, p.BrokerDisk, 1)
	require.InDelta(t, 1.5*500*8_640_000*60, p.StateDisk, 1)
}

// A hundred times the parcels need a hundred times the machines and disk, but
// for what is rounded up.
func TestPlanGrowsEvenly(t *testing.T) {
	few, err := sizing.New(question(5_000_000), example())
	require.NoError(t, err)
	many, err := sizing.New(question(500_000_000), example())
	require.NoError(t, err)
	require.InDelta(t, 100, many.TableDisk/few.TableDisk, 1e-6)
	require.InDelta(t, many.PeakPerSecond*30/1e6/0.6, float64(many.TrackingCores), 1)
	require.Greater(t, many.Partitions, few.Partitions)
}

func TestPlanRefuses(t *testing.T) {
	for want, change := range map[string]func(*sizing.Question){
		"--parcels-per-day is 0": func(q *sizing.Question) { q.ParcelsPerDay = 0 },
		"--log-days is -1":       func(q *sizing.Question) { q.LogDays = -1 },
		"--peak is 0.5":          func(q *sizing.Question) { q.Peak = 0.5 },
	} {
		q := question(1)
		change(&q)
		_, err := sizing.New(q, example())
		require.ErrorContains(t, err, want)
	}
}

// The constants of the program are there, and say what they come from.
func TestMeasured(t *testing.T) {
	c, err := sizing.Measured()
	require.NoError(t, err)
	require.NotEmpty(t, c.Measured)
	for _, v := range []float64{c.TrackingMicros, c.BrokerMicros, c.DeliveryMicros, c.LogBytes, c.StateBytes} {
		require.Positive(t, v)
	}
	require.NotEmpty(t, c.Errors)
}
