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
	Name      string
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
		{Name: TopicRegistrations, Group: GroupTracking, Retention: 35 * day, Input: true, MaxBytes: MaxRecordBytes},
		{Name: TopicCarrierEvents, Group: GroupTracking, Retention: 35 * day, Input: true, MaxBytes: MaxRecordBytes},
		{Name: TopicRerouted, Group: GroupTracking, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicTrackingState, Group: GroupTracking, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicTrackingEvents, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicDecisions, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicShipments, Compacted: true, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointCommands, Group: GroupEndpoints, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointSignals, Group: GroupEndpoints, Retention: 7 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointEvents, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicEndpointState, Group: GroupEndpoints, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookEndpoints, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookJobs, Group: GroupDelivery, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookQueue, Group: GroupDelivery, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicWebhookAttempts, Retention: 35 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicBaselines, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicUsage, Group: GroupQuotas, Retention: 400 * day, MaxBytes: MaxRecordBytes},
		{Name: TopicQuotaState, Group: GroupQuotas, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicQuotas, Compacted: true, MaxBytes: MaxRecordBytes},
		{Name: TopicPollRequests, Retention: day, MaxBytes: MaxRecordBytes},
		{Name: TopicDeadLetters, Retention: 35 * day, MaxBytes: MaxDeadLetterBytes},
	}
}
