package analytics_test

import (
	"testing"
	"time"

	"waybill/analytics"
	"waybill/schemas"
)

// Everything on B1, which tenant y follows, and on a B1 of another carrier.
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
	why := decided(7, "duplicate", 1, 0, "clamped")
	why.Carrier, why.TrackingNumber, why.Epoch, why.DecidedAt = "beta", "B1", day(2026, 5, 11), at.Add(13*time.Hour)
	steps[1].decisions = append(steps[1].decisions, why)
	for _, tenant := range []string{"y", "z"} {
		steps[1].attempts = append(steps[1].attempts, &schemas.WebhookAttempt{
			Tenant: tenant, EndpointID: "endpoint of " + tenant, JobID: "job", Attempt: 1, Carrier: "beta", TrackingNumber: "B1", Epoch: day(2026, 5, 11),
			Type: "tracking.delivered", Trigger: schemas.TriggerEvent, Outcome: schemas.OutcomeFailed, Reason: "timeout", StatusCode: 504,
			StartedAt: at.Add(14 * 60 * 60 * 1e9), CreatedAt: at,
		})
	}
	for _, id := range []string{"job", "behind"} {
		steps[1].webhooks = append(steps[1].webhooks, &schemas.WebhookJob{
			JobID: id, Tenant: "y", EndpointID: "endpoint of y", Carrier: "beta", TrackingNumber: "B1", Epoch: day(2026, 5, 11),
			Type: schemas.TypeEvent, Sequence: 2, Trigger: schemas.TriggerEvent, CreatedAt: at.Add(15 * time.Hour),
		})
	}
	conn := load(t, steps...)
	for _, test := range []reportTest{
		{
			name: "for operators", report: "shipment", params: analytics.Params{Carrier: "beta", TrackingNumber: "B1"},
			want: `carrier,epoch,at,kind,what,detail,who
				beta,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-24T12:00:00",
				beta,2026-05-11T00:00:00Z,2026-05-11T00:00:00Z,registration,active,"promise 2026-05-20, late by 4 days, reference order B1, until 2026-06-10 00:00:00.000",y
				beta,2026-05-11T00:00:00Z,2026-05-20T00:00:00Z,exception,exc.refused,closed 2026-05-21 00:00:00.000 by transit.problem_resolved,consignee
				beta,2026-05-11T00:00:00Z,2026-05-21T00:00:00Z,eta,2026-05-24,was none: refused,push
				beta,2026-05-11T00:00:00Z,2026-05-24T12:00:00Z,event,delivered.neighbour,"DELIVERED, local 2026-05-24T12:00:00, Lyon FR: left with ` + "\x1b" + `[31ma neighbour",push
				beta,2026-05-11T00:00:00Z,2026-05-24T12:00:00Z,tracking.exception_resolved,delivered.neighbour,"DELIVERED, Lyon FR: left with ` + "\x1b" + `[31ma neighbour",
				beta,2026-05-11T00:00:00Z,2026-05-24T13:00:00Z,decision,duplicate,"I4: known already, clamped, from carrier-events/0@7",push
				beta,2026-05-11T00:00:00Z,2026-05-24T14:00:00Z,webhook,failed,"tracking.delivered, attempt 1, HTTP 504, timeout",endpoint of y
				beta,2026-05-11T00:00:00Z,2026-05-24T14:00:00Z,webhook,failed,"tracking.delivered, attempt 1, HTTP 504, timeout",endpoint of z
				beta,2026-05-11T00:00:00Z,2026-05-24T15:00:00Z,webhook,waiting,"tracking.event, sequence 2, not tried yet",endpoint of y`,
		},
		{
			name: "for a tenant", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "y"},
			want: `carrier,epoch,at,kind,what,detail,who
				beta,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-24T12:00:00",
				beta,2026-05-11T00:00:00Z,2026-05-11T00:00:00Z,registration,active,"promise 2026-05-20, late by 4 days, reference order B1, until 2026-06-10 00:00:00.000",y
				beta,2026-05-11T00:00:00Z,2026-05-20T00:00:00Z,exception,exc.refused,closed 2026-05-21 00:00:00.000 by transit.problem_resolved,consignee
				beta,2026-05-11T00:00:00Z,2026-05-21T00:00:00Z,eta,2026-05-24,was none: refused,push
				beta,2026-05-11T00:00:00Z,2026-05-24T12:00:00Z,event,delivered.neighbour,"DELIVERED, local 2026-05-24T12:00:00, Lyon FR: left with ` + "\x1b" + `[31ma neighbour",push
				beta,2026-05-11T00:00:00Z,2026-05-24T14:00:00Z,webhook,failed,"tracking.delivered, attempt 1, HTTP 504, timeout",endpoint of y
				beta,2026-05-11T00:00:00Z,2026-05-24T15:00:00Z,webhook,waiting,"tracking.event, sequence 2, not tried yet",endpoint of y`,
		},
		{
			name: "for a stranger", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Tenant: "x"},
			want: `carrier,epoch,at,kind,what,detail,who`,
		},
		{
			name: "whoever carries it", report: "shipment", params: analytics.Params{TrackingNumber: "A9"},
			want: `carrier,epoch,at,kind,what,detail,who
				alpha,2026-05-04T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-10",
				alpha,2026-05-04T00:00:00Z,2026-05-04T00:00:00Z,registration,active,"no promise, unknown, reference order A9, until 2026-06-03 00:00:00.000",x`,
		},
		{
			name: "of carrier gamma", report: "shipment", params: analytics.Params{TrackingNumber: "B1", Carrier: "gamma"},
			want: `carrier,epoch,at,kind,what,detail,who
				gamma,2026-05-11T00:00:00Z,2026-06-01T00:00:00Z,shipment,delivered.delivered,"DELIVERED, 0 events, delivered 2026-05-24T12:00:00",`,
		},
	} {
		test.run(t, conn)
	}
}
