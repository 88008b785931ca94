package tracking

import (
	"cmp"
	"slices"
	"time"

	"waybill/schemas"
	"waybill/schemas/status"
)

// slowModel tells by the letter of the rules what becomes of one number. It is
// what the job is measured against: it keeps every event that it ever heard and
// for every question works out the answer anew from that list, with no regard
// to time or memory. It shares no code with the job.
//
// model_time_test.go is T1 to T3, model_life_test.go what the history says (O6,
// D1, D6, D7), model_follow_test.go the registrations (R4 to R6, D2) and
// model_tell_test.go who is told what.
type slowModel struct {
	codes     *status.Model
	hold      time.Duration // O1
	endpoints []*schemas.WebhookEndpoint

	now, updated time.Time
	silent       time.Time             // the silence that was told (D3)
	raws         []*rawEvent           // as they came onto the log
	known        []*modelEvent         // one for each identity
	follows      []*modelFollow        // registrations that were taken, ended or not
	openings     []*modelEvent         // of exceptions that were told (D6)
	original     *schemas.CarrierEvent // the telling of the first ETA (D1)
	keys         map[string]bool       // idempotency keys seen (R6)
	count        map[string]int64      // webhooks made by registration and endpoint (O3)
	words        int                   // releases and revisions so far
	jobs         []modelJob
}

// rawEvent is one record of carrier-events and what became of it.
type rawEvent struct {
	told     *schemas.CarrierEvent
	arrival  time.Time
	of       *modelEvent
	decision string
}

// modelEvent is what raw events of one identity tell together.
type modelEvent struct {
	id       string
	told     *schemas.CarrierEvent // as it is believed now
	first    *rawEvent
	code     *status.Code
	from     int       // place on the log
	received time.Time // of what is believed
	due      time.Time // when it is released, or given up as an orphan
	stage    stage
	clamped  bool
	turn     int // how much had been said before
}

type stage int

const (
	orphaned stage = iota // R9: waits for a registration
	waiting               // O1: waits for what occurred before it
	ahead                 // T3: waits for its time
	released
	given // R9: no registration came
)

// modelJob is a webhook that must be made.
type modelJob struct {
	endpoint   string
	sequence   int64
	types      []string // all that fit
	chosen     string
	cause      string // identity of the event; empty for what the rules noticed
	historical bool
}

func newSlowModel(codes *status.Model, hold time.Duration) *slowModel {
	return &slowModel{codes: codes, hold: hold, keys: map[string]bool{}, count: map[string]int64{}}
}

// event is a carrier event that comes onto the log.
func (m *slowModel) event(at time.Time, told *schemas.CarrierEvent) {
	m.pass(at)
	raw := &rawEvent{told: told, arrival: at}
	m.raws = append(m.raws, raw)
	id := modelIdentity(told)
	for _, e := range m.known {
		if e.id == id && e.stage != given {
			raw.of = e
			m.again(e, raw)
			return
		}
	}
	e := &modelEvent{id: id, first: raw, from: len(m.raws)}
	raw.of = e
	m.believe(e, raw)
	m.known = append(m.known, e)
	e.stage, e.due = orphaned, at.Add(DefaultOrphanHold)
	if len(m.follows) > 0 {
		m.wait(e)
	}
	m.pass(at)
}

// wait is O1 and T3.
func (m *slowModel) wait(e *modelEvent) {
	e.stage, e.due = waiting, e.first.arrival.Add(m.hold)
	soonest := earliest(e.told)
	switch gap := soonest.Sub(receivedAt(e.told, e.first.arrival)); {
	case gap > 10*time.Minute && soonest.After(m.now):
		e.stage, e.due = ahead, soonest
	case gap > 0 && gap <= 10*time.Minute:
		e.clamped = true
	}
}

// again is I4: an event that is known.
func (m *slowModel) again(e *modelEvent, raw *rawEvent) {
	raw.decision = schemas.DecisionRevision
	if equalTellings(e.told, raw.told) {
		raw.decision = schemas.DecisionDuplicate
		return
	}
	if receivedAt(raw.told, raw.arrival).Before(e.received) || !tellingKnowsMore(e.told, raw.told) {
		return
	}
	before, old := m.life(), e.code
	m.believe(e, raw)
	if e.stage != released {
		return
	}
	m.words++
	m.updated, e.turn = m.now, m.words
	switch after := m.life(); {
	case e.code != old:
		m.remember(after)
		m.tellRecoded(e, raw, before)
	case modelETAMoved(before.eta, after.eta):
		m.tellETA(e, raw, after)
	}
}

