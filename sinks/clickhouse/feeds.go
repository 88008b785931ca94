package clickhouse

import (
	"time"

	"waybill/schemas"
)

// feeds gives an intake for each topic that the sink reads, by the topic's name
// in the contract.
func feeds(codecs *schemas.Codecs) map[string]intake {
	return map[string]intake{
		schemas.TopicTrackingEvents:  newCollector(eventFeed(codecs.TrackingEvent)),
		schemas.TopicDecisions:       newCollector(decisionFeed(codecs.Decision)),
		schemas.TopicShipments:       newCollector(shipmentFeed(codecs.Shipment)),
		schemas.TopicWebhookJobs:     newCollector(webhookFeed(codecs.WebhookJob)),
		schemas.TopicWebhookAttempts: newCollector(attemptFeed(codecs.WebhookAttempt)),
		schemas.TopicEndpointEvents:  newCollector(endpointEventFeed(codecs.EndpointEvent)),
		schemas.TopicUsage:           newCollector(usageFeed(codecs.Usage)),
		schemas.TopicBaselines:       newCollector(baselineFeed(codecs.Baseline)),
		schemas.TopicAudit:           newCollector(auditFeed(codecs.AuditEntry)),
	}
}

func eventFeed(codec *schemas.Codec[schemas.TrackingEvent]) *feed[schemas.TrackingEvent] {
	table := eventTable()
	return &feed[schemas.TrackingEvent]{
		codec: codec,
		key: func(e *schemas.TrackingEvent) identity {
			return identity{text: [4]string{e.Carrier, e.TrackingNumber, e.EventID}, number: [2]int64{e.Epoch.UnixMilli()}}
		},
		version: func(e *schemas.TrackingEvent) int64 { return e.Revision },
		epoch:   func(e *schemas.TrackingEvent) time.Time { return e.Epoch },
		rows:    func(all []taken[schemas.TrackingEvent]) []block { return []block{oneEach(table, all)} },
	}
}

func decisionFeed(codec *schemas.Codec[schemas.Decision]) *feed[schemas.Decision] {
	table := decisionTable()
	return &feed[schemas.Decision]{
		codec: codec,
		key: func(d *schemas.Decision) identity {
			return identity{
				text:   [4]string{d.Carrier, d.TrackingNumber, d.SourceTopic},
				number: [2]int64{int64(d.SourcePartition), d.SourceOffset},
			}
		},
		version: func(d *schemas.Decision) int64 { return d.Version },
		rows:    func(all []taken[schemas.Decision]) []block { return []block{oneEach(table, all)} },
	}
}

// shipmentFeed spreads a shipment over five tables. What hangs on a shipment is
// written before the registrations, and the shipment itself last: a row that
// hangs counts only while its version is not below theirs, so a failure in
// between takes nothing out of a report.
func shipmentFeed(codec *schemas.Codec[schemas.Shipment]) *feed[schemas.Shipment] {
	registrations, acknowledgements := registrationTable(), acknowledgementTable()
	episodes, changes, shipments := episodeTable(), etaChangeTable(), shipmentTable()
	return &feed[schemas.Shipment]{
		codec: codec,
		key: func(s *schemas.Shipment) identity {
			return identity{text: [4]string{s.Carrier, s.TrackingNumber}, number: [2]int64{s.Epoch.UnixMilli()}}
		},
		version: func(s *schemas.Shipment) int64 { return s.Revision },
		epoch:   func(s *schemas.Shipment) time.Time { return s.Epoch },
		rows: func(all []taken[schemas.Shipment]) []block {
			return []block{
				manyEach(episodes, all, episodeRows),
				manyEach(changes, all, etaChangeRows),
				manyEach(acknowledgements, all, acknowledgementRows),
				manyEach(registrations, all, registrationRows),
				oneEach(shipments, all),
			}
		},
	}
}

