package schemas

import "time"

// Topic names of the contract, without the prefix that a deployment may set.
const (
	TopicRegistrations    = "registrations"
	TopicCarrierEvents    = "carrier-events"
	TopicRerouted         = "rerouted"
	TopicTrackingState    = "tracking-state"
	TopicTrackingEvents   = "tracking-events"
	TopicDecisions        = "decisions"
	TopicShipments        = "shipments"
	TopicEndpointCommands = "endpoint-commands"
	TopicEndpointSignals  = "endpoint-signals"
	TopicEndpointEvents   = "endpoint-events"
	TopicEndpointState    = "endpoint-state"
	TopicWebhookEndpoints = "webhook-endpoints"
	TopicWebhookJobs      = "webhook-jobs"
	TopicWebhookQueue     = "webhook-queue"
	TopicWebhookAttempts  = "webhook-attempts"
	TopicBaselines        = "baselines"
	TopicUsage            = "usage"
	TopicQuotas           = "quotas"
	TopicQuotaState       = "quota-state"
	TopicPollRequests     = "poll-requests"
	TopicAudit            = "audit"
	TopicDeadLetters      = "dead-letters"
)

// TickHeader is the header key of a tick: a record without key and value whose
// timestamp says up to when timers are to run. A replay ends with one on every
// partition of every input (rule E8).
const TickHeader = "waybill-tick"

// Headers of a dead letter and of a rerouted record.
const (
	HeaderError           = "waybill-error"
	HeaderSourceTopic     = "waybill-source-topic"
	HeaderSourcePartition = "waybill-source-partition"
	HeaderSourceOffset    = "waybill-source-offset"
	HeaderSourceTimestamp = "waybill-source-timestamp"
	HeaderFirstTopic      = "waybill-first-topic"
	HeaderFirstPartition  = "waybill-first-partition"
	HeaderFirstOffset     = "waybill-first-offset"
	HeaderFirstTimestamp  = "waybill-first-timestamp"
)

// Headers of a dead letter that is a payload of a carrier or a platform: it came
// from outside and lay on no topic.
const (
	HeaderPayloadSource   = "waybill-payload-source"   // the dialect it should be in
	HeaderPayloadWay      = "waybill-payload-way"      // how it came in: push, poll or file
	HeaderPayloadAccount  = "waybill-payload-account"  // tenant/name of the account
	HeaderPayloadType     = "waybill-payload-type"     // its Content-Type
	HeaderPayloadReceived = "waybill-payload-received" // when it came, in ms since 1970
)

// Sizes of a record in bytes, max.message.bytes of the topics.
const (
	MaxRecordBytes     = 1 << 20
	MaxDeadLetterBytes = MaxRecordBytes + 64<<10
)

const day = 24 * time.Hour

// TombstoneRetention is delete.retention.ms of compacted topics.
const TombstoneRetention = 7 * day

// Group names the topics that must have the same number of partitions.
type Group string

// The co-partitioned groups. Topics of GroupAlone have a count of their own.
const (
	GroupAlone     Group = ""
	GroupTracking  Group = "tracking"
	GroupDelivery  Group = "delivery"
	GroupEndpoints Group = "endpoints"
	GroupQuotas    Group = "quotas"
)

// Topics returns the topics of a group: the inputs of its job in the order of
// the contract, and the changelog.
func (g Group) Topics() (inputs []string, changelog string) {
	for _, t := range Topics() {
		switch {
		case t.Group != g:
		case t.Compacted:
			changelog = t.Name
		default:
			inputs = append(inputs, t.Name)
		}
	}
	return inputs, changelog
}

// Topic is one topic of the contract and how it must be set up.
type Topic struct {
	Name string
	// Record is the type of its values; empty: private state, or as they came.
	Record string
	// ForOthers is written for whoever has the right to read it: its records may
	// be in Confluent framing. What only Waybill reads never is.
	ForOthers bool
	Group     Group
	Compacted bool
	// Retention is how long records are kept; 0 means for ever.
	Retention time.Duration
	// Input topics of a live deployment use LogAppendTime: the broker's clock
	// says when a record arrived (rule E8). Those of a replay do not.
	Input    bool
	MaxBytes int
}

// Topics returns every topic of the contract, inputs first.
func Topics() []Topic {
	return []Topic{
		{Name: TopicRegistrations, Record: "Registration", Group: GroupTracking, Retention: 35 * day, Input: true, MaxBytes: MaxRecordBytes},
		{Name: TopicCarrierEvents, Record: "CarrierEvent", Group: GroupTracking, Retention: 35 * day, Input: true, MaxBytes: MaxRecordBytes},
		{Name: TopicRerouted, Group: GroupTracking, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicTrackingState, Group: GroupTracking, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicTrackingEvents, Record: "TrackingEvent", ForOthers: true, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicDecisions, Record: "Decision", ForOthers: true, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicShipments, Record: "Shipment", ForOthers: true, Compacted: true, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointCommands, Record: "EndpointCommand", Group: GroupEndpoints, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointSignals, Record: "EndpointSignal", Group: GroupEndpoints, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointEvents, Record: "EndpointEvent", ForOthers: true, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointState, Group: GroupEndpoints, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookEndpoints, Record: "WebhookEndpoint", Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookJobs, Record: "WebhookJob", Group: GroupDelivery, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookQueue, Group: GroupDelivery, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookAttempts, Record: "WebhookAttempt", ForOthers: true, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicBaselines, Record: "Baseline", Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicUsage, Record: "Usage", ForOthers: true, Group: GroupQuotas, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicQuotaState, Group: GroupQuotas, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicQuotas, Record: "Quota", Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicPollRequests, Record: "PollRequest", Retention: day, MaxBytes: MaxRecordBytes},
		{Name: TopicAudit, Record: "AuditEntry", ForOthers: true, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicDeadLetters, Retention: 35 * day, MaxBytes: MaxDeadLetterBytes},
	}
}
