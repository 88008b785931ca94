package clickhouse

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"waybill/schemas"
)

// saying is one record to be: version V of the Nth thing of a topic. What it says
// follows from these three alone, as a version says the same whenever it is
// written.
type saying struct {
	Topic     string
	N, V      int
	Partition int32
}

// histories draws records in any order: repeats, older versions after newer
// ones, versions that never came, things on any partition.
func histories(t *rapid.T) []saying {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) saying {
		topic := rapid.SampledFrom(append(Topics(), schemas.TopicShipments, schemas.TopicShipments)).Draw(t, "topic")
		return saying{topic, rapid.IntRange(0, 6).Draw(t, "thing"), rapid.IntRange(1, 6).Draw(t, "version"), rapid.Int32Range(0, 2).Draw(t, "partition")}
	}), 20, 120).Draw(t, "history")
}

// historyOf draws a history that is the same for the same seed.
func historyOf(seed int) []saying { return rapid.Custom(histories).Example(seed) }

// record makes the record of a saying. Prefix stands before the topic.
func (s saying) record(t testing.TB, codecs *schemas.Codecs, prefix string) *kgo.Record {
	t.Helper()
	var value []byte
	var err error
	switch s.Topic {
	case schemas.TopicShipments:
		value, err = codecs.Shipment.Encode(shipmentOf(s.N, s.V))
	case schemas.TopicTrackingEvents:
		value, err = codecs.TrackingEvent.Encode(eventOf(s.N, s.V))
	case schemas.TopicDecisions:
		value, err = codecs.Decision.Encode(decisionOf(s.N, s.V))
	case schemas.TopicWebhookJobs:
		value, err = codecs.WebhookJob.Encode(webhookAt(s.N, s.V))
	case schemas.TopicWebhookAttempts:
		value, err = codecs.WebhookAttempt.Encode(attemptOf(s.N, s.V))
	case schemas.TopicEndpointEvents:
		value, err = codecs.EndpointEvent.Encode(&schemas.EndpointEvent{
			Tenant: tenantOf(s.N), EndpointID: "ep", EventID: fmt.Sprint(s.N, "-", s.V), Kind: schemas.EndpointEventUpdated, State: "enabled", OccurredAt: hour(s.N + s.V),
		})
	case schemas.TopicBaselines:
		value, err = codecs.Baseline.Encode(baselineOf(s.N, s.V))
	case schemas.TopicAudit:
		value, err = codecs.AuditEntry.Encode(&schemas.AuditEntry{
			Tenant: tenantOf(s.N), EntryID: fmt.Sprint("aud_", s.N), Act: schemas.ActEndpointUpdate, Outcome: schemas.AuditOutcomes()[s.V%4], ActorKind: schemas.ActorKey,
			Count: 1, Revision: int64(s.V), OccurredAt: today.Add(time.Duration(s.N) * time.Second),
		})
	case schemas.TopicUsage:
		value, err = codecs.Usage.Encode(&schemas.Usage{
			Tenant: tenantOf(s.V), RegistrationID: fmt.Sprint("r", s.N, "-", s.V), Carrier: "alpha", TrackingNumber: numberOf(s.N), Epoch: epochOf(s.N), UsedAt: hour(s.V),
		})
	}
	require.NoError(t, err)
	return &kgo.Record{Topic: prefix + s.Topic, Partition: s.Partition, Value: value, Timestamp: time.UnixMilli(time.Now().UnixMilli())}
}

// today is a time that no TTL is past.
var today = time.Now().UTC().Truncate(24 * time.Hour)

// Parcels 0 and 3 have one number in two lives, and lie in two partitions of the
// tables.
func numberOf(n int) string   { return fmt.Sprint("N", n%3) }
func epochOf(n int) time.Time { return epoch.AddDate(n/3, 0, 0) }
func tenantOf(n int) string   { return []string{"one", "two"}[n%2] }
func hour(n int) time.Time    { return epoch.Add(time.Duration(n) * time.Hour) }
func maybe(at time.Time, is bool) *time.Time {
	if !is {
		return nil
	}
	return &at
}

