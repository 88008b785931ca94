package shipmentlog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/listing"
	"waybill/schemas"
)

// ids gives registrations by their ids.
func ids(all []Registration) (list []string) {
	for _, r := range all {
		list = append(list, r.RegistrationID)
	}
	return list
}

func TestList(t *testing.T) {
	b := newBed(t)
	yes, no, late := true, false, int64(60)
	at := noon(7)
	one := func(id, carrier, number string, day int, change func(*schemas.RegistrationState)) schemas.Shipment {
		r := follower("shop", id, noon(day))
		r.ShownStatus, r.ShownCode, r.Reference = "IN_TRANSIT", "transit.moving", "ref "+id
		change(&r)
		other := follower("other", "o-"+id, noon(day))
		other.Reference = "ref " + id
		s := shipment(carrier, number, noon(day), r, other)
		s.UpdatedAt = noon(20 - day)
		return s
	}
	b.shipments(t,
		one("r1", "alpha", "AB1", 1, func(r *schemas.RegistrationState) { r.OpenExceptions, r.UnacknowledgedExceptions = 1, 1 }),
		one("r2", "alpha", "AC2", 2, func(r *schemas.RegistrationState) { r.OpenExceptions, r.DelayedAt = 1, &at }),
		one("r3", "beta", "AB1", 3, func(r *schemas.RegistrationState) {
			r.DelayedAt, r.DelayClearedAt, r.Tags = &at, &at, []string{"x", "y"}
		}),
		one("r4", "beta", "B4", 4, func(r *schemas.RegistrationState) { r.State, r.AtRiskAt, r.Reference = "expired", &at, "Öl" }),
		one("r5", "beta", "B5", 5, func(r *schemas.RegistrationState) {
			r.ShownStatus, r.ShownCode, r.DelayS = "DELIVERED", "delivered.delivered", &late
		}),
		one("r6", "beta", "B6", 6, func(r *schemas.RegistrationState) { r.State = "moved" }),
		one("r7", "beta", "B7", 7, func(r *schemas.RegistrationState) { r.ShownStatus, r.ShownCode = "", "" }), // an old row: the shipment's EXCEPTION
	)
	all := []string{"r7", "r5", "r4", "r3", "r2", "r1"}
	for name, test := range map[string]struct {
		filter Filter
		want   []string
	}{
		"all, newest first":          {Filter{}, all},
		"oldest first":               {Filter{Order: OldestFirst}, []string{"r1", "r2", "r3", "r4", "r5", "r7"}},
		"by update, newest first":    {Filter{Order: NewestUpdate}, []string{"r1", "r2", "r3", "r4", "r5", "r7"}},
		"by update, oldest first":    {Filter{Order: OldestUpdate}, all},
		"carrier":                    {Filter{Carrier: "alpha"}, []string{"r2", "r1"}},
		"beginning of a number":      {Filter{Number: "AB"}, []string{"r3", "r1"}},
		"statuses":                   {Filter{Statuses: []string{"DELIVERED", "EXCEPTION"}}, []string{"r7", "r5"}},
		"codes":                      {Filter{Codes: []string{"delivered.delivered"}}, []string{"r5"}},
		"states":                     {Filter{States: []string{"expired", "moved"}}, []string{"r6", "r4"}},
		"reference":                  {Filter{Reference: "ref r2"}, []string{"r2"}},
		"part of a reference":        {Filter{Reference: "ref"}, nil},
		"tag":                        {Filter{Tag: "y"}, []string{"r3"}},
		"text in a number":           {Filter{Text: "b1"}, []string{"r3", "r1"}},
		"text in a reference":        {Filter{Text: "öL"}, []string{"r4"}},
		"registered, since is in":    {Filter{RegisteredSince: noon(5)}, []string{"r7", "r5"}},
		"registered, until is not":   {Filter{RegisteredUntil: noon(2)}, []string{"r1"}},
		"updated":                    {Filter{UpdatedSince: noon(17), UpdatedUntil: noon(19)}, []string{"r3", "r2"}},
		"an open exception":          {Filter{Exception: &yes}, []string{"r2", "r1"}},
		"one to be taken in hand":    {Filter{Unacknowledged: &yes}, []string{"r1"}},
		"none":                       {Filter{Exception: &no}, []string{"r7", "r5", "r4", "r3"}},
		"delayed":                    {Filter{Delayed: &yes}, []string{"r2"}},
		"not delayed":                {Filter{Delayed: &no}, []string{"r7", "r5", "r4", "r3", "r1"}},
		"at risk":                    {Filter{AtRisk: &yes}, []string{"r4"}},
		"late":                       {Filter{Late: &yes}, []string{"r5"}},
		"all of what is given":       {Filter{Carrier: "beta", Number: "B", Late: &no, States: []string{"active"}}, []string{"r7"}},
		"an injection":               {Filter{Reference: "' OR '1' = '1"}, nil},
		"another tenant's by its id": {Filter{Text: "o-r1"}, nil},
	} {
		page, err := b.log.List(t.Context(), "shop", test.filter)
		require.NoError(t, err, name)
		require.Equal(t, test.want, ids(page.Registrations), name)
		require.Empty(t, page.Next, name)
		for _, limit := range []int{1, 2, 5} { // pages joined are the whole
			f, joined := test.filter, []string(nil)
			for f.Limit = limit; ; {
				page, err := b.log.List(t.Context(), "shop", f)
				require.NoError(t, err, name)
				joined = append(joined, ids(page.Registrations)...)
				if f.After = page.Next; f.After == "" {
					break
				}
			}
			require.Equal(t, test.want, joined, "%s, %d a page", name, limit)
		}
	}
}

