package tracking

import (
	"slices"
	"strings"

	"waybill/schemas"
	"waybill/schemas/status"
)

// turn is one call of the job: the state of one key, a time, and what comes
// out. The rules are its methods.
type turn struct {
	*rules
	key, carrier, number string
	endpoints            *schemas.EndpointTable
	used                 *schemas.QuotaTable
	baselines            *schemas.BaselineTable // nil: nothing is known (D3, D4)
	looked               usual
	state                *State
	polled               bool  // the carrier has a poller that may be asked (D8)
	now                  int64 // logical time: that of the record or of the timer, stream time, ms
	out                  effects
	*memory
}

// effects are the records that a turn makes, in order.
type effects struct {
	decisions []schemas.Decision
	events    []schemas.TrackingEvent
	jobs      []schemas.WebhookJob
	usage     []schemas.Usage
	polls     []schemas.PollRequest
	moves     []schemas.Registration // to other carriers
	shipments []*shipment            // changed, each once
	changed   bool                   // the state changed, if only in private
}

// reset makes t the turn of another call, in the memory of the one that it was.
func (t *turn) reset(key string, state *State, endpoints *schemas.EndpointTable) {
	carrier, number, _ := strings.Cut(key, ":")
	if state == nil {
		state = &State{}
	}
	t.out.clear()
	t.reuse()
	*t = turn{
		rules: t.rules, key: key, carrier: carrier, number: number, endpoints: endpoints, state: state,
		polled: t.polls && t.carriers.Polled(carrier),
		out:    t.out, memory: t.memory,
	}
}

func (e *effects) clear() {
	clear(e.decisions)
	clear(e.events)
	clear(e.jobs)
	clear(e.usage)
	clear(e.polls)
	clear(e.moves)
	clear(e.shipments)
	*e = effects{
		decisions: e.decisions[:0], events: e.events[:0], jobs: e.jobs[:0], usage: e.usage[:0], polls: e.polls[:0],
		moves: e.moves[:0], shipments: e.shipments[:0],
	}
}

// touch counts a change of the shipment (O3). It comes before the records that
// bear the new revision.
func (t *turn) touch(s *shipment) {
	s.revision++
	s.updated = t.now
	t.out.changed = true
	if !slices.Contains(t.out.shipments, s) {
		t.out.shipments = append(t.out.shipments, s)
	}
}

// because is why a raw event got its decision.
type because struct {
	decision string
	rule     string
	reason   string
	other    uint64 // the event it lost to or won over
}

// decide records what became of a raw event. A shipment that nobody follows
// yet has no epoch in public.
func (t *turn) decide(s *shipment, p *pending, why because) {
	p.version++
	if t.decided != nil {
		t.decided(why.decision, why.rule)
	}
	epoch := s.epoch
	if s.revision == 0 {
		epoch = 0
	}
	t.out.decisions = append(t.out.decisions, schemas.Decision{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(epoch),
		SourceTopic: p.position.topic, SourcePartition: int(p.position.partition), SourceOffset: p.position.offset,
		Version: p.version, Decision: why.decision, Rule: why.rule, Reason: why.reason, Warnings: p.warnings(),
		EventID: t.eventID(p.id), OtherEventID: t.eventID(why.other),
		Source: p.source, Code: p.code, RawCode: p.rawCode,
		OccurredAt: utc(p.occurred), ReceivedAt: utc(p.received), ArrivedAt: utc(p.key.arrived), DecidedAt: utc(t.now),
	})
}

// publish writes the event as it now stands.
func (t *turn) publish(s *shipment, e *event) {
	t.out.events = append(t.out.events, t.trackingEvent(s, e))
}

func (t *turn) trackingEvent(s *shipment, e *event) schemas.TrackingEvent {
	highest := e.highest()
	from := e.telling(int(highest))
	code, local, wrote := t.codeOf(e.code), t.local(&e.local, e.occurred), e.text
	if e.textLocal {
		wrote = local
	}
	return schemas.TrackingEvent{
		Carrier: t.carrier, TrackingNumber: t.number, Epoch: utc(s.epoch),
		EventID: t.eventID(e.id), Revision: s.revision, Type: schemas.TypeEvent,
		Status: code.Status.Name, Code: code.Name,
		Milestone: code.Milestone, StartsClock: code.StartsClock, StopsClock: code.StopsClock, Terminal: code.Terminal,
		ActionRequired: code.ActionRequired, AttemptFailure: code.AttemptFailure, PhysicalScan: code.PhysicalScan,
		Party: code.Party, Severity: code.Severity, Leg: e.leg,
		OccurredAt: utc(e.occurred), OccurredLocal: local, OccurredText: wrote,
		OccurredZone: e.zone, OccurredPrecision: e.precision, OccurredConfidence: e.confidence,
		ReceivedAt: utc(e.received), ArrivedAt: utc(e.key.arrived),
		Source: from.source, SourceKind: from.kind, AlsoFrom: e.alsoFrom(highest), RawCode: e.rawCode, RawStatus: e.rawStatus, Description: e.description,
		Location: e.location, SignedBy: e.signedBy, MapVersion: e.mapVersion, ModelVersion: t.model.Version(),
		Decision: e.decision, WeaklyIdentified: e.weak, PreviousStatus: e.previous,
		ObjectCreated: utc(e.created), ObjectUpdated: utc(e.updated),
	}
}

// status returns the shipment's main status.
func (t *turn) status(s *shipment) *status.Status { return t.codeOf(s.present.code).Status }

// terminal tells whether the parcel's life has ended.
func (t *turn) terminal(s *shipment) bool { return t.status(s).Terminal }