// shipmentOf is a shipment whose registrations become more and end, and whose
// exceptions and ETA changes come and are taken away from version to version.
func shipmentOf(n, v int) *schemas.Shipment {
	r := rand.New(rand.NewPCG(uint64(n), uint64(v)))
	s := &schemas.Shipment{
		Carrier: []string{"alpha", "beta"}[n%2], TrackingNumber: numberOf(n), Epoch: epochOf(n), Revision: int64(v),
		Status: []string{"IN_TRANSIT", "EXCEPTION", "DELIVERED"}[v%3], Code: "transit.moving", Leg: schemas.LegForward,
		ClockStart: maybe(hour(1), v > 1), DeliveredPrecision: schemas.PrecisionSecond, OriginCountry: "CN", DestinationCountry: []string{"", "DE", "FR"}[n%3],
		FirstEventAt: maybe(hour(1), true), LastEventAt: maybe(hour(v), true), LastScanAt: maybe(hour(v), v%2 == 0), SilentSince: maybe(hour(v), v%2 == 0), Events: v, Attempts: v / 2,
		OriginalETAAt: maybe(hour(24), n%2 == 0), ETAAt: maybe(hour(30), true), CreatedAt: hour(0), UpdatedAt: hour(v),
	}
	if s.Status == "DELIVERED" {
		s.DeliveredAt, s.ClockStop, s.ClockStopCode, s.Terminal = maybe(hour(20+5*v), true), maybe(hour(20+5*v), true), "delivered.handed", true
		s.DeliveredLocal = hour(22 + 5*v).Format("2006-01-02T15:04:05")
	}
	for k := range 4 {
		if r.IntN(2) == 0 {
			continue
		}
		s.ExceptionEpisodes = append(s.ExceptionEpisodes, schemas.ExceptionEpisode{
			OpeningEventID: fmt.Sprint("e", k), OpenedAt: hour(2 + k), ClosedAt: maybe(hour(5+k), v > k), Code: fmt.Sprint("exc.kind_", k%3),
			Party: []string{"carrier", "customs", "consignee"}[k%3], Severity: k % 3, ClosingCode: []string{"", "transit.moving"}[min(1, max(0, v-k))],
		})
		s.ETAChanges = append(s.ETAChanges, schemas.ETAChange{
			CausingEventID: fmt.Sprint("c", k), ChangedAt: hour(3 + k), FromAt: maybe(hour(24*k), k > 0), ToAt: maybe(hour(24*(k+1)), true), Source: "alpha",
		})
	}
	for k := range min(3, 1+v/2) {
		s.Registrations = append(s.Registrations, registrationOf(s, n, k, v, r.IntN(6)))
	}
	return s
}

func registrationOf(s *schemas.Shipment, n, k, v, chance int) schemas.RegistrationState {
	g := schemas.RegistrationState{
		RegistrationID: fmt.Sprint("r", n, "-", k), Tenant: tenantOf(n + k), State: "active", Reference: fmt.Sprint("order-", n%2),
		RegisteredAt: hour(k), ExpiresAt: hour(2000), Webhooks: int64(v), Service: "standard", OriginCountry: "CN", DestinationCountry: s.DestinationCountry,
		ShownStatus: s.Status, ShownCode: s.Code, Tags: []string{"t"}[:k%2], DelayedAt: maybe(hour(24), v > 3),
	}
	if chance == 0 {
		g.State = []string{"moved", "stopped", "do_not_track"}[k%3]
	}
	if day := hour(24 + 12*k).Format(time.DateOnly); n%3 == 1 {
		g.PromisedDate, g.Measure = &day, "promised"
	}
	for _, e := range s.ExceptionEpisodes[:min(k, len(s.ExceptionEpisodes))] {
		g.Acknowledgements = append(g.Acknowledgements, schemas.Acknowledgement{OpeningEventID: e.OpeningEventID, AcknowledgedAt: hour(6), Actor: "ann"})
	}
	return g
}

