package acls

import "waybill/schemas"

// Parts lists the parts: the roles of a process, and those who work with the
// topics from outside.
func Parts() []Part {
	return append(roles(), outside()...)
}

// roles are the roles of `waybill run`. Each of them looks at its start whether
// all topics are there.
func roles() []Part {
	return []Part{
		{"tracking", "the role: parcels' events in, their lives and webhooks out", job("tracking", needs{
			reads: []string{
				schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicRerouted, schemas.TopicTrackingState,
				schemas.TopicWebhookEndpoints, schemas.TopicQuotas, schemas.TopicBaselines,
			},
			writes: []string{
				schemas.TopicRegistrations, schemas.TopicRerouted, schemas.TopicTrackingState, schemas.TopicTrackingEvents, schemas.TopicDecisions,
				schemas.TopicShipments, schemas.TopicWebhookJobs, schemas.TopicUsage, schemas.TopicPollRequests, schemas.TopicDeadLetters,
			},
		})},
		{"endpoints", "the role: where webhooks go, and how it goes there", job("endpoints", needs{
			reads: []string{schemas.TopicEndpointCommands, schemas.TopicEndpointSignals, schemas.TopicEndpointState, schemas.TopicWebhookEndpoints},
			writes: []string{
				schemas.TopicEndpointState, schemas.TopicWebhookEndpoints, schemas.TopicEndpointEvents, schemas.TopicWebhookJobs, schemas.TopicDeadLetters,
			},
		})},
		{"delivery", "the role: it calls the endpoints", job("delivery", needs{
			reads:  []string{schemas.TopicWebhookJobs, schemas.TopicWebhookQueue, schemas.TopicWebhookEndpoints},
			writes: []string{schemas.TopicWebhookQueue, schemas.TopicWebhookAttempts, schemas.TopicEndpointSignals, schemas.TopicDeadLetters},
		})},
		{"quotas", "the role: it counts what tenants use", job("quotas", needs{
			reads:  []string{schemas.TopicUsage, schemas.TopicQuotaState},
			writes: []string{schemas.TopicQuotas, schemas.TopicQuotaState, schemas.TopicDeadLetters},
		})},
		{"clickhouse", "the role: it fills ClickHouse", needs{
			reads: []string{
				schemas.TopicTrackingEvents, schemas.TopicDecisions, schemas.TopicShipments, schemas.TopicWebhookJobs, schemas.TopicWebhookAttempts,
				schemas.TopicEndpointEvents, schemas.TopicUsage, schemas.TopicBaselines, schemas.TopicAudit,
			},
			writes: []string{schemas.TopicDeadLetters}, group: "clickhouse", checks: true,
		}},
		{"baselines", "the role: what is usual on each lane, worked out anew; `waybill baselines build` needs the same", needs{
			reads: []string{schemas.TopicBaselines}, writes: []string{schemas.TopicBaselines}, transactions: "waybill-baselines", checks: true,
		}},
		{"polling", "the role: it asks carriers", needs{
			reads: []string{schemas.TopicPollRequests}, writes: []string{schemas.TopicCarrierEvents, schemas.TopicDeadLetters}, group: "polling", checks: true,
		}},
		{"api", "the role: the HTTP API, and the webhooks of carriers", needs{
			reads:  []string{schemas.TopicWebhookEndpoints, schemas.TopicQuotas},
			writes: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicEndpointCommands, schemas.TopicWebhookJobs, schemas.TopicDeadLetters, schemas.TopicAudit},
			checks: true,
		}},
	}
}

// outside are those who are no role.
func outside() []Part {
	return []Part{
		{"producer", "who publishes registrations and events: `waybill register`, `ingest`, and your own programs", needs{
			writes: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents},
		}},
		{"topics", "`waybill topics create` and `check`", needs{writes: []string{schemas.TopicAudit}, checks: true, creates: true}},
		{"operator", "`waybill endpoints`, `shipment`, `redeliver`, `secrets list`, `dead-letters`, `baselines list` and `show`; the entries of `keys new`, `migrate`, `schemas register` and `analytics` in the audit", needs{
			reads:  []string{schemas.TopicWebhookEndpoints, schemas.TopicEndpointEvents, schemas.TopicWebhookAttempts, schemas.TopicDeadLetters, schemas.TopicBaselines},
			writes: []string{schemas.TopicRegistrations, schemas.TopicCarrierEvents, schemas.TopicEndpointCommands, schemas.TopicWebhookJobs, schemas.TopicAudit},
		}},
	}
}

// job are the needs of one that runs on pipeline/stream.
func job(name string, n needs) needs {
	n.group, n.transactions, n.checks = name, name+"-", true
	return n
}
