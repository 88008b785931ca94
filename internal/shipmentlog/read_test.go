package shipmentlog

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/stretchr/testify/require"

	"waybill/internal/listing"
	"waybill/schemas"
)

// Each webhook of a parcel is told with how it stands, also one that waits behind
// another and has no attempt, and one that was sent again by hand.
func TestExplainTellsOfEveryWebhook(t *testing.T) {
	b := newBed(t)
	at := noon(24)
	next := at.Add(time.Hour)
	webhook := func(tenant, id string, sequence int64) schemas.WebhookJob {
		return schemas.WebhookJob{
			JobID: id, Tenant: tenant, EndpointID: "ep_" + tenant, Carrier: "beta", TrackingNumber: "B1", Epoch: noon(11),
			Type: schemas.TypeEvent, Sequence: sequence, Trigger: schemas.TriggerEvent, CreatedAt: at,
		}
	}
	var attempts []schemas.WebhookAttempt
	attempt := func(w schemas.WebhookJob, number int, trigger, outcome string, after time.Duration, next *time.Time) {
		attempts = append(attempts, schemas.WebhookAttempt{
			JobID: w.JobID, Tenant: w.Tenant, EndpointID: w.EndpointID, Carrier: w.Carrier, TrackingNumber: w.TrackingNumber, Epoch: w.Epoch,
			Type: w.Type, Sequence: w.Sequence, CreatedAt: w.CreatedAt, Attempt: number, Trigger: trigger, Outcome: outcome,
			StartedAt: at.Add(after), NextAttemptAt: next,
		})
	}
	late, head, behind, other := webhook("y", "late", 1), webhook("y", "head", 2), webhook("y", "behind", 3), webhook("z", "other", 1)
	attempt(late, 1, schemas.TriggerEvent, schemas.OutcomeFailed, time.Second, &next)
	attempt(late, 2, schemas.TriggerEvent, schemas.OutcomeExpired, time.Minute, nil)
	attempt(late, 1, schemas.TriggerManual, schemas.OutcomeDelivered, 2*time.Minute, nil)
	attempt(head, 1, schemas.TriggerEvent, schemas.OutcomeFailed, time.Second, &next)
	b.shipments(t, shipment("beta", "B1", noon(11), follower("y", "r1", noon(11)), follower("z", "r2", noon(11))))
	load(t, b, schemas.TopicWebhookJobs, b.codecs.WebhookJob, late, head, behind, other)
	load(t, b, schemas.TopicWebhookAttempts, b.codecs.WebhookAttempt, attempts...)
	told := func(p *Parcel, err error) (all []string) {
		require.NoError(t, err)
		for _, w := range p.Webhooks {
			all = append(all, fmt.Sprintf("%s %s %s %d tried:%t again:%t", w.Tenant, w.WebhookID, w.Outcome, w.Attempts, w.LastAttempt != nil, w.NextAttemptAt != nil))
		}
		return all
	}
	ofY := []string{"y late delivered 2 tried:true again:false", "y head open 1 tried:true again:true", "y behind open 0 tried:false again:false"}
	require.Equal(t, ofY, told(b.log.Explain(t.Context(), "y", "beta", "B1")))
	require.Equal(t, append(ofY, "z other open 0 tried:false again:false"), told(b.log.ExplainAll(t.Context(), "beta", "B1")))
	require.Empty(t, told(b.log.Look(t.Context(), "y", "beta", "B1")))
}

