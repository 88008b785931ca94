package dialects_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"waybill/connectors/dialects"
	"waybill/schemas"
)

// samples are payloads of all dialects: our own, and, where they are at hand, of
// others.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	for _, pattern := range []string{"testdata/forms/*/*", payloads + "/*/*"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			payload, err := os.ReadFile(file)
			require.NoError(t, err)
			found[filepath.Join(filepath.Base(filepath.Dir(file)), filepath.Base(file))] = payload
		}
	}
	return found
}

// Any bytes in any dialect: no panic, and what is told lies within the bounds
// of the contract.
func FuzzParse(f *testing.F) {
	all := dialects.All()
	for name, payload := range samples(f) {
		which := slices.IndexFunc(all, func(d *dialects.Dialect) bool { return d == dialects.Named(filepath.Dir(name)) })
		f.Add(uint8(max(which, 0)), payload)
	}
	o := options(f)
	f.Fuzz(func(t *testing.T, which uint8, payload []byte) {
		_, _ = dialects.Detect(payload)
		d := all[int(which)%len(all)]
		reading, err := d.Parse(payload, o)
		check(t, reading, err)
		same(t, d, payload, reading, err)
	})
}

// check holds what every reading has to be.
func check(t testing.TB, reading *dialects.Reading, err error) {
	t.Helper()
	if err != nil {
		wrong, ok := errors.AsType[*dialects.PayloadError](err)
		require.True(t, ok, "%v", err)
		require.Contains(t, []string{dialects.Malformed, dialects.WrongDialect, dialects.UnknownDialect}, wrong.Kind)
		require.NotEmpty(t, wrong.Problem)
		return
	}
	type identity struct {
		key, code, words string
		at               int64
		ordinal          int
	}
	seen := make(map[identity]bool)
	for i := range reading.Events {
		e := &reading.Events[i]
		key, err := schemas.ShipmentKey(e.Carrier, e.TrackingNumber)
		require.NoError(t, err)
		require.False(t, e.OccurredAt.Year() < 1970 || e.OccurredAt.Year() > 2200, e.OccurredAt)
		require.Equal(t, time.UTC, e.OccurredAt.Location())
		require.Contains(t, []string{schemas.PrecisionSecond, schemas.PrecisionMinute, schemas.PrecisionDay}, e.OccurredPrecision)
		require.Contains(t, []string{schemas.ConfidenceGiven, schemas.ConfidencePlace, schemas.ConfidenceCarrierDefault, schemas.ConfidenceAssumedUTC}, e.OccurredConfidence)
		require.Contains(t, []string{schemas.LegForward, schemas.LegReturn, schemas.LegExchange}, e.Leg)
		require.False(t, e.ETADate != nil && e.ETAAt != nil)
		for _, text := range []string{e.RawCode, e.RawStatus, e.Description, e.OccurredText, e.SignedBy} {
			require.True(t, len(text) <= 4<<10 && utf8.ValidString(text))
		}
		id := identity{key, e.RawCode, "", e.OccurredAt.Unix(), e.Ordinal}
		if id.code == "" {
			id.words = e.Description
		}
		require.False(t, seen[id], "two events are told apart by nothing: %+v", id)
		seen[id] = true
	}
	for _, failure := range reading.Failures {
		require.NotEmpty(t, failure.Reason)
		require.True(t, utf8.ValidString(failure.Description))
	}
}
