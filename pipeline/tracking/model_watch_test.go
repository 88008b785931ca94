package tracking

import (
	"time"

	"waybill/schemas"
)

// silence is D3, without baselines: since when no physical scan came, zero where
// none ever did.
func (l *modelLife) silence() time.Time {
	var last time.Time
	for _, e := range l.history {
		if e.code.PhysicalScan {
			last = later(last, e.order())
		}
	}
	return last
}

// stallAt is when the silence is too long, while somebody waits.
func (m *slowModel) stallAt() (time.Time, bool) {
	l := m.life()
	since := l.silence()
	if since.IsZero() || since.Equal(m.silent) || l.code.Status.Terminal {
		return time.Time{}, false
	}
	for _, f := range m.follows {
		if f.state == followActive {
			return later(since.Add(DefaultStalledAfter), m.updated), true
		}
	}
	return time.Time{}, false
}

func (m *slowModel) stall() {
	l := m.life()
	m.silent, m.updated = l.silence(), m.now
	for _, f := range m.follows {
		if f.state == followActive && f.start.Before(m.silent.Add(DefaultStalledAfter)) {
			m.tell(f, "", []string{schemas.TypeStalled}, l.code.Status.Name, false)
		}
	}
}

// isAtRisk is D4, without baselines: the carrier's ETA is past the measure, and
// neither has the clock stopped nor is the delay a fact.
func (m *slowModel) isAtRisk(f *modelFollow) bool {
	l, by := m.life(), m.measure(f)
	if by == nil || l.eta == nil || f.state != followActive || l.stop != nil || l.code.Status.Terminal || f.passed == by.text {
		return false
	}
	eta := readMeasure("", l.eta.ETAAt, l.eta.ETADate, l.eta.ETAZone)
	if eta.date || by.date {
		return eta.day > by.day
	}
	return eta.over.After(by.over)
}

func (m *slowModel) risk(f *modelFollow) {
	by := m.measure(f)
	f.atRisk, m.updated = true, m.now
	if f.riskTold == by.text {
		return
	}
	f.riskTold = by.text
	m.tell(f, "", []string{schemas.TypeAtRisk}, m.life().code.Status.Name, false)
}
