package tracking

import (
	"fmt"
	"time"

	"waybill/schemas"
)

// modelFollow is one registration (R10: nothing in it is the shipment's).
type modelFollow struct {
	asked      *schemas.Registration
	name       string // tells it from others of its tenant
	start, end time.Time
	state      followState
	promise    *modelMeasure   // nil where nothing was promised
	told       map[string]bool // events it heard of
	hadBefore  map[string]bool // events that the tenant heard of in earlier windows
	current    *modelEvent     // from before it, told as the current one
	said       string          // the status it was told last
	delayed    *modelMeasure   // that passed (D2)
	atRisk     bool
	riskTold   string // the measure that it was told of (D4)
	passed     string // the measure that it was told of last (D2)
}

type followState int

const (
	followActive followState = iota
	followExpired
	followOver // its window has ended after the parcel's end
)

// register is R4 to R6 and R8.
func (m *slowModel) register(at time.Time, r *schemas.Registration) {
	m.pass(at)
	if key := r.Tenant + "/" + r.IdempotencyKey; r.IdempotencyKey != "" {
		if m.keys[key] {
			return
		}
		m.keys[key] = true
	}
	hadBefore := map[string]bool{}
	for _, f := range m.follows {
		if f.asked.Tenant != r.Tenant {
			continue
		}
		if f.state == followActive && at.Before(f.end) {
			m.replace(f, r)
			m.pass(at)
			return
		}
		for id := range f.told {
			hadBefore[id] = true
		}
	}
	days := r.WindowDays
	if days == 0 {
		days = 30
	}
	f := &modelFollow{
		asked: r, name: r.Tenant + at.Format(time.RFC3339Nano), start: at, end: at.AddDate(0, 0, days),
		told: map[string]bool{}, hadBefore: hadBefore, promise: promiseOf(r),
	}
	m.follows = append(m.follows, f)
	m.updated = at
	for _, e := range m.known {
		if e.stage == orphaned {
			m.wait(e)
		}
	}
	m.release()
	m.tellKnown(f)
	m.pass(at)
}

// replace is R6: what the second says stands, what it leaves out stays.
func (m *slowModel) replace(f *modelFollow, r *schemas.Registration) {
	promise := promiseOf(r)
	if promise == nil || f.promise != nil && *promise == *f.promise {
		return
	}
	f.promise, m.updated = promise, m.now
	if f.delayed != nil {
		f.delayed = nil
		m.tell(f, "", []string{schemas.TypeDelayCleared}, m.life().code.Status.Name, false)
	}
}

func promiseOf(r *schemas.Registration) *modelMeasure {
	return readMeasure("promised", r.PromisedAt, r.PromisedDate, r.PromisedZone)
}

// modelMeasure is what delay is measured against, and the first instant at which
// it has passed (D2).
type modelMeasure struct {
	text string
	over time.Time
	day  string // in UTC, or as written
	date bool   // it is a day and no instant
}

// readMeasure reads a measure; a day without a zone is over when it is over
// everywhere.
func readMeasure(kind string, at *time.Time, date, zone *string) *modelMeasure {
	if at != nil {
		return &modelMeasure{fmt.Sprint(kind, at.UTC()), at.Add(time.Millisecond), at.UTC().Format(time.DateOnly), false}
	}
	if date == nil {
		return nil
	}
	where := ""
	if zone != nil {
		where = *zone
	}
	day, err := time.ParseInLocation(time.DateOnly, *date, zoneOr(where, -12))
	if err != nil {
		panic(err)
	}
	return &modelMeasure{kind + *date + where, day.AddDate(0, 0, 1), *date, true}
}

// expire is R4: the window ends.
func (m *slowModel) expire(f *modelFollow) {
	f.state = followOver
	if l := m.life(); !l.code.Status.Terminal {
		f.state, m.updated = followExpired, m.now
		m.tell(f, "", []string{schemas.TypeExpired}, "expired", false)
	}
}

// delayAt is when the measure of a registration passes, if it can yet (D2).
func (m *slowModel) delayAt(f *modelFollow) (time.Time, bool) {
	l := m.life()
	by := m.measure(f)
	if by == nil || f.state != followActive || l.stop != nil || l.code.Status.Terminal || f.delayed != nil || f.passed == by.text {
		return time.Time{}, false
	}
	return by.over, by.over.Before(f.end)
}

// measure is what delay is measured against: the promise, else the first ETA.
func (m *slowModel) measure(f *modelFollow) *modelMeasure {
	if f.promise != nil || m.original == nil {
		return f.promise
	}
	return readMeasure("eta", m.original.ETAAt, m.original.ETADate, m.original.ETAZone)
}

func (m *slowModel) delay(f *modelFollow) {
	f.delayed, m.updated = m.measure(f), m.now
	f.passed = f.delayed.text
	m.tell(f, "", []string{schemas.TypeDelayed}, m.life().code.Status.Name, false)
}

// clearDelay: a stop in time that was heard late (D2).
func (m *slowModel) clearDelay(f *modelFollow, after modelLife) bool {
	if f.delayed == nil || !after.stoppedBy(f.delayed.over) {
		return false
	}
	f.delayed = nil
	return true
}

func (m *modelMeasure) String() string {
	if m == nil {
		return "-"
	}
	return m.text
}