func (m *slowModel) believe(e *modelEvent, raw *rawEvent) {
	e.told, e.received = raw.told, receivedAt(raw.told, raw.arrival)
	e.code, _ = m.codes.Resolve(raw.told.Status, raw.told.Code)
}

// tellingKnowsMore holds for what the histories contain: a telling has a place, a
// place and a signer, or another code.
func tellingKnowsMore(old, told *schemas.CarrierEvent) bool {
	return told.Code != old.Code || told.Location != nil && old.Location == nil || told.SignedBy != "" && old.SignedBy == ""
}

func equalTellings(a, b *schemas.CarrierEvent) bool {
	return a.Code == b.Code && (a.Location == nil) == (b.Location == nil) && a.SignedBy == b.SignedBy
}

// pass lets time pass: whatever is due next happens, at its time.
func (m *slowModel) pass(to time.Time) {
	for {
		next := m.next()
		if next == nil || next.at.After(to) {
			break
		}
		m.now = later(m.now, next.at)
		next.do()
	}
	m.now = later(m.now, to)
}

// moment is something that time brings.
type moment struct {
	at   time.Time
	kind int // what goes first at one instant
	do   func()
}

// next is the first of all moments to come. What ends a window or passes a
// measure hears first what arrived before it and still waits.
func (m *slowModel) next() *moment {
	var all []*moment
	for _, e := range m.known {
		switch e.stage {
		case orphaned:
			all = append(all, &moment{e.due, 0, func() { e.stage, e.first.decision = given, schemas.DecisionOrphan }})
		case waiting, ahead:
			all = append(all, &moment{e.due, 0, m.release})
		}
	}
	for _, f := range m.follows {
		if f.state == followActive {
			all = append(all, &moment{m.heard(f.end), 4, func() { m.expire(f) }})
		}
		if at, is := m.delayAt(f); is {
			all = append(all, &moment{m.heard(at), 1, func() { m.delay(f) }})
		}
		if is := m.isAtRisk(f); !is {
			f.atRisk = false
		} else if !f.atRisk || f.riskTold != m.measure(f).text {
			all = append(all, &moment{m.heard(m.updated), 2, func() { m.risk(f) }})
		}
	}
	if at, is := m.stallAt(); is {
		all = append(all, &moment{m.heard(at), 3, m.stall})
	}
	if len(all) == 0 {
		return nil
	}
	return slices.MinFunc(all, func(a, b *moment) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.kind, b.kind))
	})
}

func (m *slowModel) heard(at time.Time) time.Time {
	last := later(at, m.now)
	for _, e := range m.known {
		if e.stage == waiting && e.first.arrival.Before(at) {
			last = later(last, e.due)
		}
	}
	return last
}

// release is O1: what is due, and all that waits and occurred before it, in
// order.
func (m *slowModel) release() {
	var last *modelEvent
	for _, e := range m.known {
		if m.isDue(e) && (last == nil || modelOrder(last, e) < 0) {
			last = e
		}
	}
	var out []*modelEvent
	for _, e := range m.known {
		if last == nil {
			return
		}
		if m.isDue(e) || e.stage == waiting && modelOrder(e, last) < 0 {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, modelOrder)
	for _, e := range out {
		m.place(e)
	}
}

func (m *slowModel) isDue(e *modelEvent) bool {
	return (e.stage == waiting || e.stage == ahead) && !e.due.After(m.now)
}

// place is O4 and O5: an event takes its place and is told of.
func (m *slowModel) place(e *modelEvent) {
	before := m.life()
	late := slices.ContainsFunc(before.history, func(other *modelEvent) bool { return modelOrder(e, other) < 0 })
	m.updated = m.now
	m.words++
	e.stage, e.turn = released, m.words
	after := m.life()
	if m.original == nil {
		m.original = after.eta
	}
	outranked := before.code.Status.Terminal || e.code.Status.Rank < before.code.Status.Rank
	switch {
	case !slices.ContainsFunc(m.follows, func(f *modelFollow) bool { return e.first.arrival.Before(f.end) }):
		e.first.decision = schemas.DecisionAfterWindow
	case !late:
		e.first.decision = schemas.DecisionAccepted
	case after.present == before.present && outranked:
		e.first.decision = schemas.DecisionOutdated
	default:
		e.first.decision = schemas.DecisionLate
	}
	m.remember(after)
	m.tellPlaced(e, before, after, late)
}

// remember keeps which exceptions were told.
func (m *slowModel) remember(l modelLife) {
	m.openings = nil
	for _, e := range l.episodes {
		m.openings = append(m.openings, e.opened)
	}
}
