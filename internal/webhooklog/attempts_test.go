package webhooklog

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"waybill/internal/listing"
	"waybill/schemas"
)

// names gives attempts as webhook/number.
func names(page *AttemptPage) []string {
	var all []string
	for _, a := range page.Attempts {
		all = append(all, fmt.Sprintf("%s/%d", a.WebhookID, a.Number))
	}
	return all
}

func TestAttempts(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC()
	due := at.Add(time.Minute)
	minute := func(n int) time.Time { return at.Add(time.Duration(n) * time.Minute) }
	b.load(t,
		b.attempt(t, schemas.WebhookAttempt{
			Tenant: "shop", JobID: "w1", Attempt: 1, Carrier: "alpha", TrackingNumber: "A1", RegistrationID: "r1", Type: schemas.TypeDelayed, Sequence: 3,
			Outcome: schemas.OutcomeFailed, Reason: "status_5xx", StatusCode: 503, Response: "busy", StartedAt: at,
			DNSUS: 1, ConnectUS: 2, TLSUS: 3, FirstByteUS: 4, TotalUS: 5, NextAttemptAt: &due,
		}),
		b.attempt(t, schemas.WebhookAttempt{Tenant: "shop", JobID: "w1", Attempt: 2, Carrier: "alpha", TrackingNumber: "A1", Outcome: schemas.OutcomeDelivered, StatusCode: 204, StartedAt: minute(1)}),
		b.attempt(t, schemas.WebhookAttempt{Tenant: "shop", JobID: "w2", EndpointID: "ep_2", Attempt: 1, Carrier: "beta", TrackingNumber: "B1", Outcome: schemas.OutcomeExpired, Reason: "deadline", StartedAt: minute(2)}),
		b.attempt(t, schemas.WebhookAttempt{Tenant: "shop", JobID: "w2", EndpointID: "ep_2", Attempt: 1, Carrier: "beta", TrackingNumber: "B1", Trigger: schemas.TriggerManual, Outcome: schemas.OutcomeDelivered, StartedAt: minute(3)}),
		b.attempt(t, schemas.WebhookAttempt{Tenant: "other", JobID: "o1", Attempt: 1, Outcome: schemas.OutcomeDelivered, StartedAt: minute(4)}),
	)
	for _, test := range []struct {
		name   string
		filter AttemptFilter
		want   []string
	}{
		{"all, newest first", AttemptFilter{}, []string{"w2/1", "w2/1", "w1/2", "w1/1"}},
		{"an endpoint's", AttemptFilter{EndpointID: "ep_2"}, []string{"w2/1", "w2/1"}},
		{"a webhook's", AttemptFilter{WebhookID: "w1"}, []string{"w1/2", "w1/1"}},
		{"a shipment's", AttemptFilter{Carrier: "beta", TrackingNumber: "B1"}, []string{"w2/1", "w2/1"}},
		{"by outcome", AttemptFilter{Outcome: schemas.OutcomeExpired}, []string{"w2/1"}},
		{"by reason", AttemptFilter{Reason: "status_5xx"}, []string{"w1/1"}},
		{"since is in it", AttemptFilter{Since: minute(2)}, []string{"w2/1", "w2/1"}},
		{"until is not", AttemptFilter{Until: minute(1)}, []string{"w1/1"}},
		{"another tenant's", AttemptFilter{WebhookID: "o1"}, nil},
		{"an injection", AttemptFilter{WebhookID: "w1' OR '1' = '1"}, nil},
	} {
		page, err := b.log.Attempts(t.Context(), "shop", test.filter)
		require.NoError(t, err, test.name)
		require.Equal(t, test.want, names(page), test.name)
		require.Empty(t, page.Next, test.name)
	}
	page, err := b.log.Attempts(t.Context(), "shop", AttemptFilter{Until: minute(1)})
	require.NoError(t, err)
	require.Equal(t, Attempt{
		WebhookID: "w1", EndpointID: "ep_1", Number: 1, Trigger: schemas.TriggerEvent, Carrier: "alpha", TrackingNumber: "A1", RegistrationID: "r1",
		Type: schemas.TypeDelayed, Sequence: 3, Outcome: schemas.OutcomeFailed, Reason: "status_5xx", StatusCode: 503, Response: "busy", StartedAt: at,
		DNSUS: 1, ConnectUS: 2, TLSUS: 3, FirstByteUS: 4, TotalUS: 5, CreatedAt: at, NextAttemptAt: &due,
	}, page.Attempts[0])
}

// Pages joined are all attempts, though many began in the same millisecond.
func TestAttemptsPageByPage(t *testing.T) {
	b := newBed(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	var records []*kgo.Record
	for n := range 20 {
		records = append(records, b.attempt(t, schemas.WebhookAttempt{
			Tenant: "shop", JobID: fmt.Sprint("w", n%7), Attempt: 1 + n/7, Outcome: schemas.OutcomeFailed, StartedAt: at.Add(time.Duration(n/9) * time.Millisecond),
		}))
	}
	b.load(t, records...)
	whole, err := b.log.Attempts(t.Context(), "shop", AttemptFilter{})
	require.NoError(t, err)
	require.Len(t, whole.Attempts, 20)
	for _, limit := range []int{1, 3, 19, 20} {
		var joined []string
		f := AttemptFilter{Limit: limit}
		for {
			page, err := b.log.Attempts(t.Context(), "shop", f)
			require.NoError(t, err)
			joined = append(joined, names(page)...)
			if f.After = page.Next; f.After == "" {
				break
			}
		}
		require.Equal(t, names(whole), joined, limit)
	}
}

func TestAttemptsRefuses(t *testing.T) {
	l := New(nil) // nothing is asked
	for _, test := range []struct {
		tenant string
		filter AttemptFilter
		says   string
	}{
		{"", AttemptFilter{}, "tenant: it is empty"},
		{"shop", AttemptFilter{Outcome: "open"}, `outcome: it is "open"; it is one of delivered, failed, expired, cancelled`},
		{"shop", AttemptFilter{Limit: 1001}, "limit: it is 1001"},
		{"shop", AttemptFilter{After: "%"}, "after: it is no cursor"},
		{"shop", AttemptFilter{After: "e30"}, "after: it is no cursor"},
	} {
		_, err := l.Attempts(t.Context(), test.tenant, test.filter)
		var wrong *listing.InputError
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, test.says)
	}
}