// eventOf is an event that is revised, and withdrawn in every fifth version.
func eventOf(n, v int) *schemas.TrackingEvent {
	e := event(n, int64(v))
	e.Carrier, e.TrackingNumber, e.Epoch = []string{"alpha", "beta"}[n%2], numberOf(n), epochOf(n)
	e.OccurredAt, e.ReceivedAt, e.ArrivedAt = hour(n), hour(n+v), hour(n+v)
	e.OccurredLocal, e.Source, e.Deleted = hour(n+2).Format("2006-01-02T15:04:05"), "alpha", v%5 == 0
	if n%3 == 0 {
		e.Location, e.Evidence = &schemas.Location{City: "Basel", Country: "CH"}, map[string]string{"gap": fmt.Sprint(v)}
	}
	if n%4 == 3 {
		e.Type, e.Tenant, e.RegistrationID = "tracking.delayed", tenantOf(n), fmt.Sprint("r", n, "-0")
	}
	return e
}

func decisionOf(n, v int) *schemas.Decision {
	return &schemas.Decision{
		Carrier: []string{"alpha", "beta"}[n%2], TrackingNumber: numberOf(n), Epoch: epochOf(n), SourceTopic: "raw-events", SourcePartition: n % 2, SourceOffset: int64(n),
		Version: int64(v), Decision: []string{"held:reorder", "accepted", "duplicate"}[v%3], Rule: "I4", Warnings: []string{"unmapped"}[:n%2], Source: "alpha",
		OccurredAt: hour(n), ReceivedAt: hour(n + 1), ArrivedAt: hour(n + 1), DecidedAt: hour(n + v),
	}
}

// baselineOf is a row of version V of the table, or its manifest.
func baselineOf(n, v int) *schemas.Baseline {
	b := &schemas.Baseline{Version: fmt.Sprint("2026-05-0", v), Level: "carrier", Carrier: fmt.Sprint("carrier", n), Status: "IN_TRANSIT", Samples: int64(v), GapP95S: 3600, BuiltAt: hour(v)}
	if n == 0 {
		b = &schemas.Baseline{Version: b.Version, Level: "manifest", Rows: 3, BuiltAt: hour(v), Since: maybe(hour(0), true)}
	}
	return b
}

func webhookAt(n, v int) *schemas.WebhookJob {
	return &schemas.WebhookJob{
		JobID: fmt.Sprint("j", n, "-", v), EndpointID: "ep", Tenant: tenantOf(n), Carrier: "alpha", TrackingNumber: numberOf(n), Epoch: epochOf(n),
		RegistrationID: fmt.Sprint("r", n, "-0"), Type: schemas.TypeDelivered, Types: []string{schemas.TypeDelivered}, Body: []byte(`{"a": 1}`),
		Trigger: []string{schemas.TriggerEvent, schemas.TriggerEvent, schemas.TriggerManual, schemas.TriggerTest}[v%4], Sequence: int64(v), CreatedAt: hour(v),
	}
}

func attemptOf(n, v int) *schemas.WebhookAttempt {
	return &schemas.WebhookAttempt{
		Tenant: tenantOf(n), EndpointID: "ep", JobID: fmt.Sprint("j", n, "-", v/3), Attempt: 1 + v%3, Carrier: "alpha", TrackingNumber: numberOf(n), Epoch: epochOf(n),
		RegistrationID: fmt.Sprint("r", n, "-0"), Type: schemas.TypeDelivered, Trigger: []string{schemas.TriggerEvent, schemas.TriggerManual}[n%2],
		Outcome: []string{schemas.OutcomeFailed, schemas.OutcomeFailed, schemas.OutcomeDelivered}[v%3], StatusCode: 500 - 300*(v%3/2),
		StartedAt: hour(v), TotalUS: int64(1000 * v), CreatedAt: hour(0), NextAttemptAt: maybe(hour(v+1), v%3 < 2),
	}
}
