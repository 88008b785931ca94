package audit

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

func guess(address string, at time.Time) *schemas.AuditEntry {
	e := made(&schemas.AuditEntry{Act: schemas.ActAuthenticate, Reason: "unauthorized", ActorKind: schemas.ActorStranger, Address: address}, schemas.AuditRefused)
	e.OccurredAt = at
	return e
}

// The first of a likeness is written at once, the others when the minute is over.
func TestAMinuteOfRefusals(t *testing.T) {
	var r refusals
	begin := time.Now()
	first := r.take(guess("192.0.2.1", begin))
	require.EqualValues(t, 1, first.Count)
	for range 99 {
		require.Nil(t, r.take(guess("192.0.2.1", begin.Add(time.Second))))
	}
	require.NotNil(t, r.take(guess("192.0.2.2", begin.Add(time.Second))), "another address")
	require.Empty(t, r.over(begin), "the minute is not over")
	counted := r.over(begin.Add(time.Second))
	require.Len(t, counted, 1)
	require.Equal(t, first.EntryID, counted[0].EntryID)
	require.Equal(t, first.OccurredAt, counted[0].OccurredAt)
	require.EqualValues(t, 100, counted[0].Count)
	require.EqualValues(t, 2, counted[0].Revision)
	require.Empty(t, r.over(begin.Add(time.Hour)), "one by itself is written already")
	require.NotNil(t, r.take(guess("192.0.2.1", begin.Add(time.Minute))), "a new minute")
}

// However many addresses somebody has, entries and memory stay bounded, and none
// is lost from the count.
func TestManyAddressesAreNotToldApart(t *testing.T) {
	var r refusals
	begin, written := time.Now(), 0
	const guesses = 100_000
	for i := range guesses {
		if r.take(guess(fmt.Sprintf("192.%d.%d.%d", i>>16, i>>8&255, i&255), begin)) != nil {
			written++
		}
	}
	require.Equal(t, maxOpen+1, written)
	require.Len(t, r.open, maxOpen+1)
	counted := r.over(begin.Add(time.Second))
	require.Len(t, counted, 1)
	require.EqualValues(t, guesses-maxOpen, counted[0].Count)
	require.Empty(t, counted[0].Address)
}

// A household has more addresses of IPv6 than anybody can count.
func TestAddressesOfOneNetworkCountAsOne(t *testing.T) {
	var r refusals
	begin := time.Now()
	for i := range 10 {
		r.take(guess(fmt.Sprintf("2001:db8:1:2::%x", i), begin))
	}
	require.NotNil(t, r.take(guess("2001:db8:1:3::1", begin)))
	counted := r.over(begin.Add(time.Second))
	require.Len(t, counted, 1)
	require.EqualValues(t, 10, counted[0].Count)
	require.Equal(t, "2001:db8:1:2::/64", counted[0].Address)
}