// webhookFeed keeps what happened by itself. What is sent again by hand lies on
// the topic once more and has its row already; a test is no news of anything.
func webhookFeed(codec *schemas.Codec[schemas.WebhookJob]) *feed[schemas.WebhookJob] {
	table := webhookTable()
	return &feed[schemas.WebhookJob]{
		codec:   codec,
		version: one[schemas.WebhookJob],
		skip:    func(j *schemas.WebhookJob) bool { return j.Trigger != schemas.TriggerEvent },
		rows: func(all []taken[schemas.WebhookJob]) []block {
			rows := make([]row[webhookRow], len(all))
			for i, one := range all {
				rows[i] = row[webhookRow]{value: &webhookRow{one.value, one.origin}, origin: one.origin}
			}
			return []block{rowsOf[webhookRow]{table, rows}}
		},
	}
}

func attemptFeed(codec *schemas.Codec[schemas.WebhookAttempt]) *feed[schemas.WebhookAttempt] {
	table := attemptTable()
	return &feed[schemas.WebhookAttempt]{
		codec: codec,
		key: func(a *schemas.WebhookAttempt) identity {
			return identity{text: [4]string{a.Tenant, a.EndpointID, a.JobID}, number: [2]int64{int64(a.Attempt), manualAt(a).UnixMilli()}}
		},
		version: one[schemas.WebhookAttempt],
		rows:    func(all []taken[schemas.WebhookAttempt]) []block { return []block{oneEach(table, all)} },
	}
}

func endpointEventFeed(codec *schemas.Codec[schemas.EndpointEvent]) *feed[schemas.EndpointEvent] {
	table := endpointEventTable()
	return &feed[schemas.EndpointEvent]{
		codec: codec,
		key: func(e *schemas.EndpointEvent) identity {
			return identity{text: [4]string{e.Tenant, e.EndpointID, e.EventID}}
		},
		version: one[schemas.EndpointEvent],
		rows:    func(all []taken[schemas.EndpointEvent]) []block { return []block{oneEach(table, all)} },
	}
}

func usageFeed(codec *schemas.Codec[schemas.Usage]) *feed[schemas.Usage] {
	table := usageTable()
	return &feed[schemas.Usage]{
		codec: codec,
		key: func(u *schemas.Usage) identity {
			return identity{text: [4]string{u.Tenant, u.RegistrationID}}
		},
		version: one[schemas.Usage],
		rows:    func(all []taken[schemas.Usage]) []block { return []block{oneEach(table, all)} },
	}
}

func baselineFeed(codec *schemas.Codec[schemas.Baseline]) *feed[schemas.Baseline] {
	table := baselineTable()
	return &feed[schemas.Baseline]{
		codec:   codec,
		key:     func(b *schemas.Baseline) identity { return identity{text: [4]string{b.Key()}} },
		version: one[schemas.Baseline],
		rows:    func(all []taken[schemas.Baseline]) []block { return []block{oneEach(table, all)} },
	}
}

func auditFeed(codec *schemas.Codec[schemas.AuditEntry]) *feed[schemas.AuditEntry] {
	table := auditTable()
	return &feed[schemas.AuditEntry]{
		codec: codec,
		key: func(e *schemas.AuditEntry) identity {
			return identity{text: [4]string{e.Tenant, e.EntryID}, number: [2]int64{e.OccurredAt.UnixMilli()}}
		},
		version: func(e *schemas.AuditEntry) int64 { return e.Revision },
		rows:    func(all []taken[schemas.AuditEntry]) []block { return []block{oneEach(table, all)} },
	}
}

// oneEach makes one row of each record.
func oneEach[T any](t *table[T], all []taken[T]) block {
	rows := make([]row[T], len(all))
	for i, one := range all {
		rows[i] = row[T]{value: one.value, origin: one.origin}
	}
	return rowsOf[T]{t, rows}
}

// manyEach makes as many rows of each record as it holds.
func manyEach[T, R any](t *table[R], all []taken[T], explode func(*T) []*R) block {
	var rows []row[R]
	for _, one := range all {
		for _, value := range explode(one.value) {
			rows = append(rows, row[R]{value: value, origin: one.origin})
		}
	}
	return rowsOf[R]{t, rows}
}
