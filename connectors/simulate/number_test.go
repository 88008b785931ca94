package simulate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/connectors/carriers"
	"waybill/connectors/simulate"
)

// Parcels of the carriers of the world have numbers of theirs, and those that
// are to be wrong have none.
func TestNumbersOfCarriers(t *testing.T) {
	table, err := carriers.Default()
	require.NoError(t, err)
	m, err := simulate.NewMaker(simulate.Options{Parcels: 600, Seed: 5, Start: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), Carriers: simulate.Carriers()})
	require.NoError(t, err)
	seen, wrong := make(map[string]bool), 0
	for i := range 600 {
		p, err := m.Parcel(i)
		require.NoError(t, err)
		truth := p.Lives[0].Truth
		require.Equal(t, simulate.Carriers()[i%len(simulate.Carriers())], truth.Carrier)
		_, valid, reason := table.CheckNumber(truth.Carrier, truth.TrackingNumber)
		require.Equal(t, truth.Outcome != simulate.OutcomeInvalid, valid, "%s %s: %s", truth.Carrier, truth.TrackingNumber, reason)
		require.False(t, seen[truth.TrackingNumber])
		seen[truth.TrackingNumber] = true
		if !valid {
			wrong++
		}
	}
	require.Positive(t, wrong)
	_, err = simulate.NewMaker(simulate.Options{Parcels: 1, Start: time.Now(), Carriers: []string{"moon-mail"}})
	require.ErrorContains(t, err, "royal-mail")
}
