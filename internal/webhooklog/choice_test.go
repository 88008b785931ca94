package webhooklog

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/schemas"
)

// stands gives what was chosen as webhook and status.
func stands(chosen []Chosen) []string {
	var all []string
	for _, c := range chosen {
		all = append(all, fmt.Sprintf("%s %s %d", c.WebhookID, c.Status, c.Attempts))
	}
	return all
}

func TestChoose(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	minute := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	job := func(id, number string) schemas.WebhookJob {
		return schemas.WebhookJob{Tenant: "shop", JobID: id, Carrier: "alpha", TrackingNumber: number}
	}
	second := job("late", "A2")
	second.EndpointID = "ep_2"
	b.load(t,
		b.webhook(t, 0, minute(0), job("waiting", "A1")), b.webhook(t, 0, minute(1), job("trying", "A1")),
		b.webhook(t, 1, minute(2), job("got", "A2")), b.webhook(t, 1, minute(3), second),
		b.webhook(t, 1, minute(4), job("dropped", "A3")), b.webhook(t, 2, minute(5), job("again", "A3")),
		b.webhook(t, 2, minute(6), job("again-trying", "A3")), b.webhook(t, 2, minute(7), job("last-failed", "A3")),
		b.webhook(t, 0, minute(8), schemas.WebhookJob{Tenant: "other", JobID: "o1"}))
	next := minute(60)
	attempt := func(id, outcome, trigger string, number, started int, again bool) schemas.WebhookAttempt {
		a := schemas.WebhookAttempt{Tenant: "shop", JobID: id, Attempt: number, Outcome: outcome, Trigger: trigger, StartedAt: minute(started)}
		if again {
			a.NextAttemptAt = &next
		}
		if id == "late" {
			a.EndpointID = "ep_2"
		}
		return a
	}
	for _, a := range []schemas.WebhookAttempt{
		attempt("trying", "failed", "", 1, 1, true), attempt("trying", "failed", "", 2, 2, true),
		attempt("got", "failed", "", 1, 1, true), attempt("got", "delivered", "", 2, 2, false), attempt("got", "failed", "manual", 1, 3, true),
		attempt("late", "failed", "", 1, 1, true), attempt("late", "expired", "", 2, 2, false),
		attempt("dropped", "cancelled", "", 1, 1, false),
		attempt("again", "expired", "", 1, 1, false), attempt("again", "delivered", "manual", 1, 2, false),
		attempt("again-trying", "expired", "", 9, 1, false), attempt("again-trying", "failed", "manual", 1, 2, true),
		attempt("last-failed", "failed", "", 9, 20, false), attempt("last-failed", "expired", "", 10, 19, false), // by a clock that is behind
	} {
		b.load(t, b.attempt(t, a))
	}
	for _, test := range []struct {
		name   string
		choice Choice
		want   []string
	}{
		{"open", Choice{Status: StatusOpen}, []string{"waiting open 0", "trying open 2", "again-trying open 1"}},
		{"delivered", Choice{Status: "delivered"}, []string{"got delivered 3", "again delivered 1"}},
		{"expired", Choice{Status: "expired"}, []string{"late expired 1", "last-failed expired 1"}},
		{"cancelled", Choice{Status: "cancelled"}, []string{"dropped cancelled 0"}},
		{"an endpoint's", Choice{EndpointID: "ep_2"}, []string{"late expired 1"}},
		{"an endpoint's open", Choice{EndpointID: "ep_2", Status: StatusOpen}, nil},
		{"by id", Choice{WebhookIDs: []string{"again", "o1", "none", "waiting"}}, []string{"waiting open 0", "again delivered 1"}},
		{"a shipment's", Choice{Carrier: "alpha", TrackingNumber: "A1"}, []string{"waiting open 0", "trying open 2"}},
		{"by time", Choice{Since: minute(2), Until: minute(4)}, []string{"got delivered 3", "late expired 1"}},
		{"nothing", Choice{WebhookIDs: []string{"' OR 1=1 --"}}, nil},
	} {
		chosen, err := b.log.Choose(t.Context(), "shop", test.choice, nil, 0)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, stands(chosen), test.name)
		counts, err := b.log.Count(t.Context(), "shop", test.choice)
		require.NoError(t, err, test.name)
		var sum uint64
		for _, c := range counts {
			sum += c.Webhooks
		}
		require.EqualValues(t, len(test.want), sum, test.name)

		// Page by page it is the same.
		var joined []Chosen
		var after *Position
		for {
			page, err := b.log.Choose(t.Context(), "shop", test.choice, after, 1)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			joined = append(joined, page...)
			after = &page[0].Position
		}
		require.Equal(t, test.want, stands(joined), test.name)
	}
	chosen, err := b.log.Choose(t.Context(), "shop", Choice{WebhookIDs: []string{"trying"}}, nil, 0)
	require.NoError(t, err)
	require.Equal(t, []Chosen{{
		Position: Position{0, 1}, WebhookID: "trying", EndpointID: "ep_1", Carrier: "alpha", TrackingNumber: "A1", Type: schemas.TypeDelivered,
		ArrivedAt: minute(1), Fate: Fate{Status: StatusOpen, Attempts: 2, NextAttemptAt: &next},
	}}, chosen)
}

func TestChoiceRefuses(t *testing.T) {
	now := time.Now()
	for says, choice := range map[string]Choice{
		"choice: it is empty":            {},
		"webhook_ids: there are 1001":    {WebhookIDs: make([]string, 1001)},
		"tracking_number: it is empty":   {Carrier: "alpha", Status: StatusOpen},
		"until: it is not after since":   {Since: now, Until: now},
		`status: it is "failed"; it is `: {Status: schemas.OutcomeFailed},
	} {
		require.ErrorContains(t, choice.Check(), says)
	}
	_, err := New(nil).Choose(t.Context(), "", Choice{Status: StatusOpen}, nil, 0)
	require.ErrorContains(t, err, "tenant: it is empty")
}

func TestChoiceInWords(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	all := Choice{
		WebhookIDs: []string{"a", "b"}, EndpointID: "ep_1", Carrier: "alpha", TrackingNumber: "A1", Status: StatusOpen, Since: at, Until: at.Add(time.Hour),
	}
	require.Equal(t, "webhooks a b, endpoint ep_1, shipment alpha:A1, status open, since 2026-05-01T12:00:00Z, until 2026-05-01T13:00:00Z", all.String())
	many := Choice{WebhookIDs: []string{"a", "b", "c", "d"}, TrackingNumber: "A1"}
	require.Equal(t, "webhooks 4 by id, the first a, shipment A1", many.String())
}

func TestPositionsInWords(t *testing.T) {
	at := Position{Partition: 3, Offset: 17}
	require.Equal(t, "3:17", at.String())
	got, err := ParsePosition("3:17")
	require.NoError(t, err)
	require.Equal(t, at, got)
	for _, text := range []string{"", "3", "3:", ":17", "-1:0", "0:-1", "3:17x", " 3:17", "03:17", "3:99999999999999999999"} {
		_, err := ParsePosition(text)
		require.Error(t, err, text)
	}
}
