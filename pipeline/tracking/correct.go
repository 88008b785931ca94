package tracking

import "waybill/schemas/status"

// A correction is a tenant's word against the carrier's on what the parcel's
// status is (R7).
//
// It counts for that tenant alone (R10): what the carrier did is the shipment's,
// and one tenant must not be able to change what another is told, nor to tell
// that there is another. So it lies with the registration: that tenant is told
// the corrected status and sees it in bodies, and its window and its delay end
// by it. What was wrong for all is put right by who said it: by a retraction
// (O8) or a revision (I4).
//
// It may leave any status, terminal ones too (O7), and stands until the present
// is a newer event of the carrier that the corrected status may be left for.

// byHandPriority lets a correction win where it ties with an event (O2).
const (
	byHandRank     = 7
	byHandPriority = 3
)

func (t *turn) correct(a *act) (refusal string) {
	s, g, code := a.shipment, a.registration, t.codeNamed(a.raw.Status)
	occurred := a.arrived
	if a.raw.OccurredAt != nil {
		occurred = a.raw.OccurredAt.UnixMilli()
	}
	if occurred > a.arrived+clampWithin {
		return "It is said to have occurred after it arrived."
	}
	was := t.shown(s, g)
	if was.code == code.Name {
		return "The parcel's status is " + code.Name + " already."
	}
	t.begins(a)
	before := t.facts(s)
	e := t.audit(a, map[string]string{
		"was": was.code, "carrier_code": s.present.code,
	})
	e.OccurredAt, e.PreviousStatus = utc(occurred), t.codeOf(was.code).Status.Name
	e.Status, e.Code, e.Party, e.Severity = code.Status.Name, code.Name, code.Party, code.Severity
	e.Milestone, e.StartsClock, e.StopsClock, e.Terminal = code.Milestone, code.StartsClock, code.StopsClock, code.Terminal
	e.ActionRequired, e.AttemptFailure = code.ActionRequired, code.AttemptFailure
	row := *e
	g.byHand.correction = correction{
		id: parseEventID(e.EventID), occurred: occurred, code: code.Name,
		key: orderKey{at: max(occurred, was.key.at), rank: byHandRank, priority: byHandPriority, arrived: a.arrived},
	}
	n := &news{wins: true, before: before}
	t.clearDelays(s, n)
	w := &webhook{id: row.EventID, status: row.Status, code: row.Code, previous: g.status, event: &row, changed: []string{"code"}}
	transition := g.status != code.Status.Name
	w.types = t.typesOf(g, n, code, transition)
	if transition {
		w.firstTime, w.changed = g.show(code.Status.Name), []string{"status", "code"}
	}
	t.notify(s, g, w)
	return ""
}

// correction is what a tenant says of its parcel against the carrier.
type correction struct {
	id       uint64 // of the event that keeps it; 0: there is none
	key      orderKey
	occurred int64
	code     string
}

// corrected returns the registration's correction where it stands, else nil.
func (t *turn) corrected(s *shipment, g *registration) *correction {
	c := &g.byHand.correction
	if c.id == 0 {
		return nil
	}
	newer := s.present.id != 0 && c.key.before(s.present.key) && s.present.key.arrived > c.key.arrived
	if newer && t.codeOf(c.code).Status.MayBecome(t.codeOf(s.present.code)) {
		return nil
	}
	return c
}

// shown gives the status that a registration is shown: the shipment's, unless
// its tenant corrected it.
func (t *turn) shown(s *shipment, g *registration) present {
	if c := t.corrected(s, g); c != nil {
		return present{id: c.id, key: c.key, occurred: c.occurred, code: c.code, leg: s.present.leg}
	}
	return s.present
}

// over tells whether the parcel's life has ended, as a registration is shown it.
func (t *turn) over(s *shipment, g *registration) bool {
	if c := t.corrected(s, g); c != nil {
		return t.codeOf(c.code).Status.Terminal
	}
	return t.terminal(s)
}

// stopOf gives the stop of the clock that counts for a registration (D7): the
// carrier's, or that of its own correction where the carrier told none.
func (t *turn) stopOf(s *shipment, g *registration) *mark {
	c := &g.byHand.correction
	if s.clockStop.id != 0 || c.id == 0 || !t.codeOf(c.code).StopsClock {
		return &s.clockStop
	}
	return &mark{id: c.id, key: c.key, occurred: c.occurred, code: c.code, date: utc(c.occurred).Format(dateLayout)}
}

// codeNamed finds the code that a person names: itself, or its main status. It
// is nil for what the model does not have and for what is no status of a parcel.
func (r *rules) codeNamed(name string) *status.Code {
	code := r.model.Code(name)
	if s := r.model.Status(name); code == nil && s != nil {
		code = s.Fallback
	}
	if code == nil || code.DataOnly || code.Status.OfRegistration {
		return nil
	}
	return code
}

func layoutCorrection(c *coder, v *correction, registered int64) {
	c.hash(&v.id)
	layoutKey(c, &v.key, registered)
	c.near(&v.occurred, v.key.at)
	c.string(&v.code)
}

// terminalStatuses are what a parcel can be closed with.
func (r *rules) terminalStatuses() []string {
	var names []string
	for _, s := range r.model.Statuses() {
		if s.Terminal && !s.OfRegistration {
			names = append(names, s.Name)
		}
	}
	return names
}
