package playback_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/simulate"
	"waybill/internal/playback"
	"waybill/schemas"
)

// lives plays parcels with faults and gives the last row of each life, oldest
// first, by tracking number.
func lives(t *testing.T, o simulate.Options) (map[string][]schemas.Shipment, []simulate.Truth) {
	t.Helper()
	records, truths, err := simulate.Generate(o)
	require.NoError(t, err)
	p, _ := player(t, schemas.TopicShipments)
	last := map[string]schemas.Shipment{}
	p = p.Another(func(out *playback.Output) error {
		for _, row := range out.Shipments {
			last[row.TrackingNumber+row.Epoch.Format(time.RFC3339Nano)] = row
		}
		return out.Refused
	})
	play(t, p, records)
	rows := map[string][]schemas.Shipment{}
	for _, key := range slices.Sorted(maps.Keys(last)) {
		row := last[key]
		rows[row.TrackingNumber] = append(rows[row.TrackingNumber], row)
	}
	return rows, truths
}

// Whatever sources do wrong, as long as it arrives within the hold: what the
// rules make of it is the truth. A scan that comes again under another code of
// the carrier counts twice (I2), so that fault is left out where scans are
// counted.
func TestFaultsWithinTheHoldLeaveTheTruth(t *testing.T) {
	for _, faults := range []float64{0, 0.1, 0.2, 0.5} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			o := simulate.Options{Parcels: 200, Seed: 8, Start: start, Tenant: "sim", Faults: simulate.AllFaults(faults)}
			o.Faults[simulate.Recoded] = 0
			rows, truths := lives(t, o)
			second := 0
			for _, truth := range truths {
				if truth.Life == 2 {
					second++
				}
				require.GreaterOrEqual(t, len(rows[truth.TrackingNumber]), truth.Life, truth.TrackingNumber)
				agree(t, &truth, &rows[truth.TrackingNumber][truth.Life-1])
			}
			require.Equal(t, faults > 0, second > 0)
			n := 0
			for _, row := range rows {
				n += len(row)
			}
			require.Equal(t, len(truths), n, "no life more than there were")
		})
	}
}

func agree(t *testing.T, truth *simulate.Truth, row *schemas.Shipment) {
	t.Helper()
	name := truth.TrackingNumber
	require.Equal(t, truth.FinalStatus, row.Status, name)
	require.Equal(t, truth.FailedAttempts, row.Attempts, name)
	require.Contains(t, []int{truth.Events, truth.Events - truth.Retractions}, row.Events, "%s: a scan that its source withdraws goes", name)
	delivered := row.DeliveredLocal
	if len(delivered) > len(time.DateOnly) {
		delivered = delivered[:len(time.DateOnly)]
	}
	require.Equal(t, truth.DeliveredDate, delivered, name)
	require.Len(t, row.ExceptionEpisodes, len(truth.Exceptions), name)
	for i, e := range truth.Exceptions {
		require.Equal(t, e.OpenedCode, row.ExceptionEpisodes[i].Code, name)
		require.Equal(t, e.ClosedCode, row.ExceptionEpisodes[i].ClosingCode, name)
	}
}
