package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// Everything on B1, and on a B1 of another carrier. Tenant y follows it from 11 May,
// tenant w from 22 May without what was before, and tenant v not at all, for its quota
// was used up.
func TestShipment(t *testing.T) {
	steps := world()
	at := day(2026, 5, 24)
	eta := "2026-05-24"
	for _, s := range steps[1].shipments {
		if s.TrackingNumber == "B1" {
			s.ETAChanges = []schemas.ETAChange{{CausingEventID: "1", ChangedAt: day(2026, 5, 21), ToDate: &eta, Reason: "refused", Source: "push"}}
			other := *s
			other.Carrier, other.Registrations, other.ExceptionEpisodes, other.ETAChanges = "gamma", nil, nil, nil
			steps[1].shipments = append(steps[1].shipments, &other)
			s.Registrations[0].Acknowledgements = []schemas.Acknowledgement{{OpeningEventID: "exc.refused", AcknowledgedAt: day(2026, 5, 20).Add(time.Hour), Actor: "ann"}}
			late := schemas.RegistrationState{
				RegistrationID: "w", Tenant: "w", State: "active", RegisteredAt: day(2026, 5, 22), ExpiresAt: day(2026, 6, 22), ShownStatus: "DELIVERED", ShownCode: "delivered.neighbour",
			}
			refused := late
			refused.RegistrationID, refused.Tenant, refused.State, refused.Reason, refused.ShownStatus, refused.ShownCode = "v", "v", "refused", "quota", "UNKNOWN", "unknown.registered"
			s.Registrations = append(s.Registrations, late, refused)
			break
		}
	}
	scanned := scan(1, "push", "delivered.neighbour", "2026-05-24T12:00:00", at.Add(12*time.Hour), 0)
	derived := scan(2, "", "delivered.neighbour", "", at.Add(12*time.Hour), 0)
	derived.Type, derived.Tenant = "tracking.exception_resolved", "z"
	for _, e := range []*schemas.TrackingEvent{scanned, derived} {
		e.Carrier, e.TrackingNumber, e.Epoch = "beta", "B1", day(2026, 5, 11)
		e.Location = &schemas.Location{City: "Lyon", Country: "FR"}
		steps[1].events = append(steps[1].events, e)
	}
	early, taken := decided(7, "duplicate", 1, 0, "clamped"), decided(8, "accepted", 1, 0)
	taken.EventID = "1"
	for i, why := range []*schemas.Decision{early, taken} {
		why.Carrier, why.TrackingNumber, why.Epoch, why.DecidedAt = "beta", "B1", day(2026, 5, 11), at.Add(time.Duration(13+i)*time.Hour)
		steps[1].decisions = append(steps[1].decisions, why)
	}
	again := at.Add(16 * time.Hour)
	for _, tenant := range []string{"y", "z"} {
		steps[1].attempts = append(steps[1].attempts, &schemas.WebhookAttempt{
			Tenant: tenant, EndpointID: "endpoint of " + tenant, JobID: "job", Attempt: 1, Carrier: "beta", TrackingNumber: "B1", Epoch: day(2026, 5, 11),
			Type: "tracking.delivered", Trigger: schemas.TriggerEvent, Outcome: schemas.OutcomeFailed, Reason: "timeout", StatusCode: 504,
			StartedAt: at.Add(15 * time.Hour), CreatedAt: at, NextAttemptAt: &again,
		})
	}
	for _, id := range []string{"job", "behind"} {
		steps[1].webhooks = append(steps[1].webhooks, &schemas.WebhookJob{
			JobID: id, Tenant: "y", EndpointID: "endpoint of y", Carrier: "beta", TrackingNumber: "B1", Epoch: day(2026, 5, 11),
			Type: schemas.TypeEvent, Sequence: 2, Trigger: schemas.TriggerEvent, CreatedAt: at.Add(17 * time.Hour),
		})
	}
	conn := load(t, steps...)
	const (
		asIs     = "beta,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,\"DELIVERED, 0 events, delivered 2026-05-24T12:00:00\",\n"
		ofY      = "beta,2026-05-11T00:00:00Z,2026-05-11T00:00:00Z,registration,active,\"promise 2026-05-20, late by 4 days, reference order B1, until 2026-06-10 00:00:00.000\",y\n"
		trouble  = "beta,2026-05-11T00:00:00Z,2026-05-20T00:00:00Z,exception,exc.refused,closed 2026-05-21 00:00:00.000 by transit.problem_resolved,consignee\n"
		inHand   = "beta,2026-05-11T00:00:00Z,2026-05-20T01:00:00Z,acknowledgement,exc.refused,taken in hand by ann,y\n"
		moved    = "beta,2026-05-11T00:00:00Z,2026-05-21T00:00:00Z,eta,2026-05-24,was none: refused,push\n"
		ofW      = "beta,2026-05-11T00:00:00Z,2026-05-22T00:00:00Z,registration,active,\"no promise, unknown, until 2026-06-22 00:00:00.000\",w\n"
		ofV      = "beta,2026-05-11T00:00:00Z,2026-05-22T00:00:00Z,registration,refused,\"follows nothing, until 2026-06-22 00:00:00.000, for quota\",v\n"
		came     = "beta,2026-05-11T00:00:00Z,2026-05-24T12:00:00Z,event,delivered.neighbour,\"DELIVERED, local 2026-05-24T12:00:00, Lyon FR: left with \x1b[31ma neighbour\",push\n"
		resolved = "beta,2026-05-11T00:00:00Z,2026-05-24T12:00:00Z,tracking.exception_resolved,delivered.neighbour,\"DELIVERED, Lyon FR: left with \x1b[31ma neighbour\",\n"
		doubled  = "beta,2026-05-11T00:00:00Z,2026-05-24T13:00:00Z,decision,duplicate,\"I4: known already, clamped, from carrier-events/0@7\",push\n"
		accepted = "beta,2026-05-11T00:00:00Z,2026-05-24T14:00:00Z,decision,accepted,\"I4: known already, from carrier-events/0@8\",push\n"
		tried    = "beta,2026-05-11T00:00:00Z,2026-05-24T15:00:00Z,webhook,failed,\"tracking.delivered, attempt 1, HTTP 504, timeout, again 2026-05-24 16:00:00.000\",endpoint of "
		waiting  = "beta,2026-05-11T00:00:00Z,2026-05-24T17:00:00Z,webhook,waiting,\"tracking.event, sequence 2, not tried yet\",endpoint of y\n"
		head     = "carrier,epoch,at,kind,what,detail,who\n"
	)
	stands := func(detail string) string {
		return "beta,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment," + detail + ",\n"
	}
	for _, test := range []reportTest{
		{
			name: "for operators", report: "shipment", params: analytics.Params{Carrier: "beta", TrackingNumber: "B1"},
			want: head + asIs + ofY + trouble + inHand + moved + ofW + ofV + came + resolved + doubled + accepted + tried + "y\n" + tried + "z\n" + waiting,
		},
		{
			// The duplicate is of 9 May, before y came, and of no event that is known. What was noticed for z is z's.
			name: "for a tenant", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "y"},
			want: head + stands(`delivered.delivered,"DELIVERED, delivered 2026-05-24T12:00:00"`) + ofY + trouble + inHand + moved + came + accepted + tried + "y\n" + waiting,
		},
		{
			// The exception was before w came; the ETA too, but the event that brought it occurred later.
			name: "for one that came later", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "w"},
			want: head + stands(`delivered.neighbour,"DELIVERED, delivered 2026-05-24T12:00:00"`) + moved + ofW + came + accepted,
		},
		{
			name: "for one that follows nothing", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "v"},
			want: head + stands("unknown.registered,UNKNOWN") + ofV,
		},
		{
			name: "for a stranger", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "x"},
			want: head,
		},
		{
			name: "whoever carries it", report: "shipment", params: analytics.Params{TrackingNumber: "A9"},
			want: head + `alpha,2026-05-04T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-10",
				alpha,2026-05-04T00:00:00Z,2026-05-04T00:00:00Z,registration,active,"no promise, unknown, reference order A9, until 2026-06-03 00:00:00.000",x`,
		},
		{
			name: "of carrier gamma", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Carrier: "gamma"},
			want: head + `gamma,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-24T12:00:00",`,
		},
	} {
		test.run(t, conn)
	}
}