// What a correction took away is gone, and each life of a number stands alone,
// the newest first, also one whose state has ended.
func TestLives(t *testing.T) {
	b := newBed(t)
	old, wrong := shipment("alpha", "A1", noon(1), follower("shop", "r1", noon(1))), noon(2)
	old.Closed = true
	taken := shipment("alpha", "A1", noon(5), follower("shop", "r2", noon(5)))
	taken.ExceptionEpisodes = []schemas.ExceptionEpisode{{OpeningEventID: "wrong", OpenedAt: wrong.AddDate(0, 0, 4), Code: "exc.damaged"}}
	b.shipments(t, old, taken)
	taken.ExceptionEpisodes, taken.Revision = nil, 4
	ours := follower("shop", "r2", noon(5))
	ours.OpenExceptions, ours.UnacknowledgedExceptions, ours.Tags, ours.CarrierAccount = 2, 1, []string{"a", "b"}, "main"
	ours.ServiceToken, ours.OriginStreet, ours.DestinationCountry, ours.Transaction, ours.IsReturn = "express", "Weg 1", "DE", "t", true
	day, zone := "2026-05-20", "Europe/Berlin"
	ours.PromisedDate, ours.PromisedZone, ours.ShipDate = &day, &zone, &day
	taken.Registrations = []schemas.RegistrationState{ours}
	b.shipments(t, taken)
	p, err := b.log.Look(t.Context(), "shop", "alpha", "A1")
	require.NoError(t, err)
	lives := p.Lives()
	require.Len(t, lives, 2)
	require.Equal(t, []any{noon(5), false, noon(1), true}, []any{lives[0].Shipments[0].Epoch, lives[0].Shipments[0].Closed, lives[1].Shipments[0].Epoch, lives[1].Shipments[0].Closed})
	require.Empty(t, lives[0].Exceptions)
	r := lives[0].Registrations[0]
	require.Equal(t, Registration{
		RegistrationID: "r2", Carrier: "alpha", TrackingNumber: "A1", Epoch: noon(5), Tenant: "shop", State: "active", Status: "EXCEPTION", Code: "exc.damaged",
		ETA: &Target{At: taken.ETAAt}, Promised: &Target{Date: day, Zone: zone}, OpenExceptions: 2, UnacknowledgedExceptions: 1, Transaction: "t",
		Tags: []string{"a", "b"}, CarrierAccount: "main", IsReturn: true, ShipDate: &day, ServiceLevel: &schemas.ServiceLevel{Token: "express"},
		Origin: &schemas.Address{Street: "Weg 1"}, Destination: &schemas.Address{Country: "DE"}, Backfill: "none",
		RegisteredAt: noon(5), ExpiresAt: noon(5).AddDate(0, 0, 30), UpdatedAt: noon(10),
	}, r)
}

func TestQuestionsNeedATenant(t *testing.T) {
	_, err := New(nil).Look(t.Context(), "", "alpha", "A1") // nothing is asked
	var wrong *listing.InputError
	require.ErrorAs(t, err, &wrong)
}

// What is asked of one parcel is found by the keys of the tables: of each, one
// granule or two are read, however many there are.
func TestLookUpsReadByKeys(t *testing.T) {
	b := newBed(t)
	b.fill(t, 50_000)
	granules := regexp.MustCompile(`Granules: (\d+)/(\d+)`)
	for table, query := range map[string]string{"shipments": shipmentsQuery, "registrations": registrationsQuery, "tracking_events": eventsQuery} {
		var plan []struct {
			Line string `ch:"explain"`
		}
		err := b.log.ask(t.Context(), 1, &plan, "EXPLAIN indexes = 1 "+query, clickhouse.Named("carrier", "royal-mail"), clickhouse.Named("number", "AB000031415GB"),
			clickhouse.Named("tenant", "t5"), clickhouse.Named("everyone", false), clickhouse.Named("rows", maxRows))
		require.NoError(t, err)
		read, all := 0, 0
		for _, p := range plan {
			if found := granules.FindStringSubmatch(p.Line); found != nil {
				read, _ = strconv.Atoi(found[1]) // each index narrows what the one before it left
				of, _ := strconv.Atoi(found[2])
				all = max(all, of)
			}
		}
		require.Greater(t, all, 5, "%s: %v", table, plan)
		require.LessOrEqual(t, read, 2, "%s: %v", table, plan)
	}
	found, err := b.log.Look(t.Context(), "t5", "royal-mail", "AB000031415GB")
	require.NoError(t, err)
	require.Len(t, found.Events, 5)
}