// Rows that come and change while somebody turns pages put nothing out of its
// place, though many have the same time.
func TestListWhileRowsCome(t *testing.T) {
	b := newBed(t)
	row := func(n, day int) schemas.Shipment {
		return shipment("alpha", fmt.Sprintf("A%02d", n), noon(1), follower("shop", fmt.Sprintf("r%02d", n), noon(day)))
	}
	var all []schemas.Shipment
	for n := range 10 {
		all = append(all, row(n, 5))
	}
	b.shipments(t, all...)
	var joined []string
	f := Filter{Limit: 3}
	for turn := 0; ; turn++ {
		page, err := b.log.List(t.Context(), "shop", f)
		require.NoError(t, err)
		joined = append(joined, ids(page.Registrations)...)
		if f.After = page.Next; f.After == "" {
			break
		}
		changed := row(turn, 5)
		changed.Revision, changed.UpdatedAt = 10, time.Now()
		b.shipments(t, changed, row(20+turn, 6))
	}
	require.Len(t, joined, 10)
	require.True(t, slices.IsSortedFunc(joined, func(x, y string) int { return strings.Compare(y, x) }), joined)
}

func TestListRefuses(t *testing.T) {
	l := New(nil) // nothing is asked
	cursor := listing.Cursor(place{Question: (&Filter{Carrier: "alpha"}).question("shop"), TrackingNumber: "A1"})
	for says, test := range map[string]struct {
		tenant string
		filter Filter
	}{
		"tenant: it is empty":           {"", Filter{}},
		"limit: it is 1001":             {"shop", Filter{Limit: 1001}},
		"limit: it is -1":               {"shop", Filter{Limit: -1}},
		`sort: it is "weight"`:          {"shop", Filter{Order: "weight"}},
		"after: it is no cursor":        {"shop", Filter{After: "%"}},
		"after: it is no cursor;":       {"shop", Filter{After: "e30"}},
		"it is of a list":               {"shop", Filter{Carrier: "beta", After: cursor}},
		"after: it is of a list with ":  {"shop", Filter{Carrier: "alpha", Order: OldestFirst, After: cursor}},
		"after: it is of a list with o": {"other", Filter{Carrier: "alpha", After: cursor}},
		"after: it is of a list":        {"shop", Filter{Carrier: "alpha", RegisteredSince: noon(1), After: cursor}},
	} {
		_, err := l.List(t.Context(), test.tenant, test.filter)
		var wrong *listing.InputError
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, says)
	}
}

// A question that needs more memory than it may have is refused as such.
func TestQuestionsAreBounded(t *testing.T) {
	b := newBed(t)
	b.shipments(t, shipment("alpha", "A1", noon(1), follower("shop", "r1", noon(1))))
	b.log.memory = 1000
	_, err := b.log.List(t.Context(), "shop", Filter{})
	require.ErrorIs(t, err, ErrTooLarge)
}

// A cursor that somebody made up is wrong input, or one that means the same when
// it is written again.
func FuzzPlace(f *testing.F) {
	f.Add("")
	f.Add("e30")
	f.Add(listing.Cursor(place{Question: 7, AtMS: 1, Carrier: "a", TrackingNumber: "b", EpochMS: -1, RegistrationID: "\x00"}))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := readPlace(text, 7)
		if err != nil {
			var wrong *listing.InputError
			require.ErrorAs(t, err, &wrong)
			return
		}
		again, err := readPlace(listing.Cursor(p), 7)
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}
